import Glibc
import Testing
import WorkflowJSON
import WorkflowModel
@testable import WorkflowStorage
import WorkflowTestSupport

@Suite("Databases")
struct SQLiteStorageTests {
    private let place = TemporaryDirectory()
    private var path: String { "\(place.path)/flow.db" }
    private let graph = try! makeGraph("f") { try $0.addEdge("a", "a") }

    /// Commits states one after another, each told from the one before, as a run does; behind a checkpoint if one is given.
    private func commit(
        _ states: [[Text: Text]], to storage: SQLiteStorage, run: String = "r", behind base: (id: String, state: [Text: Text])? = nil,
        durability: Durability = .process, in session: StorageSession = StorageSession()
    ) throws -> [String] {
        var ids: [String] = []
        var before = StateMap((base?.state ?? [:]).map { ($0.key, $0.value) })
        var head = try storage.head(run: run)
        for (index, state) in states.enumerated() {
            var snapshot = Snapshot(graph: graph)
            snapshot.superstep = index
            for (key, value) in state { snapshot.shared[key] = value }
            var changes = StateChanges()
            for key in Set(before.keys + snapshot.shared.keys) where before[key] != snapshot.shared[key] {
                changes.add(.shared(scope: Graph.outermost, key: key), before: before[key])
            }
            let previous = ids.last ?? base?.id
            let number = 10_000 + index + (head.flatMap { Int($0.dropFirst(run.count + 1)) }.map { $0 - 9999 - index } ?? 0)
            let summary = CheckpointSummary(
                id: "\(run)-\(number)", previousID: previous, runID: run, workflowName: "f", signature: graph.signature.string,
                kind: "superstep", superstep: index, timestamp: "2026-11-21T11:22:33.000000+00:00")
            try storage.save(
                Commit(
                    .init(snapshot, graph: graph, definition: DefinitionLine(of: graph), changes: previous == nil ? nil : changes), summary,
                    expected: .head(head), durability: durability, in: session))
            ids.append(summary.id)
            head = summary.id
            before = snapshot.shared
        }
        return ids
    }

    private func count(_ query: String) throws -> Int {
        try SQLite(path: path).statement(query).first { $0.integer(0) ?? -1 } ?? -1
    }

    @Test("What did not change is not written again; a little change costs little")
    func cost() throws {
        let large = Text("\"" + String(repeating: "x", count: 100_000) + "\"")
        let storage = try SQLiteStorage(path: path)
        _ = try commit((0..<50).map { ["large": large, "n": Text("\($0)"), "grown": Text("[" + Array(repeating: "1234567890", count: $0 * 10).joined(separator: ",") + "]")] }, to: storage)
        #expect(try count("SELECT count(*) FROM large WHERE length(value) > 90000") == 1)
        #expect(try count("SELECT max(length(value)) FROM version WHERE form = 1") < 200)
        #expect(try count("SELECT sum(length(value)) FROM version") + count("SELECT sum(length(value)) FROM large") < 120_000)
    }

    @Test("Where commits sync, the log stays short, which is what a process reads that opens it after a kill")
    func log() throws {
        let storage = try SQLiteStorage(path: path)
        var info = stat()
        let states = (0..<300).map { n -> [Text: Text] in ["n": Text("\(n)")] }
        _ = try commit(states, to: storage, run: "s", durability: .full)
        #expect(stat("\(path)-wal", &info) == 0 && info.st_size < 150 * 4_120)
        _ = try commit(states, to: storage, run: "p", durability: .process)
        #expect(stat("\(path)-wal", &info) == 0 && info.st_size > 150 * 4_120)
    }

    @Test("A chain is cut by a whole value before reading it costs more than four times the value")
    func chains() throws {
        let storage = try SQLiteStorage(path: path)
        let filler = String(repeating: "y", count: 1000)
        let ids = try commit((0..<3000).map { ["k": Text("\"\($0)\(filler)\"")] }, to: storage)
        #expect(try count("SELECT count(*) FROM version WHERE form = 0") > 1)
        #expect(try count("SELECT max(cost) FROM version") <= 4 * 1006 + 65536)
        #expect(try storage.load(ids[2999]).string.contains("\"2999y"))
        #expect(try storage.load(ids[1500]).string.contains("\"1500y"))
    }

    @Test("A chain that was cut is an error and never an older or an empty value", arguments: [0, 1, 2, 3])
    func cutChain(missing: Int) throws {
        let filler = String(repeating: "y", count: 200)
        let ids = try commit((0..<4).map { ["k": Text("\"\($0)\(filler)\""), "other": "1"] }, to: SQLiteStorage(path: path))
        try SQLite(path: path).run("DELETE FROM version WHERE number = (SELECT number FROM version WHERE part = (SELECT number FROM part WHERE key = CAST('k' AS BLOB)) ORDER BY number LIMIT 1 OFFSET \(missing))")
        let storage = try SQLiteStorage(path: path)
        let failure = failure { _ = try storage.load(ids[3]) }
        #expect(failure?.status == .checkpoint)
        #expect(failure?.message.contains(path) == true && failure?.message.contains(ids[3]) == true)
        if missing > 0 { #expect(try storage.load(ids[missing - 1]).string.contains("\"\(missing - 1)y")) }
    }

    @Test("Each damaged row is an error that names the file", arguments: [
        "UPDATE checkpoint SET superstep = superstep + 1", "UPDATE checkpoint SET body = CAST('{\"lanes\":1}' AS BLOB)", "UPDATE checkpoint SET digest = digest + 1",
        "UPDATE part SET owner = 1", "UPDATE part SET key = CAST('z' AS BLOB)", "DELETE FROM part", "DELETE FROM version", "UPDATE version SET value = CAST('7' AS BLOB)",
        "UPDATE version SET form = 2", "UPDATE version SET number = number + 1", "UPDATE run SET id = CAST('s' AS BLOB)", "DELETE FROM run", "UPDATE run SET head = CAST('r-99999' AS BLOB)",
        "UPDATE graph SET workflow = CAST('g' AS BLOB)", "DELETE FROM graph", "DELETE FROM store", "UPDATE store SET runs = 5", "UPDATE checkpoint SET id = CAST('r-7' AS BLOB)", "DELETE FROM checkpoint", "DROP TABLE version",
    ])
    func damage(statement: String) throws {
        let ids = try commit([["k": "1"]], to: SQLiteStorage(path: path))
        try SQLite(path: path).run(statement)
        let found = failure { _ = try SQLiteStorage(path: path).load(ids[0]) } ?? failure { _ = try SQLiteStorage(path: path).head(run: "r") }
            ?? failure { _ = try SQLiteStorage(path: path).latest(workflow: nil) }
        #expect(found != nil && found?.status != .notFound, "\(statement)")
        #expect(found?.message.contains(path) == true)
    }

    @Test("A damaged id is listed as it can be shown")
    func damagedID() throws {
        _ = try commit([["k": "1"]], to: SQLiteStorage(path: path))
        try SQLite(path: path).run("UPDATE checkpoint SET id = x'7F00FF0A'")
        let ids = try SQLiteStorage(path: path).list(workflow: nil).map(\.id)
        #expect(ids.count >= 1)
        for id in ids { #expect(id.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }) }
    }

    @Test("A checkpoint that stands where its id is not looked for is not the latest")
    func movedRow() throws {
        let (id, other) = ("0191e9a4-5b6c-7abc-8123-00000000001a", "\(place.path)/other.db")
        let ids = try commit([["k": "1"]], to: SQLiteStorage(path: path))
        let document = Text(try SQLiteStorage(path: path).load(ids[0]).string.replacing(ids[0], with: id))
        try SQLiteStorage(path: other).save(document, CheckpointDocument.summary(of: document, as: "it"))
        #expect(try SQLiteStorage(path: other).latest(workflow: nil).id == id)
        try SQLite(path: other).run("UPDATE checkpoint SET number = number + 1000")
        let found = try? SQLiteStorage(path: other).latest(workflow: nil)
        #expect(found == nil || found?.id == nil)
    }

    /// Numbers that would trap when they are counted on, under a seal that fits.
    @Test("A number that was never given is damage, also under a right checksum", arguments: [Int.max, -1, 1 << 50])
    func hostileNumbers(number: Int) throws {
        _ = try commit([["k": "1"]], to: SQLiteStorage(path: path))
        func hostile(_ body: (SQLite) throws(Failure) -> Void) throws -> Failure? {
            let copy = "\(place.path)/copy.db"
            try? SQLite(path: path).run("VACUUM INTO '\(copy)'")
            defer { unlink(copy) }
            try body(SQLite(path: copy))
            return failure {
                let storage = try SQLiteStorage(path: copy)
                _ = try storage.list(workflow: nil)
                _ = try self.commit([["k": "1"], ["k": "2"]], to: storage, run: "s")
                _ = try storage.load("r-10000")
            }
        }
        let run = RunRow(number: 1, id: Text("r"), workflow: Text("f"), head: Text("r-10000"), last: Text("r-10000"), live: number, dead: number)
        #expect(try hostile { database throws(Failure) in
            let statement = try database.statement("UPDATE run SET live = ?, dead = ?, seal = ?")
            try statement.run(.integer(number), .integer(number), .integer(run.seal))
        }?.status == .checkpoint)
        #expect(try hostile { database throws(Failure) in try StoreRow(runs: number, lastRun: number, lastLine: number).insert(into: database) }?.status == .checkpoint)
        #expect(try hostile { database throws(Failure) in try database.run("UPDATE version SET number = \(number)") }?.status == .checkpoint || number < 0)
    }

    @Test("A column that is described otherwise than it was made is damage: what is stored in it would change")
    func description() throws {
        let ids = try commit([["k": "1"]], to: SQLiteStorage(path: path))
        let database = try SQLite(path: path)
        try database.run("CREATE TABLE of_somebody_else(x)")
        #expect(try SQLiteStorage(path: path).load(ids[0]).string.contains("\"k\":1"))
        try database.run("PRAGMA writable_schema = ON")
        try database.run("UPDATE sqlite_master SET sql = replace(sql, 'kind BLOB', 'kind CLOB') WHERE name = 'checkpoint'")
        #expect(failure { _ = try SQLiteStorage(path: self.path) }?.status == .checkpoint)
    }

    private let tables = ["version", "large", "part", "checkpoint", "run"]

    @Test("What only deleted checkpoints knew can be there again")
    func forgottenPart() throws {
        let storage = try SQLiteStorage(path: path)
        let ids = try commit([["a": "1"], ["a": "2"], ["a": "2", "K": "1"]], to: storage)
        #expect(try storage.delete(ids[2]))
        try storage.reclaim()
        let more = try commit([["a": "2", "K": "3"], ["a": "4", "K": "5"]], to: SQLiteStorage(path: path), behind: (ids[1], ["a": "2"]))
        #expect(try storage.load(more[0]).string.contains("\"K\":3"))
        #expect(try storage.load(more[1]).string.contains("\"K\":5"))
        #expect(try count("SELECT count(DISTINCT line) FROM version") == 1)
    }

    @Test("A run that was deleted and is there again has nothing of what a session knows of it")
    func deletedMeanwhile() throws {
        let (storage, session) = (try SQLiteStorage(path: path), StorageSession())
        let ids = try commit([["a": "1", "b": "1"]], to: storage, in: session)
        let other = try SQLiteStorage(path: path)
        let document = try other.load(ids[0])
        #expect(try other.delete(run: "r"))
        try other.save(document, CheckpointDocument.summary(of: document, as: "it"))
        let more = try commit([["a": "2", "b": "1"]], to: storage, behind: (ids[0], ["a": "1", "b": "1"]), in: session)
        #expect(try other.load(more[0]).string.contains("\"a\":2"))
    }

    @Test("The line of a deleted checkpoint goes when it comes back as a document")
    func lineOfADocument() throws {
        let storage = try SQLiteStorage(path: path)
        let ids = try commit([["a": "1"], ["a": "2"]], to: storage)
        let side = try commit([["a": "5"]], to: storage, behind: (ids[0], ["a": "1"]))
        _ = try commit([["a": "3"]], to: storage, behind: (ids[1], ["a": "2"]))
        let document = try storage.load(side[0])
        #expect(try storage.delete(side[0]))
        try storage.save(document, CheckpointDocument.summary(of: document, as: "it"))
        #expect(try storage.load(side[0]) == document)
        #expect(try storage.delete(run: "r"))
        for table in tables { #expect(try count("SELECT count(*) FROM \(table)") == 0, "\(table)") }
    }

    @Test("Deleting frees what nobody sees, and nothing else")
    func reclaim() throws {
        let filler = String(repeating: "z", count: 500)
        let storage = try SQLiteStorage(path: path)
        let ids = try commit((0..<200).map {
            ["k": Text("\"\($0)\(filler)\""), Text("n\($0 % 7)"): Text("\($0)"), "l": Text("\"\($0 % 40)\(filler)\(filler)\($0)\"")]
        }, to: storage)
        let kept = [ids[199], ids[100], ids[3]]
        let documents = try kept.map { try storage.load($0) }
        for id in ids where !kept.contains(id) { #expect(try storage.delete(id)) }
        let before = (try count("SELECT count(*) FROM version"), try count("SELECT count(*) FROM large"))
        try storage.reclaim()
        #expect(try count("SELECT count(*) FROM version") < before.0 && count("SELECT count(*) FROM large") < before.1)
        #expect(try count("SELECT count(*) FROM large WHERE number NOT IN (SELECT large FROM version WHERE large IS NOT NULL)") == 0)
        #expect(try count("SELECT count(*) FROM checkpoint") == 3)
        #expect(try kept.map { try storage.load($0) } == documents)
        #expect(try storage.list(workflow: "f").count == 3)
        #expect(try storage.head(run: "r") == ids[199])
        for id in kept { #expect(try storage.delete(id)) }
        for table in ["version", "large", "part", "run"] { #expect(try count("SELECT count(*) FROM \(table)") == 0) }
        #expect(try storage.head(run: "r") == nil && storage.latest(workflow: nil).id == nil)
    }

    @Test("Versions that some checkpoint sees, or needs to see another, stay")
    func unseen() {
        let chain: [(number: Int, form: VersionForm)] = [(1, .whole), (3, .difference), (5, .difference), (6, .whole), (8, .gone), (9, .whole)]
        #expect(SQLiteStorage.unseen(chain, [9]) == [8, 6, 5, 3, 1])
        #expect(SQLiteStorage.unseen(chain, [5]) == [9, 8, 6])
        #expect(SQLiteStorage.unseen(chain, [4]) == [9, 8, 6, 5])
        #expect(SQLiteStorage.unseen(chain, [8]) == [9, 6, 5, 3, 1])
        #expect(SQLiteStorage.unseen(chain, [2, 7]) == [9, 8, 5, 3])
        #expect(SQLiteStorage.unseen(chain, []) == [9, 8, 6, 5, 3, 1])
        #expect(SQLiteStorage.unseen(chain, [0, 100]) == [8, 6, 5, 3, 1])
    }

    @Test("A database that is not ours, or of a later version, is refused and stays as it is")
    func strangers() throws {
        try SQLite(path: path).run("CREATE TABLE notes(x)")
        let other = failure { _ = try SQLiteStorage(path: path) }
        #expect(other?.status == .storage && other?.message.contains("another program") == true)
        #expect(try count("SELECT count(*) FROM sqlite_master") == 1)
        let later = "\(place.path)/later.db"
        _ = try SQLiteStorage(path: later)
        try SQLite(path: later).run("PRAGMA user_version = 2")
        let refused = failure { _ = try SQLiteStorage(path: later) }
        #expect(refused?.status == .unsupported && refused?.message.contains("version 2") == true)
        let nowhere = failure { _ = try SQLiteStorage(path: "\(place.path)/no/where.db") }
        #expect(nowhere?.status == .storage && nowhere?.message.contains("no/where.db") == true)
        #expect(failure { _ = try SQLiteStorage(path: place.path) }?.status == .storage)
    }
}
