import Testing
import WorkflowJSON
import WorkflowModel
@testable import WorkflowStorage
import WorkflowTestSupport

/// Long payloads, which stand in rows of their own.
@Suite("Payloads in a database")
struct SQLitePayloadTests {
    private let place = TemporaryDirectory()
    private var path: String { "\(place.path)/flow.db" }

    private func count(_ query: String) throws -> Int {
        let database = try SQLite(path: path)
        return try withExtendedLifetime(database) { try database.statement(query).first { $0.integer(0) ?? -1 } ?? -1 }
    }

    private var rows: Int { get throws { try count("SELECT count(*) FROM payload") } }

    private func text(_ mark: Int, _ size: Int = 100_000) -> Text { Text("\"\(mark) " + String(repeating: "x", count: size - 3) + "\"") }

    @Test("A payload that stays the same is kept once, and every checkpoint has it")
    func once() throws {
        let run = try CommittedRun()
        let storage = try SQLiteStorage(path: path)
        // The same text, and another with the same bytes.
        let kept = text(1)
        for number in 0..<10 { try run.commit(["n": Text("\(number)")], to: storage, sending: number < 5 ? [kept] : ["1", text(1), text(1)]) }
        #expect(try rows == 1)
        #expect(try count("SELECT sum(length(body)) FROM checkpoint") < 5000)
        #expect(try count("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size") < 200_000)
        try run.check(storage)
        try run.check(SQLiteStorage(path: path))
        #expect(try storage.verify().problems.isEmpty)
        for (id, document) in run.documents {
            #expect(try storage.size(of: id) > 100_000)
            #expect(try storage.details(id).bytes == storage.size(of: id))
            #expect(try storage.details(id).messages == CheckpointDocument.details(of: document, as: "it").messages)
        }
    }

    @Test("One that is not so long has a row of its own from the second time on")
    func secondTime() throws {
        let run = try CommittedRun()
        let storage = try SQLiteStorage(path: path)
        for number in 0..<10 { try run.commit([:], to: storage, sending: [text(number, 10_000)]) }
        #expect(try rows == 0)
        for _ in 0..<10 { try run.commit([:], to: storage, sending: [text(-1, 10_000), text(-1, 10_000)]) }
        #expect(try rows == 1)
        for _ in 0..<10 { try run.commit([:], to: storage, sending: [text(-1, 2000)]) }
        #expect(try rows == 1)
        try run.check(storage)
    }

    @Test("Whatever changes, alternates, moves or is there twice: each checkpoint has its own")
    func changes() throws {
        let run = try CommittedRun()
        let storage = try SQLiteStorage(path: path)
        for number in 0..<6 { try run.commit([:], to: storage, sending: [text(number % 2)]) }
        #expect(try rows == 6)
        for number in 0..<6 { try run.commit([:], to: storage, sending: number % 2 == 0 ? [text(10), text(11)] : [text(11), "2", text(10), text(11)]) }
        #expect(try rows == 8)
        // As long, but for its last byte the same.
        for end in ["a", "b"] { try run.commit([:], to: storage, sending: [Text("\"" + String(repeating: "y", count: 90_000) + end + "\"")]) }
        #expect(try rows == 10)
        try run.check(storage)
    }

    @Test("Hundreds of payloads in one boundary, which move up by one")
    func queue() throws {
        let run = try CommittedRun()
        let storage = try SQLiteStorage(path: path)
        let all = (0..<300).map { text($0, 5000) }
        for number in 0..<5 { try run.commit([:], to: storage, sending: Array(all[number...] + all[..<number])) }
        // The last of them is one that was the first before, and is not looked for so far away.
        #expect(try rows <= 300 + 5)
        #expect(try count("SELECT sum(length(value)) FROM payload") < 1_550_000)
        try run.check(storage)
    }

    @Test("A session that has just begun goes on with the rows that are there")
    func resumed() throws {
        let run = try CommittedRun()
        for _ in 0..<4 {
            run.session = StorageSession()
            let storage = try SQLiteStorage(path: path)
            for _ in 0..<3 { try run.commit(["n": "1"], to: storage, sending: [text(1), text(2)]) }
        }
        #expect(try rows == 2)
        try run.check(SQLiteStorage(path: path))
        for (id, document) in run.documents { #expect(try SQLiteStorage(path: path).size(of: id) > 200_000 && document.count > 200_000) }
    }

    @Test("Deleting frees what no checkpoint needs, and nothing else, one by one as well")
    func deleting() throws {
        let run = try CommittedRun()
        let storage = try SQLiteStorage(path: path)
        for number in 0..<40 { try run.commit([:], to: storage, sending: [text(number / 4)]) }
        #expect(try rows == 10)
        let ids = run.documents.keys.sorted()
        func delete(_ id: String) throws {
            #expect(try storage.delete(id))
            run.documents[id] = nil
        }
        // The one that brought it.
        try delete(ids[4])
        try run.check(storage)
        for id in ids[5..<8] { try delete(id) }
        for id in ids[12..<24] { try delete(id) }
        #expect(try rows <= 7)
        try storage.reclaim()
        #expect(try rows == 6)
        try run.check(storage)
        // Its session goes on, and does not believe in what may be gone.
        try run.commit([:], to: storage, sending: [text(9)])
        for id in ids[36...] { try delete(id) }
        try storage.reclaim()
        try run.commit([:], to: storage, sending: [text(9)])
        try run.check(storage)
        #expect(try storage.verify().problems.isEmpty)
        for id in run.documents.keys.sorted() { try delete(id) }
        for table in ["payload", "checkpoint", "run"] { #expect(try count("SELECT count(*) FROM \(table)") == 0, "\(table)") }
    }

    @Test("What a session remembers is not true of a run that was deleted and is there again")
    func deletedMeanwhile() throws {
        let run = try CommittedRun()
        let (storage, other) = (try SQLiteStorage(path: path), try SQLiteStorage(path: path))
        try run.commit([:], to: storage, sending: [text(1)])
        let document = try other.load(#require(run.head))
        #expect(try other.delete(run: "r"))
        try other.save(document, CheckpointDocument.summary(of: document, as: "it"))
        try run.commit([:], to: storage, sending: [text(1)])
        try run.check(other)
        #expect(try rows == 1)
    }

    @Test("What a session has written is of no use in another storage")
    func otherStorage() throws {
        let run = try CommittedRun()
        try run.commit([:], to: SQLiteStorage(path: path), sending: [text(1)])
        let copy = "\(place.path)/copy.db"
        let storage = try SQLiteStorage(path: copy)
        let document = try #require(run.documents.values.first)
        try storage.save(document, CheckpointDocument.summary(of: document, as: "it"))
        try run.commit([:], to: storage, sending: [text(1)])
        try run.check(storage)
    }

    @Test("A payload that is damaged, missing or another one's is an error", arguments: [
        "DELETE FROM payload", "DELETE FROM payload WHERE number = 1", "UPDATE payload SET number = number + 2", "UPDATE payload SET run = 7",
        "UPDATE payload SET value = CAST('\"x\"' AS BLOB)", "UPDATE payload SET value = NULL", "UPDATE payload SET value = substr(value, 1, 99999)",
        "UPDATE payload SET value = replace(CAST(value AS TEXT), '1 xxx', '1 xyx')", "UPDATE payload SET value = CAST(replace(CAST(value AS TEXT), '1 xxx', '1 xyx') AS BLOB)",
        "UPDATE payload SET value = (SELECT value FROM payload WHERE number = 2) WHERE number = 1", "DROP TABLE payload",
        "UPDATE checkpoint SET body = substr(body, 1, 12)", "UPDATE checkpoint SET body = x'01'", "UPDATE checkpoint SET body = substr(body, 1, 2) || x'01' || substr(body, 4)",
    ])
    func damage(statement: String) throws {
        let run = try CommittedRun()
        let storage = try SQLiteStorage(path: path)
        for _ in 0..<3 { try run.commit([:], to: storage, sending: [text(1), text(2)]) }
        try SQLite(path: path).run(statement)
        for id in run.documents.keys {
            let found = failure { _ = try SQLiteStorage(path: self.path).load(id) }
            #expect(found?.status == .checkpoint, "\(statement)")
            #expect(found?.message.contains(path) == true)
        }
        if statement.hasPrefix("DROP") { return }
        #expect(try SQLiteStorage(path: path).verify().problems.count >= 3)
        // It can be deleted.
        let ids = run.documents.keys.sorted()
        #expect(try storage.delete(ids[0]) && storage.delete(ids[1]))
        try storage.reclaim()
        #expect(try storage.delete(ids[2]))
        #expect(try rows == 0 || statement.hasSuffix("run = 7"))
    }

    @Test("A damaged body does not cost others what they need")
    func damagedNeighbour() throws {
        let run = try CommittedRun()
        let storage = try SQLiteStorage(path: path)
        for _ in 0..<4 { try run.commit([:], to: storage, sending: [text(1)]) }
        let ids = run.documents.keys.sorted()
        try SQLite(path: path).run("UPDATE checkpoint SET body = x'01' WHERE id = CAST('\(ids[1])' AS BLOB)")
        for id in ids[..<2] { #expect(try storage.delete(id)) }
        try storage.reclaim()
        for id in ids[2...] { #expect(try storage.load(id) == run.documents[id]) }
    }

    @Test("Whatever was sent, deleted, damaged or brought back, by whatever session", arguments: 1...5)
    func walk(seed: Int) throws {
        var chance = SeededChance(seed)
        let run = try CommittedRun()
        var (storage, reader) = (try SQLiteStorage(path: path), try SQLiteStorage(path: path))
        var (deleted, sent): ([String: Text], [Text]) = ([:], [])
        for step in 0..<120 {
            switch chance.next(24) {
            case 0: run.session = StorageSession()
            case 1: (storage, reader) = (reader, try SQLiteStorage(path: path))
            case 2, 3, 4:
                guard run.documents.count > 1, let id = chance.one(of: run.documents.keys.sorted()) else { continue }
                #expect(try reader.delete(id))
                deleted[id] = run.documents.removeValue(forKey: id)
            case 5: try reader.reclaim()
            case 6:
                guard let id = chance.one(of: deleted.keys.sorted()), let document = deleted.removeValue(forKey: id) else { continue }
                try reader.save(document, CheckpointDocument.summary(of: document, as: "it"))
                run.documents[id] = document
                if id > run.head ?? "" { run.head = id }
            default:
                if chance.next(3) == 0, !sent.isEmpty { sent.remove(at: chance.next(sent.count)) }
                if chance.next(3) == 0 { sent.insert(text(chance.next(3), [10, 5000, 9000, 66_000][chance.next(4)]), at: chance.next(sent.count + 1)) }
                try run.commit(["n": Text("\(step / 3)")], to: storage, isAtWork: chance.next(12) > 0, sending: sent)
            }
            #expect(try reader.head(run: "r") == run.head)
            if let id = chance.one(of: run.documents.keys.sorted()) { #expect(try reader.load(id) == run.documents[id], "step \(step)") }
        }
        try run.check(reader)
        #expect(try reader.verify().problems.isEmpty)
        #expect(try reader.delete(run: "r"))
        for table in ["payload", "version", "large", "part", "checkpoint", "run"] { #expect(try count("SELECT count(*) FROM \(table)") == 0, "\(table)") }
    }

    @Test("An answer to one of many requests costs one group of them")
    func requests() throws {
        var chance = SeededChance(3)
        let run = try CommittedRun()
        let storage = try SQLiteStorage(path: path)
        var requests = (0..<2000).map { Request(id: Text("q\($0)"), executor: 0, data: Text("{\"question\": \($0)}"), responseType: "integer") }
        try run.commit([:], to: storage, sending: [], asking: requests)
        let first = try count("SELECT sum(length(value)) FROM payload")
        for number in 0..<30 {
            requests.remove(at: chance.next(requests.count))
            if number == 20 { run.session = StorageSession() }
            try run.commit([:], to: storage, sending: [], asking: requests)
        }
        #expect(first > 200_000)
        // Another session does not know the groups, and makes new ones where requests are gone.
        #expect(try count("SELECT sum(length(value)) FROM payload") < 2 * first + 30 * 10_000)
        #expect(try count("SELECT max(length(body)) FROM checkpoint") < 5000)
        try run.check(SQLiteStorage(path: path))
        let last = try #require(run.head)
        #expect(try storage.details(last).pendingRequestIDs == requests.map(\.id.string))
        #expect(try storage.verify().problems.isEmpty)
    }

    @Test("A session keeps no object of the host's")
    func hostValues() throws {
        final class Value: HostValue, @unchecked Sendable {
            private let made: Encoding
            init(_ text: Text) {
                made = Encoding(text, nil)
                super.init()
            }
            override var encoding: Encoding { made }
        }
        let run = try CommittedRun()
        let storage = try SQLiteStorage(path: path)
        weak var last: Value?
        for _ in 0..<3 {
            let value = Value(text(1))
            last = value
            try run.commit([:], to: storage, sending: [Text(value)])
        }
        #expect(last == nil)
        #expect(try rows == 1)
        try run.check(storage)
    }

    @Test("A body is read as it was written, or is damaged, whatever its bytes are", arguments: 1...20)
    func bytes(seed: Int) {
        var chance = SeededChance(seed)
        var (pieces, place): ([SQLiteBody.Piece], Int) = ([], 0)
        for _ in 0..<1 + chance.next(5) {
            place += chance.next(200)
            pieces.append(SQLiteBody.Piece(place: place, number: 1 + chance.next(1 << 20), size: chance.next(1 << 20), seal: UInt64(chance.next(1 << 30)) << 33))
        }
        let body = SQLiteBody(Text(String(repeating: "r", count: place + chance.next(9))), pieces)
        let text = body.text
        let read = SQLiteBody(reading: text)
        #expect(read?.rest == body.rest && read?.text == text && read?.size == body.size)
        for _ in 0..<500 {
            var bytes = text.withBytes { Array($0) }
            for _ in 0..<1 + chance.next(4) { bytes[1 + chance.next(min(40, bytes.count - 1))] = UInt8(chance.next(256)) }
            let damaged = SQLiteBody(reading: Text(bytes: bytes.prefix(1 + chance.next(bytes.count))))
            #expect(damaged.map { $0.pieces.allSatisfy { (0...$0.place).contains(0) } && ($0.pieces.last?.place ?? 0) <= $0.rest.count } ?? true)
        }
    }
}
