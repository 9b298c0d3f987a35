public import WorkflowModel

/// Deleting what nobody needs any more.
extension Storage {
    public func prune(_ policy: PrunePolicy, now: UInt64) throws(Failure) -> PruneReport {
        try policy.check()
        let census = RunCensus(try list(workflow: nil))
        var report = PruneReport()
        var emptied: [String] = []
        for checkpoints in census.runs {
            guard let last = checkpoints.last, policy.covers(last) else { continue }
            let head = try head(run: last.runID)
            guard let entry = try runEntry(checkpoints, census) else { continue }
            var sizes: [String: Int] = [:]
            for checkpoint in checkpoints { sizes[checkpoint.id] = try sizeIfReadable(checkpoint.id) }
            let bytes = sizes.values.reduce(0, +)
            let isLive = entry.status != .idle || entry.head != last.id
            let gone = try prune(checkpoints, isLive: isLive, head: head, policy, now, &report)
            report.kept += checkpoints.count - gone.count
            report.bytesBefore += bytes
            report.bytesAfter += gone.reduce(bytes) { $0 - (sizes[$1] ?? 0) }
            if gone.count == checkpoints.count { emptied.append(last.runID) }
        }
        report.runsDeleted = emptied.count
        if !policy.isDryRun && report.deleted > 0 {
            try forget(emptied)
            try reclaim()
        }
        return report
    }

    /// The ids that went.
    private func prune(
        _ checkpoints: [CheckpointSummary], isLive: Bool, head: String?, _ policy: PrunePolicy, _ now: UInt64,
        _ report: inout PruneReport
    ) throws(Failure) -> [String] {
        let victims = policy.victims(of: checkpoints, isLive: isLive, now: now)
        if isLive && !policy.trimsLive && !policy.victims(of: checkpoints, isLive: false, now: now).isEmpty { report.liveRunsSkipped += 1 }
        guard let run = checkpoints.last?.runID, !victims.isEmpty else { return [] }
        // Whoever goes on with the run meanwhile needs what it has.
        let gone = policy.isDryRun ? victims.map(\.id) : try delete(victims.map(\.id), run: run, whileHeadIs: head)
        report.deleted += gone.count
        return gone
    }

    public func delete(_ ids: [String], run: String, whileHeadIs head: String?) throws(Failure) -> [String] {
        var gone: [String] = []
        for id in ids {
            guard try self.head(run: run) == head else { break }
            if try delete(id) { gone.append(id) }
        }
        return gone
    }

    public func reclaim() {}

    private func sizeIfReadable(_ id: String) throws(Failure) -> Int {
        do throws(Failure) { return try size(of: id) } catch {
            if error.status == .storage { throw error }
            return 0
        }
    }

    /// The memos of runs without checkpoints. One that came back meanwhile keeps its own.
    private func forget(_ runs: [String]) throws(Failure) {
        guard !runs.isEmpty else { return }
        let left = Set(RunCensus(try list(workflow: nil)).runs.compactMap { $0.last.map { Name($0.runID) } })
        for run in runs where !left.contains(Name(run)) {
            if try head(run: run) == nil { _ = try forget(run: run) }
        }
    }
}

/// Deleting all of a run.
extension Storage {
    public func delete(run: String) throws(Failure) -> Bool {
        var found = false
        // A run that is being driven may commit in between; once its last checkpoint is gone it cannot any more.
        for _ in 0..<100 {
            let head = try head(run: run)
            guard let checkpoints = try census(ofRun: run).runs.first else {
                // Its head may be damaged: then no listing says whose it is.
                if let head, try delete(head) { found = true }
                if try forget(run: run) { found = true }
                if found { try reclaim() }
                return found
            }
            if try !delete(checkpoints.map(\.id), run: run, whileHeadIs: head).isEmpty { found = true }
        }
        throw Failure(
            .conflict, "the run '\(run.printable)' commits faster than its checkpoints can be deleted; cancel it, then delete it again")
    }
}
