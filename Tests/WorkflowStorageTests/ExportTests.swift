import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowStorage
import WorkflowTestSupport

@Suite("Runs that travel")
struct ExportTests {
    @Test("From any storage to any other, byte for byte", arguments: StorageKind.allCases, StorageKind.allCases)
    func travel(from: StorageKind, to: StorageKind) throws {
        let (source, here) = try Shelf.filled(from)
        let (target, there) = try to.make()
        defer { withExtendedLifetime((here, there)) {} }
        let text = try source.export(run: "s")
        try JSON.check(text, as: "the export")
        try target.importRun(text)
        try target.importRun(text)
        #expect(try target.ids == ["b1", "b2", "b3"])
        for id in try target.ids { #expect(try target.load(id) == source.load(id)) }
        #expect(try target.head(run: "s") == target.head(run: "s").map { _ in "b3" })
        let members = JSONValue(trusting: text).members
        #expect(members.map(\.name) == ["format", "version", "run_id", "head", "checkpoints", "memos"])
        let knowsMemos = try source.memos(run: "s") != nil
        #expect(members.last?.value.isNull == !knowsMemos)
        #expect(try target.recall("k", run: "s") == (knowsMemos ? "1" : nil))
        if knowsMemos, try target.memos(run: "s") != nil { #expect(try target.export(run: "s") == text) }
    }

    @Test("What was pruned comes back, and the head stays where it is", arguments: StorageKind.allCases)
    func older(kind: StorageKind) throws {
        let (storage, place) = try Shelf.filled(kind)
        defer { withExtendedLifetime(place) {} }
        let text = try storage.export(run: "t")
        try storage.save(SampleDocument("c4", run: "t", after: "c3"))
        _ = try storage.delete("c2")
        try storage.importRun(text)
        #expect(try storage.runs(#"{"run_id": "t"}"#).entries.map { [$0.head, "\($0.checkpoints)"] } == [["c4", "4"]])
    }

    @Test("Something else of the same id stops the import before anything is saved", arguments: StorageKind.allCases)
    func taken(kind: StorageKind) throws {
        let source = MemoryStorage()
        try Shelf.fill(source)
        let text = try source.export(run: "r")
        let (target, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        try target.save(SampleDocument("a2", run: "q"))
        let refused = failure { try target.importRun(text) }
        #expect(refused?.status == .exists && refused?.message.contains("'a2'") == true)
        #expect(try target.ids == ["a2"])
        #expect(try target.recall("k", run: "r") == nil)
        _ = try target.delete("a2")
        try target.remember("2", key: "k", run: "r")
        let contradicted = failure { try target.importRun(text) }
        #expect(contradicted?.status == .exists && contradicted?.message.contains("'k'") == true)
        #expect(try target.ids == [])
    }

    /// What is replaced by what, and what the error says.
    static let damages: [(String, String, String)] = [
        ("libworkflow.run", "libworkflow.walk", "no exported run"), ("\"version\": 1,\n\"run_id\"", "\"version\": 2,\n\"run_id\"", "newer"),
        ("\"run_id\": \"r\",\n\"head\"", "\"run_id\": \"\",\n\"head\"", "'run_id'"),
        ("\"run_id\": \"r\",\n\"head\"", "\"run_id\": \"q\",\n\"head\"", "'q'"), ("\"head\": \"a3\"", "\"head\": \"a2\"", "'head'"),
        ("\"head\": \"a3\"", "\"head\": null", "'head'"), ("\"checkpoints\": [", "\"checkpoints\": [7,", "checkpoints[0]"),
        ("\"checkpoints\":", "\"checkpoints\": [], \"other\":", "'other'"), ("\"checkpoint_id\": \"a2\"", "\"checkpoint_id\": \"a1\"", "[1]"),
        ("\"checkpoint_id\": \"a2\"", "\"checkpoint_id\": \"a9\"", "[2]"), ("\"checkpoint_id\": \"a2\"", "\"checkpoint_id\": \"a/2\"", "a/2"),
        ("\"messages\": []", "\"messages\": {}", "'messages'"), ("\"format\": \"libworkflow.checkpoint\"", "\"format\": \"x\"", "checkpoints[0]"),
        ("\"memos\": [", "\"memos\": [5,", "memos[0]"), ("{\"key\":\"k\",", "{", "memos[0]"), ("\"memos\": [", "\"memos\": 5, \"x\": [", "'x'"),
    ]

    @Test("What is no whole export is refused, and nothing is imported", arguments: damages.indices)
    func damaged(index: Int) throws {
        let source = MemoryStorage()
        try Shelf.fill(source)
        let (part, other, word) = Self.damages[index]
        let text = try source.export(run: "r").string
        let changed = text.replacing(part, other)
        #expect(changed != text)
        let target = MemoryStorage()
        let refused = failure { try target.importRun(Text(changed)) }
        #expect(refused?.status == .checkpoint || refused?.status == .invalid)
        #expect(refused?.message.contains(word) == true, "\(refused?.message ?? "")")
        #expect(try target.ids == [] && target.memos(run: "r")?.isEmpty == true)
        #expect(failure { try target.importRun("[]") }?.status == .checkpoint)
    }

    @Test("A run with a damaged checkpoint is not exported as if it were whole", arguments: ["b1", "b2", "b3"])
    func incomplete(id: String) throws {
        let place = TemporaryDirectory()
        let storage = try DirectoryStorage(path: place.path)
        try Shelf.fill(storage)
        place.write("torn", to: id + ".json")
        // Only its children and the fence know whose a damaged checkpoint is.
        if try id != "b3" || storage.head(run: "s") != nil {
            let refused = failure { _ = try storage.export(run: "s") }
            #expect(refused?.status == .checkpoint && refused?.message.contains("'\(id)'") == true)
        }
        #expect(failure { _ = try storage.export(run: "r") } == nil)
        _ = try storage.delete(id)
        #expect(failure { _ = try storage.export(run: "s") } == nil)
    }

    @Test("A run that is not there, and a damaged memo, are errors")
    func missing() throws {
        let place = TemporaryDirectory()
        let storage = try DirectoryStorage(path: place.path)
        try Shelf.fill(storage)
        #expect(failure { _ = try storage.export(run: "nobody") }?.status == .notFound)
        for name in TemporaryDirectory.names(place.path + "/memos") { place.write("torn", to: "memos/" + name) }
        #expect(failure { _ = try storage.export(run: "r") }?.status == .checkpoint)
    }

    @Test("Memos of every name travel in the order of their keys", arguments: [StorageKind.memory, .directory])
    func memos(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let keys = ["é", "e\u{301}", "../x", "a/b", "", "\n", "\"", String(repeating: "long", count: 1000)]
        for key in keys { try storage.remember(#"{"n": 1.50}"#, key: Text(key), run: "r é") }
        try storage.save(SampleDocument("1", run: "r é"))
        let target = MemoryStorage()
        try target.importRun(storage.export(run: "r é"))
        #expect(target.memos(run: "r é")?.map(\.key) == keys.map { Text($0) }.sorted())
        for key in keys { #expect(target.recall(Text(key), run: "r é") == #"{"n": 1.50}"#) }
    }
}

@Suite("Copies of a checkpoint with its ancestors")
struct CopyTests {
    private func copy(_ id: String, to run: String, in storage: any Storage) throws -> String {
        var number = 0
        return try storage.copy(id, to: run) {
            number += 1
            return "z\(number)"
        }
    }

    @Test("A copy is a run of its own, the same but for its ids", arguments: StorageKind.allCases)
    func copy(kind: StorageKind) throws {
        let (storage, place) = try Shelf.filled(kind)
        defer { withExtendedLifetime(place) {} }
        let before = try storage.ids
        #expect(try copy("b2", to: "u", in: storage) == "z2")
        #expect(try storage.ids == before + ["z1", "z2"])
        let entry = try storage.runs(#"{"run_id": "u"}"#).entries.first
        #expect(entry?.head == "z2" && entry?.status == .working && entry?.checkpoints == 2 && entry?.superstep == 2)
        #expect(try storage.head(run: "u") == storage.head(run: "u").map { _ in "z2" })
        #expect(try storage.details("z1").summary.previousID == nil && storage.details("z2").summary.previousID == "z1")
        let original = try storage.load("b2").string
        let expected = original.replacing("\"b2\",\n", "\"z2\",\n").replacing("\"b1\",\n", "\"z1\",\n").replacing("\"s\"", "\"u\"")
        #expect(try storage.load("z2").string == expected)
        #expect(try storage.recall("k", run: "u") == nil)
        #expect(try storage.verify().problems == [])
    }

    @Test("A copy under the name of a run that is there is refused", arguments: StorageKind.allCases)
    func taken(kind: StorageKind) throws {
        let (storage, place) = try Shelf.filled(kind)
        defer { withExtendedLifetime(place) {} }
        for run in ["r", "s"] { #expect(failure { _ = try copy("b2", to: run, in: storage) }?.status == .exists) }
        #expect(failure { _ = try copy("none", to: "u", in: storage) }?.status == .notFound)
        #expect(failure { _ = try copy("b2", to: "", in: storage) }?.status == .invalid)
        #expect(failure { _ = try copy("b2", to: "a\nb", in: storage) }?.status == .invalid)
        #expect(try storage.ids == Shelf.ids.sorted())
    }

    @Test("Ancestors that are gone are left out; those of other runs come along", arguments: StorageKind.allCases)
    func lineage(kind: StorageKind) throws {
        let (storage, place) = try Shelf.filled(kind)
        defer { withExtendedLifetime(place) {} }
        try storage.save(SampleDocument("d1", run: "fork", after: "a2"))
        #expect(try copy("d1", to: "u", in: storage) == "z3")
        #expect(try storage.find(#"{"run_id": "u", "order": "oldest"}"#).entries.map(\.id) == ["z1", "z2", "z3"])
        _ = try storage.delete("a1")
        _ = try storage.copy("a2", to: "v", nextID: { "y" })
        #expect(try storage.details("y").summary.previousID == "a1")
    }

    @Test("A circle of ancestors, which only a hand can make, ends")
    func circle() throws {
        let storage = MemoryStorage()
        try storage.save(SampleDocument("1", run: "r", after: "2"))
        try storage.save(SampleDocument("2", run: "r", after: "1"))
        #expect(failure { _ = try copy("2", to: "u", in: storage) }?.status == .checkpoint)
        #expect(try storage.ids == ["1", "2"])
    }

    @Test("A copy that fails half way leaves nothing", arguments: 1...3)
    func halfWay(fails: Int) throws {
        let host = ScriptedStorage()
        let storage = HostStorage(host)
        try Shelf.fill(storage)
        var number = 0
        let failed = failure {
            _ = try storage.copy("b3", to: "u") {
                number += 1
                // The ids are made before anything is saved: one that is taken makes the saving fail.
                return number == 4 - fails ? "a1" : "z\(number)"
            }
        }
        #expect(failed?.status == .exists)
        #expect(try storage.ids == Shelf.ids.sorted())
    }
}
