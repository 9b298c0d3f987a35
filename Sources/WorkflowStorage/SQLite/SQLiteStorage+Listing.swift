public import WorkflowModel

extension SQLiteStorage {
    public func list(workflow: String?) throws(Failure) -> [StoredCheckpoint] {
        try database.withLock { database throws(Failure) in
            try database.transaction(writes: false) { () throws(Failure) in try listing(workflow, database) }
        }
    }

    private func listing(_ workflow: String?, _ database: SQLite) throws(Failure) -> [StoredCheckpoint] {
        var names = Names()
        var found: [StoredCheckpoint] = []
        var counts: [Int: Int] = [:]
        var unread = 0
        for row in try rows(database) {
            switch row {
            case .damaged(let id):
                unread += 1
                found.append(.damaged(id: id, problem: "\(place) is damaged: the row of the checkpoint '\(id)' does not match its checksum, or is not in its place"))
            case .good(let row):
                counts[row.run, default: 0] += 1
                guard !row.isDead else { continue }
                do throws(Failure) {
                    let summary = try names.summary(row, self, database)
                    if workflow == nil || Name(summary.workflowName) == workflow.map({ Name($0) }) { found.append(.good(summary)) }
                } catch {
                    found.append(.damaged(id: Compact.id(of: row.id), problem: error.message))
                }
            }
        }
        // Each run knows how many it has: what a damaged tree hides is missed.
        let known = try runs(database)
        let (count, expected) = (counts.values.reduce(unread, +), known.reduce(0) { $0 &+ $1.live &+ $1.dead })
        if count != expected {
            let run = known.first { counts[$0.number, default: 0] != $0.live + $0.dead }
            let name = run.map { " one of them of the run '\(Compact.id(of: $0.id).printable)'," } ?? ""
            found.append(.damaged(id: "?", problem: "\(place) is damaged: of \(expected) checkpoints,\(name) it finds \(count)"))
        }
        return found.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    }

    public func latest(workflow: String?) throws(Failure) -> LatestCheckpoint {
        try database.withLock { database throws(Failure) in
            try database.transaction(writes: false) { () throws(Failure) in try newest(workflow, database) }
        }
    }

    /// From the greatest id downwards: of those that the library makes, those that look like them, and all others.
    private func newest(_ workflow: String?, _ database: SQLite) throws(Failure) -> LatestCheckpoint {
        var found: [LatestCheckpoint] = []
        for range in ["number > 0 ORDER BY number", "number <= 0 AND id >= x'FF' ORDER BY id", "number <= 0 AND id < x'FF' ORDER BY id"] {
            found.append(try newest(workflow, range, database))
        }
        var latest = found.filter { $0.id != nil }
            .max { ($0.id ?? "").utf8.lexicographicallyPrecedes(($1.id ?? "").utf8) } ?? LatestCheckpoint(id: nil)
        latest.skipped = found.flatMap(\.skipped)
        try check(latest, workflow, database)
        return latest
    }

    private func newest(_ workflow: String?, _ range: String, _ database: SQLite) throws(Failure) -> LatestCheckpoint {
        var latest = LatestCheckpoint(id: nil)
        var names = Names()
        try database.statement("SELECT \(CheckpointRow.all) FROM checkpoint WHERE \(range) DESC").each { row throws(Failure) in
            guard let found = CheckpointRow(row) else {
                let id = row.blob(0).map { Compact.id(of: $0).printable } ?? "?"
                latest.skipped.append("\(place) is damaged: the row of the checkpoint '\(id)' does not match its checksum")
                return true
            }
            guard try number(of: found.id, database) == found.number else {
                latest.skipped.append("\(place) is damaged: the row of the checkpoint '\(Compact.id(of: found.id).printable)' is not in its place")
                return true
            }
            if found.isDead { return true }
            if let workflow, try names.workflow(found.graph, self, database) != Text(workflow) { return true }
            do throws(Failure) {
                latest.content = try content(found, database)
            } catch where error.status == .storage || error.status == .outOfMemory {
                throw error  // It may well be whole: an older one would be the wrong answer.
            } catch {
                latest.skipped.append(error.message)
                return true
            }
            latest.id = Compact.id(of: found.id)
            return false
        }
        return latest
    }

    /// The runs know their newest checkpoints too. In a large storage looking at all of them would cost more than it protects.
    private func check(_ latest: LatestCheckpoint, _ workflow: String?, _ database: SQLite) throws(Failure) {
        guard latest.skipped.isEmpty, try store(database).runs <= 1000 else { return }
        for run in try runs(database) where workflow == nil || run.workflow == workflow.map({ Text($0) }) {
            let last = Compact.id(of: run.last)
            guard latest.id.map({ $0.utf8.lexicographicallyPrecedes(last.utf8) }) ?? true else { continue }
            guard let row = try row(run.last, database), row.isDead else {
                throw damaged("the last checkpoint of the run '\(Compact.id(of: run.id).printable)', '\(last)', cannot be found in its order")
            }
        }
    }

    enum Row {
        case good(CheckpointRow)
        /// The id as it may be shown: it may be damaged itself.
        case damaged(id: String)
    }

    /// All, in the order of the table. A damaged page may give one row twice and hide another, so that the number is right.
    func rows(_ database: SQLite) throws(Failure) -> [Row] {
        var found: [Row] = []
        var last = Int.min
        try database.statement("SELECT \(CheckpointRow.all) FROM checkpoint ORDER BY number").each { row in
            if let good = CheckpointRow(row), good.isInPlace, let number = good.number, last < number {
                found.append(.good(good))
                last = number
            } else {
                found.append(.damaged(id: row.blob(0).map { Compact.id(of: $0).printable } ?? "?"))
            }
            return true
        }
        return found
    }

    /// All; an error if one is damaged or missing.
    func runs(_ database: SQLite) throws(Failure) -> [RunRow] {
        var found: [RunRow] = []
        try database.statement("SELECT \(RunRow.columns) FROM run ORDER BY number").each { row throws(Failure) in
            guard let run = RunRow(row) else { throw damaged("the row of a run does not match its checksum") }
            found.append(run)
            return true
        }
        let known = try store(database).runs
        guard found.count == known else { throw damaged("it finds \(found.count) of \(known) runs") }
        for index in found.indices where found[index].isOpen { found[index] = try whole(found[index], database) }
        return found
    }
}

/// What rows refer to, looked up once.
struct Names {
    private var graphs: [Int: GraphRow] = [:]
    private var runs: [Int: String] = [:]

    mutating func workflow(_ graph: Int, _ storage: SQLiteStorage, _ database: SQLite) throws(Failure) -> Text {
        try self.graph(graph, storage, database).workflow
    }

    private mutating func graph(_ number: Int, _ storage: SQLiteStorage, _ database: SQLite) throws(Failure) -> GraphRow {
        if let known = graphs[number] { return known }
        let found = try storage.graph(number, database)
        graphs[number] = found
        return found
    }

    mutating func summary(_ row: CheckpointRow, _ storage: SQLiteStorage, _ database: SQLite) throws(Failure) -> CheckpointSummary {
        if runs[row.run] == nil { runs[row.run] = try storage.runID(row.run, database) }
        let graph = try graph(row.graph, storage, database)
        return CheckpointSummary(
            id: Compact.id(of: row.id), previousID: row.previous.map(Compact.id), runID: runs[row.run] ?? "",
            workflowName: graph.workflow.string, signature: graph.signature.string, kind: row.kind, superstep: row.superstep,
            timestamp: row.timestamp)
    }
}
