public import WorkflowModel

/// One row per memo.
extension SQLiteStorage {
    public func remember(_ value: Text, key: Text, run: String) throws(Failure) {
        let run = Text(run)
        try database.withLock { database throws(Failure) in
            try database.setDurable(true)
            try database.transaction(writes: true) { () throws(Failure) in
                if let other = try memo(run, key, database) {
                    guard other == value else { throw Memo.taken(key, in: place) }
                    return
                }
                try database.statement("INSERT INTO memo(run, key, seal, value) VALUES(?,?,?,?)")
                    .run(.blob(run), .blob(key), .integer(Self.seal(run, key, value)), .blob(value))
            }
        }
    }

    public func recall(_ key: Text, run: String) throws(Failure) -> Text? {
        try database.withLock { database throws(Failure) in try memo(Text(run), key, database) }
    }

    public func forget(run: String) throws(Failure) -> Bool {
        try database.withLock { database throws(Failure) in
            try database.transaction(writes: true) { () throws(Failure) in
                let run = Text(run)
                let found = try database.statement("SELECT 1 FROM memo WHERE run = ? LIMIT 1").first(.blob(run)) { _ in true } ?? false
                if found { try database.statement("DELETE FROM memo WHERE run = ?").run(.blob(run)) }
                return found
            }
        }
    }

    private func memo(_ run: Text, _ key: Text, _ database: SQLite) throws(Failure) -> Text? {
        try database.statement("SELECT run, key, seal, value FROM memo WHERE run = ? AND key = ?").first(.blob(run), .blob(key)) { row throws(Failure) in
            guard row.blob(0) == run, row.blob(1) == key, let value = row.blob(3), row.integer(2) == Self.seal(run, key, value) else {
                throw damaged("the memo '\(key.string.printable)' of the run '\(run.string.printable)' does not match its checksum")
            }
            return value
        }
    }

    private static func seal(_ run: Text, _ key: Text, _ value: Text) -> Int {
        var seal = Seal()
        seal.add(run)
        seal.add(key)
        seal.add(value)
        return seal.integer
    }
}
