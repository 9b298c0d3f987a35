public import WorkflowModel

/// A deleted checkpoint leaves its row, empty, so that the chain of its run holds; when half of a run is such rows they go, and
/// with them the versions that no checkpoint sees.
extension SQLiteStorage {
    public func delete(_ id: String) throws(Failure) -> Bool {
        try CheckpointID.check(id)
        return try database.withLock { database throws(Failure) in
            try database.setDurable(true)
            return try database.transaction(writes: true) { () throws(Failure) in try remove(id, database) }
        }
    }

    /// In one transaction.
    public func delete(_ ids: [String], run: String, whileHeadIs head: String?) throws(Failure) -> [String] {
        try database.withLock { database throws(Failure) in
            try database.setDurable(true)
            return try database.transaction(writes: true) { () throws(Failure) in
                guard try self.run(Compact.id(run), database).map({ Compact.id(of: $0.head) }) == head else { return [] }
                var gone: [String] = []
                for id in ids where try remove(id, database) { gone.append(id) }
                return gone
            }
        }
    }

    private func remove(_ id: String, _ database: SQLite) throws(Failure) -> Bool {
        guard var row = try row(Compact.id(id), database), !row.isDead else { return false }
        guard var run = try runRow(row.run, database).map({ row throws(Failure) in try whole(row, database) }) else { throw damaged("the run of the checkpoint '\(id)' is missing") }
        let hadPayloads = try hasPayloads(row, database)
        row.status = CheckpointRow.dead
        row.bytes = 0
        row.bodySeal = CheckpointRow.seal(of: Text(""))
        _ = try row.put(Text(""), into: database)
        run.live -= 1
        run.dead += 1
        run.deletions += 1
        guard run.live > 0 else {
            try erase(run, database)
            return true
        }
        try put(run, database)
        if run.dead > max(64, run.live) {
            try compact(run, database)
        } else if hadPayloads, run.dead > run.live / 8, (try? chain(of: run, database)) != nil {
            // They are long: who deletes one by one gets their space back before half of the run is gone.
            try compact(run, database)
        }
        return true
    }

    /// Gives back what deleted checkpoints held: rows, versions, and pages of the file.
    public func reclaim() throws(Failure) {
        try database.withLock { database throws(Failure) in
            try database.transaction(writes: true) { () throws(Failure) in
                for run in try runs(database) where run.dead > 0 { try compact(run, database) }
            }
            try database.run("PRAGMA incremental_vacuum")
            // Readers of other processes may keep the log from being cut; it is cut later then.
            _ = try? database.run("PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }

    /// A run without checkpoints is forgotten, and its head with it.
    private func erase(_ run: RunRow, _ database: SQLite) throws(Failure) {
        for row in try chain(of: run, database) {
            if let line = row.state?.line { try erase(line: line, database) }
            try row.delete(from: database)
        }
        try database.statement("DELETE FROM payload WHERE run = ?").run(.integer(run.number))
        try database.statement("DELETE FROM run WHERE number = ?").run(.integer(run.number))
        var store = try store(database)
        store.runs -= 1
        try put(store, database)
    }

    private func erase(line: Int, _ database: SQLite) throws(Failure) {
        try database.statement("DELETE FROM large WHERE number IN (SELECT large FROM version WHERE line = ?)").run(.integer(line))
        try database.statement("DELETE FROM version WHERE line = ?").run(.integer(line))
        try database.statement("DELETE FROM part WHERE line = ?").run(.integer(line))
    }

    /// Newest first.
    func chain(of run: RunRow, _ database: SQLite) throws(Failure) -> [CheckpointRow] {
        var found: [CheckpointRow] = []
        var next: Text? = run.last
        while let id = next {
            guard found.count < run.live + run.dead, let row = try row(id, database), row.run == run.number else {
                throw damaged("the chain of the run '\(Compact.id(of: run.id).printable)' is broken at the checkpoint '\(Compact.id(of: id))'")
            }
            found.append(row)
            next = row.before
        }
        return found
    }

    private func compact(_ run: RunRow, _ database: SQLite) throws(Failure) {
        var run = run
        let all = try chain(of: run, database)
        let kept = all.filter { !$0.isDead }
        for row in all where row.isDead {
            try settle(row, database)
            try row.delete(from: database)
        }
        for (index, row) in kept.enumerated() {
            let before = kept.indices.contains(index + 1) ? kept[index + 1].id : nil
            guard row.before != before else { continue }
            var row = row
            row.before = before
            try row.update(in: database)
        }
        if let last = kept.first { run.last = last.id }
        run.dead = 0
        try put(run, database)
        try cutPayloads(of: run, to: kept, database)
        var sights: [Int: [Int]] = [:]
        for row in all { if let state = row.state { sights[state.line, default: []] += row.isDead ? [] : [state.upto] } }
        for (line, uptos) in sights { try cut(line, to: uptos.sorted(), database) }
    }

    /// A deleted checkpoint that comes back does not come back to its line.
    func cut(_ line: Int, of run: RunRow, _ database: SQLite) throws(Failure) {
        let states = try chain(of: run, database).filter { !$0.isDead }.compactMap(\.state)
        try cut(line, to: states.filter { $0.line == line }.map(\.upto).sorted(), database)
    }

    /// Deletes the versions of a line that are neither seen by one of its checkpoints nor needed to make one that is.
    private func cut(_ line: Int, to uptos: [Int], _ database: SQLite) throws(Failure) {
        guard !uptos.isEmpty else { return try erase(line: line, database) }
        var versions: [(number: Int, part: Int, form: VersionForm)] = []
        try database.statement("SELECT number, part, form FROM version WHERE line = ? ORDER BY part, number").each(.integer(line)) { row throws(Failure) in
            guard let number = row.integer(0), let part = row.integer(1), let form = row.integer(2).flatMap(VersionForm.init) else {
                throw damaged("a version of the state is damaged")
            }
            versions.append((number, part, form))
            return true
        }
        var end = versions.count
        while end > 0 {
            let start = versions[..<end].lastIndex { $0.part != versions[end - 1].part }.map { $0 + 1 } ?? 0
            let part = versions[start].part
            for number in Self.unseen(versions[start..<end].map { ($0.number, $0.form) }, uptos) {
                let one = "WHERE line = ? AND part = ? AND number = ?"
                let large = "DELETE FROM large WHERE number = (SELECT large FROM version \(one))"
                for text in [large, "DELETE FROM version \(one)"] {
                    try database.statement(text).run(.integer(line), .integer(part), .integer(number))
                }
            }
            end = start
        }
    }

    /// Of one part, in the order of numbers.
    static func unseen(_ versions: [(number: Int, form: VersionForm)], _ uptos: [Int]) -> [Int] {
        var unseen: [Int] = []
        var sights = uptos[...]
        var isNeeded = false
        for version in versions.reversed() {
            var isSeen = false
            while let upto = sights.last, upto >= version.number {
                sights.removeLast()
                isSeen = true
            }
            if isSeen || isNeeded {
                isNeeded = version.form == .difference
            } else {
                unseen.append(version.number)
            }
        }
        return unseen
    }

    /// As it stands there.
    func runRow(_ number: Int, _ database: SQLite) throws(Failure) -> RunRow? {
        try database.statement("SELECT \(RunRow.columns) FROM run WHERE number = ?").first(.integer(number)) { row throws(Failure) in
            guard let run = RunRow(row) else { throw damaged("the row of the run number \(number) does not match its checksum") }
            return run
        }
    }
}
