import WorkflowJSON
public import WorkflowModel

extension SQLiteStorage {
    public func load(_ id: String) throws(Failure) -> Text { try content(id).document }

    public func content(_ id: String) throws(Failure) -> StoredContent {
        try CheckpointID.check(id)
        return try database.withLock { database throws(Failure) in
            try database.transaction(writes: false) { () throws(Failure) in
                guard let row = try row(Compact.id(id), database), !row.isDead else { throw try missing(id, database) }
                return try content(row, database)
            }
        }
    }

    /// Why a checkpoint is not found: damage must not pass for absence.
    private func missing(_ id: String, _ database: SQLite) throws(Failure) -> Failure {
        var count = 0
        for row in try rows(database) {
            guard case .good = row else { return damaged("the checkpoint '\(id)' is not found, and a row does not match its checksum, or is not in its place") }
            count += 1
        }
        let known = try runs(database).reduce(0) { $0 &+ $1.live &+ $1.dead }
        guard count == known else { return damaged("the checkpoint '\(id)' is not found, and only \(count) of \(known) are") }
        return CheckpointID.unknown(id, in: place)
    }

    public func head(run: String) throws(Failure) -> String? {
        try database.withLock { database throws(Failure) in
            try database.transaction(writes: false) { () throws(Failure) in try self.run(Compact.id(run), database) }
                .map { Compact.id(of: $0.head) }
        }
    }

    /// A checkpoint, put together again and checked in every part.
    func content(_ row: CheckpointRow, _ database: SQLite) throws(Failure) -> StoredContent {
        let body = try body(row, database)
        guard let state = row.state else { return .document(body) }
        let graph = try graph(row.graph, database)
        return .assembly(
            CheckpointAssembly(
                try summary(row, graph, database), frame: body, parts: try parts(state, of: row, database), definition: graph.definition))
    }

    /// The frame, or for a document of a host all of it.
    func body(_ row: CheckpointRow, _ database: SQLite) throws(Failure) -> Text {
        try whole(try storedBody(row, database), of: row, database)
    }

    /// As it stands in the row.
    func storedBody(_ row: CheckpointRow, _ database: SQLite) throws(Failure) -> Text {
        let statement = try database.statement("SELECT body FROM checkpoint WHERE number = ?")
        let body = try statement.first(.optional(row.number)) { $0.blob(0) }
        guard case let body?? = body, CheckpointRow.seal(of: body) == row.bodySeal else {
            throw damaged("the checkpoint '\(Compact.id(of: row.id))' does not match its checksum. Others are not affected")
        }
        return body
    }

    func summary(_ row: CheckpointRow, _ graph: GraphRow, _ database: SQLite) throws(Failure) -> CheckpointSummary {
        CheckpointSummary(
            id: Compact.id(of: row.id), previousID: row.previous.map(Compact.id), runID: try runID(row.run, database),
            workflowName: graph.workflow.string, signature: graph.signature.string, kind: row.kind, superstep: row.superstep,
            timestamp: row.timestamp)
    }

    func runID(_ number: Int, _ database: SQLite) throws(Failure) -> String {
        guard let run = try runRow(number, database) else { throw damaged("the row of the run number \(number) is missing") }
        return Compact.id(of: run.id)
    }
}
