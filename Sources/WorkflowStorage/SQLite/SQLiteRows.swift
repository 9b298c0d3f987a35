import WorkflowModel

/// Rows as values, each with its seal. A row that does not fit its seal is damaged.

struct RunRow {
    var number: Int
    var id: Text
    /// Of its newest checkpoint.
    var workflow: Text
    var head: Text
    /// The newest of the chain.
    var last: Text
    /// Checkpoints, and those that were deleted but still hold their place in the chain.
    var live: Int
    var dead: Int
    /// How many were ever deleted: who remembers this number knows whether anything was since.
    var deletions = 0
    /// Whether the chain is not in the order of ids: a host has saved documents of its own.
    var isMixed = false
    /// Whether more may have come behind `last`: see `Successor`.
    var isOpen = false

    static let columns = "number, id, workflow, head, last, live, dead, deletions, mixed, open, seal"
    // Of every commit: put together once.
    static let ofID = "SELECT \(columns) FROM run WHERE id = ?"
    /// Not REPLACE, which would write to the index too.
    static let put = "INSERT INTO run(\(columns)) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11) ON CONFLICT(number) DO UPDATE SET "
        + "workflow = ?3, head = ?4, last = ?5, live = ?6, dead = ?7, deletions = ?8, mixed = ?9, open = ?10, seal = ?11"

    /// One checkpoint more behind the row that was last seen: nothing happens if it is another one by now.
    static let advance = "UPDATE run SET workflow = ?1, head = ?2, last = ?2, live = ?3, open = ?4, seal = ?5 WHERE number = ?6 AND seal = ?7"

    var seal: Int {
        var seal = Seal()
        seal.add(number)
        seal.add(id)
        seal.add(workflow)
        seal.add(head)
        seal.add(last)
        seal.add(live)
        seal.add(dead)
        seal.add(deletions)
        seal.add(isMixed ? 1 : 0)
        seal.add(isOpen ? 1 : 0)
        return seal.integer
    }

    /// Nil if it is damaged.
    init?(_ row: SQLiteStatement) {
        guard let number = row.count(0), let id = row.blob(1), let workflow = row.blob(2), let head = row.blob(3),
            let last = row.blob(4), let live = row.count(5), let dead = row.count(6), let deletions = row.count(7)
        else { return nil }
        self.init(number: number, id: id, workflow: workflow, head: head, last: last, live: live, dead: dead)
        self.deletions = deletions
        isMixed = row.integer(8) == 1
        isOpen = row.integer(9) == 1
        guard row.integer(10) == seal else { return nil }
    }

    init(number: Int, id: Text, workflow: Text, head: Text, last: Text, live: Int, dead: Int) {
        self.number = number
        self.id = id
        self.workflow = workflow
        self.head = head
        self.last = last
        self.live = live
        self.dead = dead
    }

    var values: [SQLiteStatement.Value] {
        [
            .integer(number), .blob(id), .blob(workflow), .blob(head), .blob(last), .integer(live), .integer(dead),
            .integer(deletions), .integer(isMixed ? 1 : 0), .integer(isOpen ? 1 : 0), .integer(seal),
        ]
    }
}

struct GraphRow {
    var number: Int
    var signature: Text
    var workflow: Text
    /// Nil for a document that brought none.
    var definition: Text?

    var seal: Int {
        var seal = Seal()
        seal.add(number)
        seal.add(signature)
        seal.add(workflow)
        seal.add(definition)
        return seal.integer
    }
}

/// A checkpoint without its state.
struct CheckpointRow {
    /// The state that it sees.
    struct State {
        var line: Int
        /// The last version that counts.
        var upto: Int
        /// What it sees of versions up to this one does not stand in rows of checkpoints.
        var base: Int
        var parts: Int
        /// The sum over its parts.
        var digest: UInt64
    }

    /// Where it stands, see `CheckpointPlace`; nil while it stands nowhere.
    var number: Int?
    var id: Text
    var run: Int
    /// What was committed before it in its run.
    var before: Text?
    /// Its parent in the tree: as in the document.
    var previous: Text?
    var graph: Int
    /// As they stand in the row; `kind` and `timestamp` read them.
    private var storedKind: SQLiteStatement.Value
    private var storedTime: SQLiteStatement.Value
    var superstep: Int
    var status: Int
    /// Nil for a document kept as it came.
    var state: State?
    /// The versions that stand here: see `ShortVersions`.
    var changes: Text?
    var bytes: Int
    var bodySeal: Int
    /// It was deleted: only the chain needs it.
    var isDead: Bool { status == Self.dead }

    static let dead = -1
    private static let columns = "id, run, before, previous, graph, kind, superstep, time, status, line, upto, base, parts, digest, changes, bytes, body_seal, seal"
    /// What a row is read from.
    static let all = "\(columns), number"
    static let ofNumber = "SELECT \(all) FROM checkpoint WHERE number = ?"
    private static let places = "INTO checkpoint(\(columns), body, number) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
    private static let put = "INSERT OR REPLACE \(places)"
    private static let add = "INSERT OR IGNORE \(places)"
    private static let kinds = CheckpointKind.all.map(\.rawValue)

    var kind: String {
        switch storedKind {
        case .integer(let index): Int(exactly: index).flatMap { Self.kinds.indices.contains($0) ? Self.kinds[$0] : nil } ?? "?"
        case .blob(let text), .text(let text): text.string
        case .null: "?"
        }
    }

    var timestamp: String {
        switch storedTime {
        case .integer(let packed): Compact.time(of: packed)
        case .blob(let text), .text(let text): text.string
        case .null: "?"
        }
    }

    /// Where the columns go one after another: into a seal, or into a statement and a seal.
    private func put<Columns: ColumnSink>(into columns: inout Columns) throws(Failure) {
        try columns.add(id)
        try columns.add(run)
        try columns.add(before)
        if previous == before { try columns.addNull() } else { try columns.add(previous ?? Text("")) }
        try columns.add(graph)
        try columns.add(storedKind)
        try columns.add(superstep)
        try columns.add(storedTime)
        try columns.add(status)
        if let state {
            try columns.add(state.line)
            try columns.add(state.upto)
            try columns.add(state.base)
            try columns.add(state.parts)
            try columns.add(Int(Int64(bitPattern: state.digest)))
        } else {
            for _ in 0..<5 { try columns.addNull() }
        }
        try columns.add(changes)
        try columns.add(bytes)
        try columns.add(bodySeal)
    }

    private func seal() throws(Failure) -> Int {
        var columns = SealedColumns()
        try put(into: &columns)
        return columns.seal.integer
    }

    /// In the place of the row that was read, or else in a new one; gives its number.
    func put(_ body: Text, into database: SQLite) throws(Failure) -> Int {
        let place: Int
        if let number { place = number } else { place = try CheckpointPlace.new(for: id, database) }
        try insert(body, at: place, Self.put, database)
        return place
    }

    /// A new row, and its number; nil if there is one of that id.
    func add(_ body: Text, to database: SQLite) throws(Failure) -> Int? {
        if let number = CheckpointPlace.number(of: id) {
            try insert(body, at: number, Self.add, database)
            if database.changes == 1 { return number }
        }
        let number = try CheckpointPlace.new(for: id, database)
        try insert(body, at: number, Self.add, database)
        return database.changes == 1 ? number : nil
    }

    private func insert(_ body: Text, at number: Int, _ text: String, _ database: SQLite) throws(Failure) {
        let statement = try database.statement(text)
        var columns = BoundColumns(statement)
        try put(into: &columns)
        try columns.add(columns.seal.integer)
        try columns.add(body)
        try columns.add(number)
        while try statement.step() {}
    }

    /// The chain around it has changed.
    func update(in database: SQLite) throws(Failure) {
        let parent: SQLiteStatement.Value = previous == before ? .null : .blob(previous ?? Text(""))
        try database.statement("UPDATE checkpoint SET before = ?, previous = ?, seal = ? WHERE number = ?")
            .run(before.map { .blob($0) } ?? .null, parent, .integer(try seal()), .optional(number))
    }

    func delete(from database: SQLite) throws(Failure) {
        try database.statement("DELETE FROM checkpoint WHERE number = ?").run(.optional(number))
    }

    init(
        id: Text, run: Int, before: Text?, previous: Text?, graph: Int, kind: String, superstep: Int, timestamp: String, status: Int,
        state: State?, changes: Text?, bytes: Int, body: Text
    ) {
        self.id = id
        self.run = run
        self.before = before
        self.previous = previous
        self.graph = graph
        storedKind = Self.kinds.firstIndex(of: kind).map { .integer($0) } ?? .blob(Text(kind))
        self.superstep = superstep
        storedTime = Compact.time(timestamp)
        self.status = status
        self.state = state
        self.changes = changes
        self.bytes = bytes
        bodySeal = Self.seal(of: body)
    }

    static func seal(of body: Text) -> Int {
        var seal = Seal()
        seal.add(body)
        return seal.integer
    }

    /// From `all`. Nil if it is damaged.
    init?(_ row: SQLiteStatement) {
        guard let id = row.blob(0), let run = row.count(1), let graph = row.count(4), let superstep = row.integer(6),
            let status = row.integer(8), let bytes = row.count(15), let bodySeal = row.integer(16)
        else { return nil }
        self.id = id
        self.run = run
        before = row.blob(2)
        if row.isNull(3) { previous = before } else { previous = row.blob(3).flatMap { $0.isEmpty ? nil : $0 } }
        self.graph = graph
        storedKind = row.value(5)
        self.superstep = superstep
        storedTime = row.value(7)
        self.status = status
        if let line = row.count(9), let upto = row.count(10), let base = row.count(11), let parts = row.count(12), let digest = row.integer(13) {
            state = State(line: line, upto: upto, base: base, parts: parts, digest: UInt64(bitPattern: Int64(digest)))
        }
        changes = row.blob(14)
        self.bytes = bytes
        self.bodySeal = bodySeal
        number = row.integer(18)
        guard let seal = try? seal(), row.integer(17) == seal else { return nil }
    }

    /// Whether it stands where its id is looked for.
    var isInPlace: Bool { number.map { $0 <= 0 || $0 == CheckpointPlace.number(of: id) } ?? false }
}
