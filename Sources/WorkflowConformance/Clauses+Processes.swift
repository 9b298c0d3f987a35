import Glibc
import WorkflowModel
import WorkflowStorage

/// Several writers in several processes.
extension Clause {
    static let processes = [
        Clause("a writer that was frozen between its read and its commit is told, and hindered nobody", .processes, needs: .fence, .process) {
            trial throws(Verdict) in
            let (samples, race) = (trial.chain(3), Race(trial, goal: 3))
            try trial.first.save(samples[0], .head(nil), .full)
            let process = try OtherProcess(trial.start, ConformanceTask(.freeze, race))
            defer { process.destroy() }
            try process.waitUntilStopped()
            try trial.first.save(samples[1], .head(samples[0].id), .full)
            process.goOn()
            try process.waitForSuccess()
            for place in trial.places {
                try place.expect(head: samples[1].id, of: trial.run(), "after the frozen writer went on")
                try place.expect(list: Array(samples[..<2]), of: trial.workflow())
            }
            try trial.second.save(samples[2], .head(samples[1].id))
        },
        Clause("of two processes that commit after one head one wins", .processes, needs: .fence, .process) { trial throws(Verdict) in
            let (race, first) = (Race(trial, goal: 200), trial.sample())
            try trial.first.save(first, .head(nil))
            let process = try OtherProcess(trial.start, ConformanceTask(.race, race))
            defer { process.destroy() }
            try process.wait(for: "its first commit") { () throws(Verdict) in
                if try trial.first.head(trial.run()) != first.id { return true }
                try process.requireRunning()
                return false
            }
            let own = try race.drive(in: trial.first, trial.maker, writer: "s")
            try process.waitForSuccess()
            for place in trial.places { try race.expectChain(in: place, acknowledged: own + [first.id]) }
        },
        Clause("a writer that is killed leaves a whole chain, and hinders nobody", .processes, needs: .fence, .process) {
            trial throws(Verdict) in
            try trial.first.save(trial.sample(), .head(nil))
            for round in 1...3 {
                let (before, endless) = (try trial.first.head(trial.run()).flatMap(SampleID.number) ?? 0, Race(trial, goal: 99_999_999))
                let process = try OtherProcess(trial.start, ConformanceTask(.race, endless))
                defer { process.destroy() }
                try process.wait(for: "its commits") { () throws(Verdict) in
                    try process.requireRunning()
                    return try trial.first.head(trial.run()).flatMap(SampleID.number) ?? 0 >= before + 10 * round
                }
                usleep(UInt32.random(in: 0..<3000))
                process.destroy()
                try process.waitForEnd()
                let head = try trial.first.head(trial.run())
                for place in trial.places { try endless.expectChain(in: place, acknowledged: [head].compactMap { $0 }) }
                let next = trial.maker.sample(
                    trial.maker.summary(
                        SampleID.text(trial.prefix, (head.flatMap(SampleID.number) ?? 0) + 1, writer: "s"), run: trial.run(),
                        workflow: trial.workflow(), previous: head, superstep: round))
                try trial.second.save(next, .head(head), .full)
            }
        },
    ]
}

extension Race {
    fileprivate init(_ trial: Trial, goal: Int) {
        self.init(workflow: trial.workflow(), run: trial.run(), prefix: trial.prefix, goal: goal)
    }
}
