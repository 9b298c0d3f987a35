import WorkflowModel
import WorkflowStorage

/// Several writers in one process.
extension Clause {
    static let writing = [
        Clause("what one handle saves the other one finds", .basic, needs: .second) { trial throws(Verdict) in
            let samples = trial.chain(6)
            for (index, sample) in samples.enumerated() {
                let (writer, reader) = index % 2 == 0 ? (trial.first, trial.second) : (trial.second, trial.first)
                try writer.save(sample)
                try reader.expect(sample)
                try reader.expect(list: Array(samples[...index]), of: trial.workflow())
                try reader.expect(latest: sample.id, of: trial.workflow())
            }
        },
        Clause("four threads that save at once lose nothing", .basic) { trial throws(Verdict) in
            let chains = (0..<4).map { trial.chain(20, run: "r\($0)", workflow: "w\($0 % 2)") }
            try Crew.work(4) { thread throws(Verdict) in
                let place = trial.places[thread % trial.places.count]
                for (number, sample) in chains[thread].enumerated() {
                    try place.save(sample)
                    try place.expect(sample)
                    guard number % 5 == 0 else { continue }
                    _ = try place.list(trial.workflow("w\(thread % 2)"))
                    _ = try place.ask("latest") { () throws(Failure) in try place.storage.latest(workflow: trial.workflow("w0")) }
                }
            }
            for place in trial.places {
                for name in 0..<2 { try place.expect(list: chains[name] + chains[name + 2], of: trial.workflow("w\(name)")) }
                for sample in chains.flatMap({ $0 }) { try place.expect(sample) }
            }
        },
        Clause("of four documents for one id one wins", .fence, needs: .fence) { trial throws(Verdict) in
            for _ in 0..<10 {
                let id = trial.id()
                let samples = (0..<4).map { trial.sample(id, payload: Text("\($0)")) }
                let winners = Locked<[Int]>([])
                try Crew.work(4) { thread throws(Verdict) in
                    let place = trial.places[thread % trial.places.count]
                    let refusal = failure { () throws(Failure) in try place.storage.save(samples[thread].commit(.any)) }
                    if refusal == nil { return winners.withLock { $0.append(thread) } }
                    try place.require(
                        "save of one of four documents as '\(id)'", refusal?.status == .exists, expected: "success or WF_E_EXISTS",
                        came: refusal?.told ?? "")
                }
                let won = winners.withLock { $0 }
                try trial.first.require(
                    "saving four documents as '\(id)' at once", won.count == 1, expected: "one to be kept", came: "\(won.count) were said to be")
                for place in trial.places { try place.expect(samples[won[0]]) }
            }
        },
        Clause("of four threads that commit after one head one wins", .fence, needs: .fence) { trial throws(Verdict) in
            let race = Race(workflow: trial.workflow(), run: trial.run(), prefix: trial.prefix, goal: 60)
            let won = Locked<[String]>([])
            try Crew.work(4) { thread throws(Verdict) in
                let ids = try race.drive(in: trial.places[thread % trial.places.count], trial.maker, writer: "t\(thread)")
                won.withLock { $0 += ids }
            }
            for place in trial.places { try race.expectChain(in: place, acknowledged: won.withLock { $0 }) }
        },
        Clause("the same commit by four threads succeeds for all", .fence, needs: .fence) { trial throws(Verdict) in
            var head: String?
            for sample in trial.chain(10) {
                let expected = head
                try Crew.work(4) { thread throws(Verdict) in
                    try trial.places[thread % trial.places.count].save(sample, .head(expected))
                }
                head = sample.id
                try trial.first.expect(head: sample.id, of: trial.run(), "after four threads committed it")
            }
        },
    ]
}
