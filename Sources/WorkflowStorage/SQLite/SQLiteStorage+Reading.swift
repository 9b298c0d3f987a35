import WorkflowJSON
public import WorkflowModel

extension SQLiteStorage {
    public func load(_ id: String) throws(Failure) -> Text {
        try CheckpointID.check(id)
        return try database.withLock { database throws(Failure) in
            try database.transaction(writes: false) { () throws(Failure) in
                guard let row = try row(Compact.id(id), database), !row.isDead else { throw try missing(id, database) }
                return try document(row, database)
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
            try self.run(Compact.id(run), database).map { Compact.id(of: $0.head) }
        }
    }

    /// The document of a checkpoint, put together again and checked in every part.
    func document(_ row: CheckpointRow, _ database: SQLite) throws(Failure) -> Text {
        let id = Compact.id(of: row.id)
        let body = try body(row, database)
        guard let state = row.state else { return body }
        let graph = try graph(row.graph, database)
        return CheckpointDocument.text(
            try summary(row, graph, database), frame: body, parts: try parts(state, of: id, database), definition: graph.definition)
    }

    /// The frame, or for a document of a host all of it.
    func body(_ row: CheckpointRow, _ database: SQLite) throws(Failure) -> Text {
        let statement = try database.statement("SELECT body FROM checkpoint WHERE id = ?")
        let body = try statement.first(.blob(row.id)) { $0.blob(0) }
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

    /// The state that a checkpoint sees.
    private func parts(_ state: CheckpointRow.State, of id: String, _ database: SQLite) throws(Failure) -> [StatePart] {
        var places: [(number: Int, place: StatePlace)] = []
        let find = try database.statement("SELECT number, area, owner, name, key FROM part WHERE line = ? ORDER BY area, owner, key")
        try find.each(.integer(state.line)) { row throws(Failure) in
            guard let number = row.integer(0), let area = row.integer(1), let owner = row.integer(2), let name = row.blob(3),
                let key = row.blob(4), let place = StatePlace(area: area, owner: owner, name: name, keyBytes: key)
            else { throw damaged("the state of the checkpoint '\(id)' has a damaged place") }
            places.append((number, place))
            return true
        }
        var parts: [StatePart] = []
        var digest: UInt64 = 0
        for (number, place) in places {
            guard let (value, seal) = try value(of: number, state, place, id, database) else { continue }
            digest &+= place.share(seal)
            parts.append(StatePart(place: place, value: value))
        }
        guard parts.count == state.parts, digest == state.digest else {
            throw damaged("the state of the checkpoint '\(id)' does not match its checksum: it has \(parts.count) of \(state.parts) values. Others may be good")
        }
        return parts
    }

    /// The last version that counts and its seal; nil if the part is gone or not there yet.
    private func value(
        of part: Int, _ state: CheckpointRow.State, _ place: StatePlace, _ id: String, _ database: SQLite
    ) throws(Failure) -> (Text, Int)? {
        let find = try database.statement(
            "SELECT form, value, seal FROM version WHERE line = ? AND part = ? AND number <= ? ORDER BY number DESC")
        var links: [(difference: Difference, text: Text, seal: Int)] = []
        var base: (text: Text, seal: Int)?
        try find.each(.integer(state.line), .integer(part), .integer(state.upto)) { row throws(Failure) in
            guard let form = row.integer(0).flatMap(VersionForm.init), let text = row.blob(1), let seal = row.integer(2) else {
                throw damaged(place, id)
            }
            switch form {
            case .gone: break
            case .whole: base = (text, seal)
            case .difference:
                guard let difference = Difference(decoding: text) else { throw damaged(place, id) }
                links.append((difference, text, seal))
                return true
            }
            return false
        }
        // Behind its last deletion a value begins whole: what stands on nothing is cut off, not empty.
        guard let base else {
            guard links.isEmpty else { throw damaged(place, id) }
            return nil
        }
        guard VersionForm.whole.seal(base.text, after: 0) == base.seal else { throw damaged(place, id) }
        guard !links.isEmpty else { return (base.text, base.seal) }
        var bytes = base.text.withBytes { Array($0) }
        var seal = base.seal
        for link in links.reversed() {
            guard VersionForm.difference.seal(link.text, after: seal) == link.seal, link.difference.apply(to: &bytes) else {
                throw damaged(place, id)
            }
            seal = link.seal
        }
        return (bytes.withUnsafeBytes { Text(copying: $0) }, seal)
    }

    private func damaged(_ place: StatePlace, _ id: String) -> Failure {
        let key = place.key.map { "the key '\($0.string.printable)'" } ?? "what was saved"
        let whose = place.area == .shared ? "of the shared state" : "of '\(place.name.string.printable)'"
        return damaged("\(key) \(whose) in the checkpoint '\(id)' does not match its checksum. Others may be good")
    }
}
