import WorkflowJSON
public import WorkflowModel

/// Looking around in a storage, for those that must read the documents for it.
extension Storage {
    public func find(_ query: StorageQuery) throws(Failure) -> StoragePage<StoredCheckpoint> { try findInListing(query) }
    public func runs(_ query: StorageQuery) throws(Failure) -> StoragePage<RunEntry> { try runsInListing(query) }

    func findInListing(_ query: StorageQuery) throws(Failure) -> StoragePage<StoredCheckpoint> {
        var page = StoragePage<StoredCheckpoint>()
        for entry in query.ordered(try list(workflow: query.workflowName)) {
            guard let found = try self.entry(entry, fitting: query) else { continue }
            if page.entries.count == query.limit {
                page.next = page.entries.last?.id
                break
            }
            page.entries.append(found)
        }
        return page
    }

    /// What cannot be read fits every query: nobody knows what it was.
    private func entry(_ entry: StoredCheckpoint, fitting query: StorageQuery) throws(Failure) -> StoredCheckpoint? {
        guard case .good(let summary) = entry else { return query.spans(entry.id) ? entry : nil }
        guard query.fits(summary) else { return nil }
        guard let status = query.status else { return entry }
        do throws(Failure) { return try details(summary.id).status == status ? entry : nil } catch {
            switch error.status {
            case .notFound: return nil  // Deleted since the listing.
            case .storage: throw error
            default: return .damaged(id: summary.id, problem: error.message)
            }
        }
    }

    func runsInListing(_ query: StorageQuery) throws(Failure) -> StoragePage<RunEntry> {
        let census = RunCensus(try list(workflow: nil))
        var page = StoragePage<RunEntry>()
        for checkpoints in query.ordered(census.runs) {
            guard let head = checkpoints.last, query.fits(head), let entry = try runEntry(checkpoints, census) else { continue }
            guard query.status == nil || entry.status == query.status || entry.status == nil else { continue }
            if page.entries.count == query.limit {
                page.next = page.entries.last?.head
                break
            }
            page.entries.append(entry)
        }
        return page
    }

    /// Nil if the run is gone by now.
    func runEntry(_ checkpoints: [CheckpointSummary], _ census: RunCensus) throws(Failure) -> RunEntry? {
        guard let last = checkpoints.last else { return nil }
        func unknown(_ problem: String) -> RunEntry { RunEntry(last, status: nil, checkpoints: checkpoints.count, problem: problem) }
        let head = try head(run: last.runID)
        if let head, let problem = census.damaged[head] {
            return unknown("its last checkpoint '\(head.printable)' is damaged, '\(last.id)' is the last good one: \(problem)")
        }
        do throws(Failure) {
            // A run may have gone on since the listing; or the head is deleted, and the fence is all that is left of it.
            if let head, head != last.id, let moved = try detailsIfThere(head) {
                return RunEntry(moved.summary, status: moved.status, checkpoints: checkpoints.count + 1)
            }
            return try detailsIfThere(last.id).map { RunEntry(last, status: $0.status, checkpoints: checkpoints.count) }
        } catch {
            if error.status == .storage { throw error }
            return unknown(error.message)
        }
    }

    private func detailsIfThere(_ id: String) throws(Failure) -> CheckpointDetails? {
        do throws(Failure) { return try details(id) } catch {
            if error.status == .notFound { return nil }
            throw error
        }
    }

    public func details(_ id: String) throws(Failure) -> CheckpointDetails {
        try CheckpointDocument.details(of: try load(id), as: "the checkpoint '\(id.printable)'")
    }

    public func size(of id: String) throws(Failure) -> Int { try load(id).count }

    /// All checkpoints of a run in the order of ids, and what cannot be read of any run.
    func census(ofRun run: String) throws(Failure) -> RunCensus {
        var query = StorageQuery()
        query.runID = run
        query.order = .oldest
        query.limit = StorageQuery.largestLimit
        var all: [StoredCheckpoint] = []
        while true {
            let page = try find(query)
            all += page.entries
            guard let next = page.next else { return RunCensus(all) }
            query.after = next
        }
    }
}
