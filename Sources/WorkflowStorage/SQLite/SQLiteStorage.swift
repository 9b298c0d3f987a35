import WorkflowJSON
public import WorkflowModel

/// `sqlite:PATH` One database file for any number of runs, threads and processes.
///
/// A commit is one transaction: it checks the head of the run, and writes the summary, the frame of the document and the
/// values of the state that changed, each as its difference if it changed a little. What the tables mean stands in
/// `SQLiteSchema`.
public final class SQLiteStorage: Storage {
    let database: Locked<SQLite>
    let place: String

    /// Makes the file if it is not there.
    public init(path: String) throws(Failure) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw Failure(.invalid, "'sqlite:' needs the path of a file behind the colon, without a NUL; for a storage that is not kept use 'memory:'")
        }
        let opened = try SQLite(path: path)
        try SQLiteSchema.prepare(opened)
        database = Locked(opened)
        place = "the database '\(path.printable)'"
    }

    public func save(_ commit: Commit) throws(Failure) {
        let id = Compact.id(commit.summary.id)
        if !Compact.isOwn(id) { try CheckpointID.check(commit.summary.id) }
        let frame = try SQLiteFrame(commit)
        do throws(Failure) {
            let line = try database.withLock { database throws(Failure) in
                try database.setDurable(commit.durability == .full)
                return try database.transaction(writes: true) { () throws(Failure) in try write(commit, id, frame, to: database) }
            }
            line?.requests = frame.requests
            commit.session.memory = line
        } catch {
            // What the session knows may be ahead of the database.
            commit.session.memory = nil
            throw error
        }
    }

    private func write(_ commit: Commit, _ id: Text, _ frame: SQLiteFrame, to database: SQLite) throws(Failure) -> SQLiteLine? {
        if case .boundary(let boundary) = commit.content, let line = commit.session.memory as? SQLiteLine,
            try advance(line, boundary, commit, id, frame, database)
        {
            return line
        }
        let summary = commit.summary
        let runID = Compact.id(summary.runID)
        let old = try row(id, database)
        if let old, !old.isDead {
            guard try content(old, database).document == commit.document() else { throw CheckpointID.taken(summary.id, in: place) }
            return nil
        }
        let known = try run(runID, database)
        let head = known.map { Compact.id(of: $0.head) }
        if case .head(let expected) = commit.expected, expected != head {
            throw RunFence.conflict(summary.runID, expected: expected, found: head)
        }
        guard old == nil || old?.run == known?.number else { throw damaged("the deleted checkpoint '\(summary.id)' belongs to another run") }
        var run: RunRow
        if let known { run = known } else { run = try newRun(runID, id, frame.workflow, database) }
        var (line, changes): (SQLiteLine?, Text?) = (nil, nil)
        if case .boundary(let boundary) = commit.content {
            (line, changes) = try writeState(of: boundary, commit, frame, run: known, to: database)
        }
        let graph: Int
        if let known = line?.graph { graph = known } else { graph = try graphNumber(frame, summary, database) }
        line?.graph = graph
        // A deleted one that comes back keeps its place in the chain.
        let before = old == nil ? (known == nil ? nil : run.last) : old?.before
        let size = frame.body.count + (line?.bytes ?? 0)
        try summary.check(size: size)
        let payloads = try knownPayloads(commit, known, database)
        let (body, new) = try write(frame.body, of: run, knowing: payloads, database)
        var row = CheckpointRow(
            id: id, run: run.number, before: before, previous: summary.previousID.map(Compact.id), graph: graph, kind: summary.kind,
            superstep: summary.superstep, timestamp: summary.timestamp, status: frame.status, state: line?.state, changes: changes, bytes: size,
            body: body)
        if let old { try settle(old, database) }
        row.number = old?.number
        let number = try row.put(body, into: database)
        if known != nil, Compact.id(of: run.last).utf8.lexicographicallyPrecedes(summary.id.utf8) == false { run.isMixed = true }
        if old == nil { run.last = id } else { run.dead -= 1 }
        run.live += 1
        run.workflow = frame.workflow
        // What a run commits comes after its head, also if the host has made an id that is greater than ours.
        if case .any = commit.expected, let head, Text(summary.id) < Text(head) {} else { run.head = id }
        if old?.state != nil { run.deletions += 1 }
        try put(run, database)
        if let left = old?.state?.line, left != line?.state.line { try cut(left, of: run, database) }
        line?.advance(to: id, summary.id, at: number, run, seal: run.seal)
        line?.payloads = new.after(run)
        return line
    }

    /// The common case: nothing has happened to the run since its last commit by this very session, so nothing need be read.
    /// False if something has.
    private func advance(
        _ line: SQLiteLine, _ boundary: Commit.Boundary, _ commit: Commit, _ id: Text, _ frame: SQLiteFrame, _ database: SQLite
    ) throws(Failure) -> Bool {
        let summary = commit.summary
        guard line.storage === self, let changes = boundary.changes, let graph = line.graph, let last = line.lastID,
            commit.expected == .head(last), summary.previousID == last, isBehind(line.last, id, last, summary.id),
            var run = line.run, run.head == line.last, run.last == line.last, let number = line.number
        else { return false }
        run.head = id
        run.last = id
        run.live += 1
        let seal: Int
        if line.leavesRun(frame) {
            seal = line.runSeal
            let statement = try database.statement(Successor.put)
            try statement.bind(Successor.text(id, behind: line.last), 1)
            try statement.bind(number, 2)
            try statement.bind(run.number, 3)
            try statement.bind(seal, 4)
            while try statement.step() {}
        } else {
            run.workflow = frame.workflow
            run.isOpen = frame.status == SQLiteFrame.working
            seal = run.seal
            try database.statement(RunRow.advance).run(
                .blob(run.workflow), .blob(id), .integer(run.live), .integer(run.isOpen ? 1 : 0), .integer(seal), .integer(run.number),
                .integer(line.runSeal))
        }
        guard database.changes == 1 else { return false }
        let short = try write(changes, boundary, on: line, database)
        let size = frame.body.count + line.bytes
        try summary.check(size: size)
        let (body, payloads) = try write(frame.body, of: run, knowing: line.payloads, database)
        let row = CheckpointRow(
            id: id, run: run.number, before: line.last, previous: line.last, graph: graph, kind: summary.kind,
            superstep: summary.superstep, timestamp: summary.timestamp, status: frame.status, state: line.state, changes: short,
            bytes: size, body: body)
        line.payloads = payloads
        guard let added = try row.add(body, to: database) else { throw CheckpointID.taken(summary.id, in: place) }
        line.advance(to: id, summary.id, at: added, run, seal: seal)
        return true
    }

    /// In the order of ids as hosts see them.
    private func isBehind(_ first: Text, _ second: Text, _ firstID: String, _ secondID: String) -> Bool {
        if Compact.isOwn(first), Compact.isOwn(second) { return first < second }
        return firstID.utf8.lexicographicallyPrecedes(secondID.utf8)
    }

    // MARK: Rows

    /// In a transaction, as all that looks at runs.
    func run(_ id: Text, _ database: SQLite) throws(Failure) -> RunRow? {
        func read(_ row: SQLiteStatement) throws(Failure) -> RunRow {
            guard let found = RunRow(row), found.id == id else {
                throw damaged("the row of the run '\(Compact.id(of: id).printable)' is damaged")
            }
            return found
        }
        let statement = try database.statement(RunRow.ofID)
        if let found = try statement.first(.blob(id), read: read) { return try whole(found, database) }
        // A damaged index must not make a run look new. In a large storage the search would cost more than it protects.
        guard try store(database).runs <= 1000 else { return nil }
        let search = try database.statement("SELECT \(RunRow.columns) FROM run NOT INDEXED WHERE id = ?")
        guard let found = try search.first(.blob(id), read: read) else { return nil }
        return try whole(found, database)
    }

    private func newRun(_ id: Text, _ first: Text, _ workflow: Text, _ database: SQLite) throws(Failure) -> RunRow {
        var store = try store(database)
        store.runs += 1
        store.lastRun += 1
        try put(store, database)
        return RunRow(number: store.lastRun, id: id, workflow: workflow, head: first, last: first, live: 0, dead: 0)
    }

    func put(_ run: RunRow, _ database: SQLite) throws(Failure) {
        try database.statement(RunRow.put).run(run.values)
    }

    private func graphNumber(_ frame: SQLiteFrame, _ summary: CheckpointSummary, _ database: SQLite) throws(Failure) -> Int {
        let (signature, workflow) = (Text(summary.signature), Text(summary.workflowName))
        let find = try database.statement("SELECT number FROM graph WHERE signature = ? AND workflow = ? AND definition IS ?")
        let definition: SQLiteStatement.Value = frame.definition.map { .blob($0) } ?? .null
        if let known = try find.first(.blob(signature), .blob(workflow), definition, read: { $0.integer(0) }), let number = known { return number }
        let last = try largestNumber("SELECT max(number) FROM graph", database)
        let row = GraphRow(number: last + 1, signature: signature, workflow: workflow, definition: frame.definition)
        try database.statement("INSERT INTO graph(number, signature, workflow, definition, seal) VALUES(?,?,?,?,?)")
            .run(.integer(row.number), .blob(signature), .blob(workflow), definition, .integer(row.seal))
        return row.number
    }

    func graph(_ number: Int, _ database: SQLite) throws(Failure) -> GraphRow {
        let statement = try database.statement("SELECT number, signature, workflow, definition, seal FROM graph WHERE number = ?")
        let found = try statement.first(.integer(number)) { row -> GraphRow? in
            guard let signature = row.blob(1), let workflow = row.blob(2) else { return nil }
            let found = GraphRow(number: number, signature: signature, workflow: workflow, definition: row.blob(3))
            return row.integer(4) == found.seal ? found : nil
        }
        guard case let graph?? = found else { throw damaged("the graph number \(number) is damaged or missing") }
        return graph
    }

    func damaged(_ sentence: String) -> Failure { Failure(.checkpoint, "\(place) is damaged: \(sentence)") }
}
