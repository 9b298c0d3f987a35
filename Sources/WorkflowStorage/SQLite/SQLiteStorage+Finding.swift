public import WorkflowModel

/// Queries that need not look at every checkpoint. Where a row is damaged, the slow way of all storages tells of it.
extension SQLiteStorage {
    public func runs(_ query: StorageQuery) throws(Failure) -> StoragePage<RunEntry> {
        let heads = try database.withLock { database throws(Failure) in
            try database.transaction(writes: false) { () throws(Failure) in try self.heads(query, database) }
        }
        guard let heads else { return try runsInListing(query) }
        let fitting = heads.filter { query.fits($0.summary) && (query.status == nil || query.status == $0.entry.status) }
            .sorted { $0.entry.head.utf8.lexicographicallyPrecedes($1.entry.head.utf8) }
        let entries = query.ordered(fitting).prefix(query.limit).map(\.entry)
        return StoragePage(entries, next: fitting.count > entries.count ? entries.last?.head : nil)
    }

    /// Each run by its last checkpoint; nil if that is not where it should be.
    private func heads(_ query: StorageQuery, _ database: SQLite) throws(Failure) -> [(entry: RunEntry, summary: CheckpointSummary)]? {
        var all: [RunRow] = []
        if let id = query.runID { all = try run(Compact.id(id), database).map { [$0] } ?? [] } else { all = try runs(database) }
        var names = Names()
        var found: [(RunEntry, CheckpointSummary)] = []
        for run in all {
            guard !run.isMixed, let row = (try? row(run.head, database)) ?? nil, !row.isDead, row.id == run.last else { return nil }
            let summary = try names.summary(row, self, database)
            found.append((RunEntry(summary, status: row.ownStatus, checkpoints: run.live), summary))
        }
        return found
    }

    public func find(_ query: StorageQuery) throws(Failure) -> StoragePage<StoredCheckpoint> {
        guard let id = query.runID, query.order == .newest else { return try findInListing(query) }
        let page = try database.withLock { database throws(Failure) in
            try database.transaction(writes: false) { () throws(Failure) in
                try run(Compact.id(id), database).flatMap { run throws(Failure) in try self.page(of: run, query, database) }
            }
        }
        if let page { return page }
        return try findInListing(query)
    }

    /// Back along the chain, which is in the order of ids; nil if it is not, or is broken.
    private func page(of run: RunRow, _ query: StorageQuery, _ database: SQLite) throws(Failure) -> StoragePage<StoredCheckpoint>? {
        guard !run.isMixed else { return nil }
        var page = StoragePage<StoredCheckpoint>()
        var names = Names()
        var next: Text? = run.last
        if let before = query.before, let row = (try? row(Compact.id(before), database)) ?? nil, row.run == run.number { next = row.before }
        while let id = next {
            guard let row = (try? row(id, database)) ?? nil, row.run == run.number else { return nil }
            next = row.before
            if row.isDead { continue }
            let summary = try names.summary(row, self, database)
            if let after = query.after, !after.utf8.lexicographicallyPrecedes(summary.id.utf8) { break }
            guard query.fits(summary), query.status == nil || query.status == row.ownStatus else { continue }
            if page.entries.count == query.limit {
                page.next = page.entries.last?.id
                break
            }
            page.entries.append(.good(summary))
        }
        return page
    }
}

extension CheckpointRow {
    fileprivate var ownStatus: CheckpointStatus { status == 2 ? .working : status == 1 ? .waiting : .idle }
}
