import WorkflowModel
import WorkflowStorage

/// Listings, the latest, and who is kept apart from whom.
extension Clause {
    static let listing = [
        Clause("a listing is in the order of ids, and says of each what its document says", .basic) { trial throws(Verdict) in
            let samples = trial.chain(9)
            for index in [4, 0, 8, 2, 6, 7, 1, 5, 3] { try trial.first.save(samples[index]) }
            for place in trial.places {
                try place.expect(list: samples, of: trial.workflow())
                try place.expect(list: samples, of: nil)
            }
        },
        Clause("ids are in the order of their bytes", .basic) { trial throws(Verdict) in
            let endings = ["-", ".", "0", "9", "A", "Z", "_", "a", "a-", "a.", "a0", "aA", "z"].map { "\(trial.prefix).1\($0)" }
            let samples = endings.map { trial.sample($0) }
            for index in [7, 2, 12, 0, 5, 9, 1, 11, 3, 8, 4, 10, 6] { try trial.first.save(samples[index]) }
            for place in trial.places {
                try place.expect(list: samples, of: trial.workflow())
                try place.expect(latest: samples.last?.id, of: trial.workflow())
            }
        },
        Clause("the latest is the one with the greatest id", .basic) { trial throws(Verdict) in
            let samples = trial.chain(5)
            for (index, latest) in [(2, 2), (0, 2), (3, 3), (1, 3), (4, 4)] {
                try trial.first.save(samples[index])
                for place in trial.places { try place.expect(latest: samples[latest].id, of: trial.workflow()) }
            }
        },
        Clause("a lineage can be followed from its end to its beginning", .basic) { trial throws(Verdict) in
            let trunk = trial.chain(6)
            let fork = trial.sample(previous: trunk[2].id, superstep: 3)
            for sample in trunk + [fork] { try trial.first.save(sample) }
            for place in trial.places {
                let listed = try place.list(trial.workflow())
                let parents = Dictionary(listed.map { ($0.id, $0.previousID) }, uniquingKeysWith: { first, _ in first })
                for (end, line) in [(trunk[5].id, trunk.map(\.id)), (fork.id, trunk.prefix(3).map(\.id) + [fork.id])] {
                    var found = [end]
                    while let previous = parents[found[0]] ?? nil, found.count <= line.count { found.insert(previous, at: 0) }
                    try place.require(
                        "the lineage of '\(end)'", found == line, expected: line.joined(separator: ", "), came: found.joined(separator: ", "))
                }
            }
        },
        Clause("workflows are kept apart", .basic) { trial throws(Verdict) in
            let names = ["w", "w1", "W", "w w", "w%", "w_", "w*"]
            let samples = (0..<21).map { trial.sample(workflow: names[$0 % names.count]) }
            for sample in samples { try trial.first.save(sample) }
            for place in trial.places {
                for name in names {
                    let own = samples.filter { $0.summary.workflowName == trial.workflow(name) }
                    try place.expect(list: own, of: trial.workflow(name))
                    try place.expect(latest: own.last?.id, of: trial.workflow(name))
                }
                try place.expect(list: [], of: trial.workflow("other"))
                try place.expect(latest: nil, of: trial.workflow("other"))
                try place.expect(list: samples, of: nil)
            }
        },
        Clause("runs of one workflow are kept apart", .basic) { trial throws(Verdict) in
            let runs = (0..<3).map { trial.chain(3, run: "r\($0)") }
            for step in 0..<3 { for run in runs { try trial.first.save(run[step]) } }
            try trial.first.expect(list: runs.flatMap { $0 }, of: trial.workflow())
            for sample in runs[1] { try trial.first.delete(sample.id) }
            for place in trial.places {
                try place.expect(list: runs[0] + runs[2], of: trial.workflow())
                for sample in runs[0] + runs[2] { try place.expect(sample) }
                try place.expect(latest: runs[2].last?.id, of: trial.workflow())
            }
        },
    ]
}
