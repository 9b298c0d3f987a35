import WorkflowJSON
import WorkflowModel

/// Writing the state: the change alone where it is known, everything on a new line where not.
extension SQLiteStorage {
    /// One link more than its bytes: finding a row.
    private static let linkCost = 64
    /// A chain may cost so many times the value, and this much in any case.
    private static let longest = (times: 4, base: 1 << 16)

    /// What stands in the checkpoint's own row of it is `changes`.
    func writeState(
        of boundary: Commit.Boundary, _ commit: Commit, _ frame: SQLiteFrame, run: RunRow?, to database: SQLite
    ) throws(Failure) -> (line: SQLiteLine, changes: Text?) {
        if let changes = boundary.changes, let run, let line = try knownLine(commit, frame, run, database) {
            return (line, try write(changes, boundary, on: line, database))
        }
        return (try writeAll(boundary, Compact.id(commit.summary.id), database), nil)
    }

    /// Gives what is for the checkpoint's own row.
    func write(_ changes: StateChanges, _ boundary: Commit.Boundary, on line: SQLiteLine, _ database: SQLite) throws(Failure) -> Text? {
        var versions: [ShortVersion] = []
        if changes.all.count == 1, let change = changes.all.first {
            if let version = try version(of: change, boundary, on: line, database) { versions.append(version) }
        } else {
            var seen: Set<StateChanges.Place> = []
            for change in changes.all where seen.insert(change.place).inserted {
                if let version = try version(of: change, boundary, on: line, database) { versions.append(version) }
            }
        }
        if versions.isEmpty, line.short.isEmpty { return nil }
        return line.takes(versions) ? line.take(versions) : try insert(versions, on: line, database)
    }

    /// In rows of their own, and with them all that waits for one.
    private func insert(_ versions: [ShortVersion], on line: SQLiteLine, _ database: SQLite) throws(Failure) -> Text? {
        let rest = line.short.filter { waiting in !versions.contains { $0.part === waiting.part } }
        for version in versions + rest {
            line.state.upto += 1
            try insert(line.state.upto, line.state.line, version.part, version.form, version.value, database)
        }
        line.state.base = line.state.upto
        line.short.removeAll(keepingCapacity: true)
        line.shortRows = 0
        return nil
    }

    /// The line of the checkpoint that the changes are told from, if nothing came behind it.
    private func knownLine(
        _ commit: Commit, _ frame: SQLiteFrame, _ run: RunRow, _ database: SQLite
    ) throws(Failure) -> SQLiteLine? {
        guard let previous = commit.summary.previousID.map(Compact.id), previous == run.last else { return nil }
        if let known = commit.session.memory as? SQLiteLine, known.storage === self, known.last == previous,
            known.run?.number == run.number, known.run?.deletions == run.deletions
        {
            return known
        }
        guard let base = try row(previous, database), !base.isDead, base.run == run.number, let state = base.state else { return nil }
        // Parts stand where their owners stand in the graph: the same executors in another order are another graph here.
        let graph = try graph(base.graph, database)
        guard let definition = frame.definition, definition == graph.definition, graph.signature == Text(commit.summary.signature) else {
            return nil
        }
        let line = SQLiteLine(self, last: previous, state: state, bytes: max(0, base.bytes - (try sizeOfBody(base, database))))
        let short = try shortVersions(base, database)
        line.shortRows = short.rows
        for (number, link) in short.found {
            let value = link.value ?? Text("")
            let part = SQLiteLine.Part(number: number, seal: link.seal, size: value.count, cost: value.count, isGone: link.form == .gone)
            line.short.append(ShortVersion(part: part, form: link.form, value: value))
        }
        return line
    }

    /// The next version of a part; nil if nothing has changed.
    private func version(
        of change: StateChanges.Change, _ boundary: Commit.Boundary, on line: SQLiteLine, _ database: SQLite
    ) throws(Failure) -> ShortVersion? {
        let value = boundary.snapshot.value(at: change.place)
        guard value != change.before else { return nil }
        let place = StatePlace(change.place, in: boundary.graph)
        let part = try part(at: place, on: line, wasThere: change.before != nil || change.growth != nil, database)
        let isThere = !part.isGone
        if isThere {
            line.state.digest &-= part.share
            line.state.parts -= 1
            // No checksum covers the sizes in rows: a wrong one must not make the number of all bytes one that cannot be read.
            line.bytes = max(0, line.bytes - part.size)
        }
        var (form, text) = (VersionForm.gone, Text(""))
        if let value {
            // A difference needs a row to stand behind.
            let difference = isThere && !line.waits(part) ? change.difference(to: value, size: part.size)?.encoded : nil
            (form, text) = (.whole, value)
            part.size = value.count
            if let difference,
                part.cost + difference.count + Self.linkCost <= Self.longest.times * value.count + Self.longest.base
            {
                (form, text) = (.difference, difference)
                part.cost += difference.count + Self.linkCost
            } else {
                part.cost = value.count
            }
        }
        part.isGone = form == .gone
        part.seal = form.seal(text, after: part.seal)
        if !part.isGone {
            part.share = part.place.share(part.seal)
            line.state.digest &+= part.share
            line.state.parts += 1
            line.bytes += part.size
        }
        return ShortVersion(part: part, form: form, value: text)
    }

    func insert(
        _ number: Int, _ line: Int, _ part: SQLiteLine.Part, _ form: VersionForm, _ value: Text, _ database: SQLite
    ) throws(Failure) {
        let large: Int?
        if value.count > Self.largestInPage { large = try insert(value, database) } else { large = nil }
        try database.statement("INSERT INTO version(line, part, number, form, size, cost, seal, large, value) VALUES(?,?,?,?,?,?,?,?,?)")
            .run(
                .integer(line), .integer(part.number), .integer(number), .integer(form.rawValue), .integer(part.size), .integer(part.cost),
                .integer(part.seal), .optional(large), large == nil ? .blob(value) : .null)
    }

    /// Four rows must fit into a page of such a table; what is longer would take a page of its own.
    private static let largestInPage = 900

    private func insert(_ large: Text, _ database: SQLite) throws(Failure) -> Int {
        let number = try largestNumber("SELECT max(number) FROM large", database) + 1
        try database.statement("INSERT INTO large(number, value) VALUES(?,?)").run(.integer(number), .blob(large))
        return number
    }

    /// The part at a place; a new one is numbered and gone.
    private func part(
        at place: StatePlace, on line: SQLiteLine, wasThere: Bool, _ database: SQLite
    ) throws(Failure) -> SQLiteLine.Part {
        if let known = line.part(at: place) { return known }
        let part = try storedPart(at: place, on: line, wasThere: wasThere, database)
        line.add(part, at: place)
        return part
    }

    private func storedPart(
        at place: StatePlace, on line: SQLiteLine, wasThere: Bool, _ database: SQLite
    ) throws(Failure) -> SQLiteLine.Part {
        let find = try database.statement("SELECT number FROM part WHERE line = ? AND area = ? AND owner = ? AND key = ?")
        let known = try find.first(.integer(line.state.line), .integer(place.area.rawValue), .integer(place.owner), .blob(place.keyBytes)) { $0.count(0) }
        if case let number?? = known {
            if let short = line.short.first(where: { $0.part.number == number }) { return short.part }
            let newest = try database.statement(
                "SELECT form, size, cost, seal FROM version WHERE line = ? AND part = ? ORDER BY number DESC LIMIT 1")
            let found = try newest.first(.integer(line.state.line), .integer(number)) { row -> SQLiteLine.Part? in
                guard let form = row.integer(0).flatMap(VersionForm.init), let size = row.count(1), let cost = row.count(2),
                    let seal = row.integer(3)
                else { return nil }
                return SQLiteLine.Part(number: number, seal: seal, size: size, cost: cost, isGone: form == .gone)
            }
            // What only deleted checkpoints saw has no versions any more.
            if found == nil, !wasThere { return SQLiteLine.Part(number: number) }
            guard case let part?? = found else { throw damaged("a value of the state has lost its versions") }
            return part
        }
        let number = try count(of: line, database) + 1
        line.numbered = number
        try insert(place, number: number, line: line.state.line, database)
        return SQLiteLine.Part(number: number)
    }

    private func count(of line: SQLiteLine, _ database: SQLite) throws(Failure) -> Int {
        if let known = line.numbered { return known }
        let statement = try database.statement("SELECT count(*) FROM part WHERE line = ?")
        return try statement.first(.integer(line.state.line)) { $0.integer(0) ?? 0 } ?? 0
    }

    private func insert(_ place: StatePlace, number: Int, line: Int, _ database: SQLite) throws(Failure) {
        try database.statement("INSERT INTO part(line, area, owner, key, number, name) VALUES(?,?,?,?,?,?)")
            .run(
                .integer(line), .integer(place.area.rawValue), .integer(place.owner), .blob(place.keyBytes), .integer(number),
                .blob(place.name))
    }

    /// Everything, on a line of its own.
    private func writeAll(_ boundary: Commit.Boundary, _ id: Text, _ database: SQLite) throws(Failure) -> SQLiteLine {
        var store = try store(database)
        store.lastLine += 1
        try put(store, database)
        let line = SQLiteLine(self, last: id, state: CheckpointRow.State(line: store.lastLine, upto: 0, base: 0, parts: 0, digest: 0), bytes: 0)
        let parts = boundary.snapshot.parts(in: boundary.graph)
        for (index, one) in parts.enumerated() {
            let part = SQLiteLine.Part(
                number: index + 1, seal: VersionForm.whole.seal(one.value, after: 0), size: one.value.count, cost: one.value.count,
                isGone: false)
            try insert(one.place, number: part.number, line: store.lastLine, database)
            try insert(part.number, store.lastLine, part, .whole, one.value, database)
            line.add(part, at: one.place)
            line.state.digest &+= part.share
            line.bytes += part.size
        }
        line.state.parts = parts.count
        line.state.upto = parts.count
        line.state.base = parts.count
        line.numbered = parts.count
        return line
    }
}

extension StateChanges.Change {
    /// How to make `value` of what stood there, which the storage has with `size` bytes. What has only grown need not be compared.
    /// Where a document was read, white space around a value is gone that the storage still has: then it must be written whole.
    fileprivate func difference(to value: Text, size: Int) -> Difference? {
        guard let growth else {
            guard let before, before.count == size else { return nil }
            return Difference(from: before, to: value)
        }
        return growth.count == size ? Difference(of: value, grownFrom: growth.kept) : nil
    }
}
