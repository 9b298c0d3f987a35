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

    public func memos(run: String) throws(Failure) -> [(key: Text, value: Text)]? {
        try database.withLock { database throws(Failure) in
            var found: [(key: Text, value: Text)] = []
            try database.statement("SELECT run, key, seal, value FROM memo WHERE run = ? ORDER BY key").each(.blob(Text(run))) { row throws(Failure) in
                guard let memo = Self.memo(row) else { throw damaged(Self.problem(row)) }
                found.append((memo.key, memo.value))
                return true
            }
            return found
        }
    }

    public func verifyMemos() throws(Failure) -> MemoReport? {
        try database.withLock { database throws(Failure) in
            var report = MemoReport()
            try database.statement("SELECT run, key, seal, value FROM memo").each { row in
                report.memos += 1
                if Self.memo(row) == nil { report.problems.append(damaged(Self.problem(row)).message) }
                return true
            }
            return report
        }
    }

    private func memo(_ run: Text, _ key: Text, _ database: SQLite) throws(Failure) -> Text? {
        try database.statement("SELECT run, key, seal, value FROM memo WHERE run = ? AND key = ?").first(.blob(run), .blob(key)) { row throws(Failure) in
            guard let memo = Self.memo(row), memo.run == run, memo.key == key else { throw damaged(Self.problem(row)) }
            return memo.value
        }
    }

    /// Nil if it is damaged.
    private static func memo(_ row: SQLiteStatement) -> (run: Text, key: Text, value: Text)? {
        guard let run = row.blob(0), let key = row.blob(1), let value = row.blob(3), row.integer(2) == seal(run, key, value) else { return nil }
        return (run, key, value)
    }

    private static func problem(_ row: SQLiteStatement) -> String {
        "the memo '\(row.blob(1)?.string.printable ?? "?")' of the run '\(row.blob(0)?.string.printable ?? "?")' does not match its checksum"
    }

    private static func seal(_ run: Text, _ key: Text, _ value: Text) -> Int {
        var seal = Seal()
        seal.add(run)
        seal.add(key)
        seal.add(value)
        return seal.integer
    }
}
