import Testing
import WorkflowJSON
import WorkflowModel
@testable import WorkflowStorage
import WorkflowTestSupport

/// What a commit leaves for later: short versions in the rows of checkpoints, and the row of the run.
@Suite("Commits to a database")
struct SQLiteCommitTests {
    private let place = TemporaryDirectory()
    private var path: String { "\(place.path)/flow.db" }

    private func count(_ query: String) throws -> Int {
        try SQLite(path: path).statement(query).first { $0.integer(0) ?? -1 } ?? -1
    }

    @Test("A run at work writes the row of the run and a value that stays short once in a few commits")
    func fewRows() throws {
        let run = try CommittedRun()
        let storage = try SQLiteStorage(path: path)
        for number in 0..<200 { try run.commit(["n": Text("\(number)")], to: storage) }
        #expect(try count("SELECT count(*) FROM version") < 20)
        #expect(try count("SELECT live FROM run") < 200)
        #expect(try SQLiteStorage(path: path).head(run: "r") == run.head)
        #expect(try SQLiteStorage(path: path).list(workflow: nil).count == 200)
        try run.check(SQLiteStorage(path: path))
        try run.commit(["n": "-1"], to: storage, isAtWork: false)
        #expect(try count("SELECT live FROM run WHERE open = 0") == 201)
    }

    @Test("Whatever was short, long, gone, deleted or brought back: each checkpoint has its own state", arguments: 1...12)
    func walk(seed: Int) throws {
        var chance = SeededChance(seed)
        let run = try CommittedRun(ids: CheckpointIDs.allCases[seed % 3])
        var (storage, reader) = (try SQLiteStorage(path: path), try SQLiteStorage(path: path))
        var deleted: [String: Text] = [:]
        for step in 0..<300 {
            switch chance.next(40) {
            case 0: run.session = StorageSession()
            case 1: (storage, reader) = (reader, try SQLiteStorage(path: path))
            case 2, 3:
                guard run.documents.count > 1, let id = chance.one(of: run.documents.keys.sorted()) else { continue }
                #expect(try reader.delete(id))
                deleted[id] = run.documents.removeValue(forKey: id)
            case 4: try reader.reclaim()
            case 5:
                guard let id = chance.one(of: deleted.keys.sorted()), let document = deleted.removeValue(forKey: id) else { continue }
                try reader.save(document, CheckpointDocument.summary(of: document, as: "it"))
                run.documents[id] = document
                if id > run.head ?? "" { run.head = id }
            default:
                var state = run.state
                for _ in 0..<chance.next(3) {
                    let key = Text("k\(chance.next(4))")
                    switch chance.next(6) {
                    case 0: state[key] = nil
                    case 1: state[key] = Text("\"\(step)" + String(repeating: "x", count: 40 + chance.next(60)) + "\"")
                    case 2: state[key] = Text("\"" + String(repeating: "\(step % 7)", count: chance.next(1200)) + "\"")
                    default: state[key] = Text("\(step)")
                    }
                }
                try run.commit(state, to: storage, isAtWork: chance.next(12) > 0)
            }
            #expect(try reader.head(run: "r") == run.head)
            if let id = chance.one(of: run.documents.keys.sorted()) { #expect(try reader.load(id) == run.documents[id], "step \(step)") }
        }
        try run.check(reader)
        #expect(try reader.verify().problems.isEmpty)
        #expect(try reader.delete(run: "r"))
        for table in ["version", "large", "part", "checkpoint", "run"] { #expect(try count("SELECT count(*) FROM \(table)") == 0, "\(table)") }
    }

    @Test("Who has left the row of the run behind loses to whoever wrote it since", arguments: [1, 2, 9, 16, 17, 30], CheckpointIDs.allCases)
    func fence(commits: Int, ids: CheckpointIDs) throws {
        let run = try CommittedRun(ids: ids)
        let (storage, other) = (try SQLiteStorage(path: path), try SQLiteStorage(path: path))
        for number in 0..<commits { try run.commit(["n": Text("\(number)")], to: storage) }
        let frozen = run.copy(mark: "b")
        frozen.session = run.session
        run.session = StorageSession()
        try run.commit(["n": "-1"], to: other)
        #expect(failure { try frozen.commit(["n": "-2"], to: storage) }?.status == .conflict)
        try run.commit(["n": "-3"], to: other)
        #expect(failure { try frozen.commit(["n": "-4"], to: storage) }?.status == .conflict)
        try run.check(storage)
    }

    @Test("Damage behind the row of the run is damage of the run, and no older head", arguments: [
        "UPDATE checkpoint SET next = NULL WHERE next IS NOT NULL", "UPDATE checkpoint SET next = x'00' WHERE next IS NOT NULL",
        "UPDATE checkpoint SET next = (SELECT next FROM checkpoint WHERE id = CAST('r-10009' AS BLOB)) WHERE next IS NOT NULL",
        "DELETE FROM checkpoint WHERE id = CAST('r-10006' AS BLOB)", "UPDATE run SET open = 0",
    ])
    func brokenEnd(statement: String) throws {
        let run = try CommittedRun()
        for number in 0..<7 { try run.commit(["n": Text("\(number)")], to: SQLiteStorage(path: path)) }
        let storage = try SQLiteStorage(path: path)
        for number in 7..<12 { try run.commit(["n": Text("\(number)")], to: storage) }
        _ = storage
        try SQLite(path: path).run(statement)
        let damaged = try SQLiteStorage(path: path)
        let found = failure { _ = try damaged.head(run: "r") }
        let listed = try? damaged.list(workflow: nil)
        #expect(found?.status == .checkpoint || listed?.contains { if case .damaged = $0 { true } else { false } } == true, "\(statement)")
    }

    @Test("A row that does not stand where its id is looked for is damage, unless it is among those that the index has", arguments: [
        ("number + 5000", true), ("number - 5000", true), ("-number", false), ("0", false),
    ])
    func outOfPlace(place: String, isDamage: Bool) throws {
        let run = try CommittedRun(ids: .own)
        let storage = try SQLiteStorage(path: path)
        for number in 0..<40 { try run.commit(["n": Text("\(number)")], to: storage) }
        let database = try SQLite(path: path)
        try database.run("UPDATE checkpoint SET number = \(place) WHERE number % 40 = 3")
        #expect(database.changes == 1)
        let reader = try SQLiteStorage(path: path)
        var refused = 0
        for (id, document) in run.documents {
            do { #expect(try reader.load(id) == document) } catch let error as Failure {
                #expect(error.status == .checkpoint)
                refused += 1
            }
        }
        // The one that is not found, and those whose state stands in its row too.
        #expect(isDamage ? (1...ShortVersion.mostRows).contains(refused) : refused == 0)
        #expect(try reader.verify().problems.isEmpty == !isDamage)
    }

    @Test("Of ids that look alike, of any form, the greatest is the latest, and each is found")
    func manyForms() throws {
        let storage = try SQLiteStorage(path: path)
        var all: [String: Text] = [:]
        let ids = [
            "00000000-0000-7000-8000-000000000001", "0191e9a4-5b6c-7000-8123-456789abcdef", "0191e9a4-5b6c-7000-8123-456789abcdf0",
            "0191e9a4-5b6c-4000-8123-456789abcdf1", "0191e9a4-5b6c-7001-8123-456789abcdef", "ffffffff-ffff-7fff-bfff-ffffffffffff", "zebra", "Zebra", "0191e9a4",
        ]
        for id in ids {
            let run = try CommittedRun(ids: .text, named: "run-\(id)", first: id)
            try run.commit(["n": "1"], to: storage)
            all.merge(run.documents) { $1 }
        }
        #expect(all.keys.sorted() == ids.sorted())
        for reader in [storage, try SQLiteStorage(path: path)] {
            for (id, document) in all { #expect(try reader.load(id) == document, "\(id)") }
            #expect(try reader.list(workflow: nil).map(\.id) == ids.sorted())
            #expect(try reader.verify().problems.isEmpty)
        }
        for id in ids.sorted().reversed() {
            #expect(try storage.latest(workflow: nil).id == id)
            #expect(try storage.delete(id))
        }
        #expect(try count("SELECT count(*) FROM checkpoint") == 0)
    }

    @Test("A short value that was changed in its row is an error", arguments: [
        "UPDATE checkpoint SET changes = x'010237'", "UPDATE checkpoint SET changes = NULL", "UPDATE checkpoint SET changes = x'FF'",
        "UPDATE checkpoint SET changes = x'01FFFFFFFFFFFFFFFF7F'", "UPDATE checkpoint SET base = upto", "UPDATE checkpoint SET base = 0",
    ])
    func changedShort(statement: String) throws {
        let run = try CommittedRun()
        let storage = try SQLiteStorage(path: path)
        for number in 0..<5 { try run.commit(["n": Text("\(number)"), "m": "1"], to: storage) }
        let last = try #require(run.head)
        let before = try #require(run.documents.keys.sorted().dropLast().last)
        // Only of the one before: the last reads it on its way.
        try SQLite(path: path).run("\(statement) WHERE id = CAST('\(before)' AS BLOB)")
        #expect(failure { _ = try SQLiteStorage(path: self.path).load(before) }?.status == .checkpoint)
        let text = try? SQLiteStorage(path: path).load(last)
        #expect(text == nil || text == run.documents[last])
    }
}

/// How the ids of a run look.
enum CheckpointIDs: CaseIterable {
    case text
    /// As the library makes them.
    case own
    /// The same, but three at a time want one place.
    case crowded

    func id(_ number: Int, mark: String) -> String {
        func digits(_ number: Int, _ count: Int) -> String {
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: max(0, count - digits.count)) + digits
        }
        let place = self == .crowded ? number / 3 : number
        return self == .text ? "r-\(10_000 + number)\(mark)" : "0191e9a4-5b6c-7\(digits(place, 3))-8123-\(digits(number, 11))\(mark.isEmpty ? "a" : mark)"
    }
}
