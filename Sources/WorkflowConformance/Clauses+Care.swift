import WorkflowModel
import WorkflowStorage

/// Finding and cleaning up, whether the storage does it itself or the library does it for the storage.
extension Clause {
    static let caring = [
        Clause("runs and checkpoints are found page by page", .basic) { trial throws(Verdict) in
            let runs = (0..<3).map { trial.chain(4, run: "r\($0)", isFinished: $0 == 1) }
            for step in 0..<4 { for run in runs { try trial.first.save(run[step]) } }
            let others = trial.sample(run: "r0", workflow: "other")
            try trial.first.save(others)
            for place in trial.places {
                var query = StorageQuery()
                query.workflowName = trial.workflow()
                query.limit = 5
                try place.expect(pages: query, runs.flatMap { $0.map(\.id) }.sorted().reversed())
                query.order = .oldest
                query.runID = trial.run("r2")
                query.limit = 1
                try place.expect(pages: query, runs[2].map(\.id))
                query = StorageQuery()
                query.workflowName = trial.workflow()
                query.status = .idle
                try place.expect(pages: query, [runs[1][3].id])
                let found = try place.ask("runs that are done") { () throws(Failure) in try place.storage.runs(query).entries }
                try place.require(
                    "runs that are done", found.map(\.head) == [runs[1][3].id] && found.map(\.checkpoints) == [4],
                    expected: "one with 4 checkpoints and the head '\(runs[1][3].id)'",
                    came: found.map { "one with \($0.checkpoints) and the head '\($0.head.printable)'" }.joined(separator: ", "))
            }
        },
        Clause("cleaning up takes what is done, and nothing else", .basic) { trial throws(Verdict) in
            let (done, live) = (trial.chain(5, run: "done", isFinished: true), trial.chain(5, run: "live"))
            for sample in done + live { try trial.first.save(sample) }
            var policy = PrunePolicy()
            policy.workflowName = trial.workflow()
            policy.keepLast = 2
            policy.pinned = [done[1].id]
            policy.isDryRun = true
            _ = try trial.first.ask("a dry run of cleaning up") { () throws(Failure) in
                try trial.first.storage.prune(policy, now: 1_800_000_000_000_000)
            }
            try trial.first.expect(list: done + live, of: trial.workflow())
            policy.isDryRun = false
            let report = try trial.second.ask("cleaning up") { () throws(Failure) in
                try trial.second.storage.prune(policy, now: 1_800_000_000_000_000)
            }
            try trial.second.require("cleaning up", report.deleted == 2, expected: "2 to be deleted", came: "\(report.deleted)")
            for place in trial.places {
                try place.expect(list: [done[1], done[3], done[4]] + live, of: trial.workflow())
                for sample in [done[1], done[3], done[4]] + live { try place.expect(sample) }
                for gone in [done[0], done[2]] { try place.expectNone(gone.id) }
                if place.storage.isFenced { try place.expect(head: done[4].id, of: trial.run("done"), "after cleaning up") }
            }
        },
        Clause("a run is deleted with all that is its own", .basic) { trial throws(Verdict) in
            let (gone, other) = (trial.chain(4, run: "gone"), trial.chain(4, run: "other"))
            for sample in gone + other { try trial.first.save(sample) }
            for found in [true, false] {
                let answer = try trial.second.ask("deleting a run") { () throws(Failure) in
                    try trial.second.storage.delete(run: trial.run("gone"))
                }
                try trial.second.require("deleting a run", answer == found, expected: "\(found)", came: "\(answer)")
                for place in trial.places {
                    try place.expect(list: other, of: trial.workflow())
                    for sample in other { try place.expect(sample) }
                    guard place.storage.isFenced else { continue }
                    try place.expect(head: nil, of: trial.run("gone"), "after it was deleted")
                    try place.expect(head: other[3].id, of: trial.run("other"), "after another run was deleted")
                }
            }
        },
    ]
}

extension Place {
    /// All pages of a query, one after the other.
    fileprivate func expect(pages query: StorageQuery, _ ids: [String]) throws(Verdict) {
        var (query, found): (StorageQuery, [String]) = (query, [])
        for _ in 0...ids.count {
            let page = try ask("a page of checkpoints") { () throws(Failure) in try storage.find(query) }
            for case .good(let summary) in page.entries { found.append(summary.id) }
            guard let next = page.next else { break }
            if query.order == .newest { query.before = next } else { query.after = next }
        }
        try require(
            "the pages of a query", found == ids, expected: ids.map { "'\($0)'" }.joined(separator: ", "),
            came: found.map { "'\($0.printable)'" }.joined(separator: ", "))
    }
}
