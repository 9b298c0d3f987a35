import WorkflowJSON
public import WorkflowModel

/// What the rows tell without the state of a checkpoint.
extension SQLiteStorage {
    public func details(_ id: String) throws(Failure) -> CheckpointDetails {
        try CheckpointID.check(id)
        return try database.withLock { database throws(Failure) in
            try database.transaction(writes: false) { () throws(Failure) in
                guard let row = try row(Compact.id(id), database), !row.isDead else { throw CheckpointID.unknown(id, in: place) }
                let summary = try summary(row, try graph(row.graph, database), database)
                return CheckpointDocument.details(summary, frame: try body(row, database), bytes: row.bytes)
            }
        }
    }

    /// A damaged page may be read right today, by luck, and fail a search tomorrow.
    public func verifyForm() throws(Failure) -> [String] {
        try database.withLock { (database) throws(Failure) -> [String] in
            var found: [String] = []
            let check = try database.statement("SELECT CAST(integrity_check AS BLOB) FROM pragma_integrity_check(10)")
            try check.each { row in
                let said = row.blob(0)?.string ?? "?"
                if said != "ok" { found.append("\(place) is damaged: \(said.printable)") }
                return true
            }
            return found
        }
    }

    /// What was written for it: of its state, only what it changed.
    public func size(of id: String) throws(Failure) -> Int {
        try CheckpointID.check(id)
        return try database.withLock { database throws(Failure) in
            guard let row = try row(Compact.id(id), database), !row.isDead else { throw CheckpointID.unknown(id, in: place) }
            return row.bytes
        }
    }
}
