import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowStorage
import WorkflowTestSupport

@Suite("Storages")
struct StorageTests {
    @Test("What was saved is loaded byte for byte", arguments: StorageKind.allCases)
    func saveAndLoad(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let document = try SampleDocument("one", payload: #"{"text": "é\u00e9\u0000", "number": 1.50e0}"#)
        try storage.save(document)
        #expect(try storage.load("one") == document.text)
    }

    @Test("A listing is in the order of ids, whatever the order of saving", arguments: StorageKind.allCases)
    func order(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        for id in ["b", "C", "a-2", "a.1", "a", "a_", "0"] { try storage.save(SampleDocument(id)) }
        #expect(try storage.list(workflow: nil).map(\.id) == ["0", "C", "a", "a-2", "a.1", "a_", "b"])
        #expect(try storage.latest(workflow: nil).id == "b")
    }

    @Test("Heads are listed as they were saved", arguments: StorageKind.allCases)
    func heads(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let document = try SampleDocument("one", superstep: 3)
        try storage.save(document)
        guard case .good(let summary) = try storage.list(workflow: nil).first else { return #expect(Bool(false)) }
        #expect(summary == document.summary)
    }

    @Test("A listing and the latest are those of one workflow, or of all", arguments: StorageKind.allCases)
    func workflows(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        for (id, name) in [("1", "x"), ("2", "y"), ("3", "x"), ("4", "y z")] {
            try storage.save(SampleDocument(id, workflow: name))
        }
        #expect(try storage.list(workflow: "x").map(\.id) == ["1", "3"])
        #expect(try storage.latest(workflow: "y").id == "2")
        #expect(try storage.latest(workflow: nil).id == "4")
        #expect(try storage.list(workflow: "nobody").isEmpty)
        #expect(try storage.latest(workflow: "nobody").id == nil)
    }

    @Test("An empty storage is no error", arguments: StorageKind.allCases)
    func empty(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        #expect(try storage.list(workflow: nil).isEmpty)
        #expect(try storage.latest(workflow: nil).id == nil)
        #expect(failure { _ = try storage.load("one") }?.status == .notFound)
        #expect(try !storage.delete("one"))
    }

    @Test(
        "Saving the same again is no error; something else under the id is, and changes nothing",
        arguments: StorageKind.allCases)
    func retry(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let document = try SampleDocument("one")
        try storage.save(document)
        try storage.save(document)
        let refused = failure { try storage.save(SampleDocument("one", payload: "2")) }
        #expect(refused?.status == .exists)
        #expect(refused?.message.contains("'one'") == true)
        #expect(try storage.load("one") == document.text)
        #expect(try storage.list(workflow: nil).count == 1)
    }

    @Test("What was deleted is gone, and may be saved anew", arguments: StorageKind.allCases)
    func delete(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        try storage.save(SampleDocument("one"))
        try storage.save(SampleDocument("two"))
        #expect(try storage.delete("two"))
        #expect(try !storage.delete("two"))
        #expect(try storage.latest(workflow: nil).id == "one")
        #expect(failure { _ = try storage.load("two") }?.status == .notFound)
        try storage.save(SampleDocument("two", payload: "2"))
        #expect(try storage.list(workflow: nil).count == 2)
    }

    static let hostile = [
        "", ".", "..", "../x", "/etc/passwd", "a/b", "a\\b", "a\0b", "\0", ".hidden", "a b", "a\n", "é", "a:b", "*", "~",
        "%2e%2e",
        String(repeating: "x", count: 201), String(repeating: "x", count: 10_000),
    ]

    @Test("An id that could leave the storage is refused everywhere, printably", arguments: StorageKind.allCases, hostile)
    func hostileIDs(kind: StorageKind, id: String) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let document = try SampleDocument(id)
        for refused in [
            failure { try storage.save(document) }, failure { _ = try storage.load(id) },
            failure { _ = try storage.delete(id) },
        ] {
            #expect(refused?.status == .invalid)
            #expect(refused?.message.utf8.allSatisfy { $0 >= 0x20 } == true)
        }
        #expect(try storage.list(workflow: nil).isEmpty)
    }

    @Test(
        "An id may be as long as 200 and contain dots", arguments: StorageKind.allCases,
        ["a..b", "x.json", "-", "_", String(repeating: "x", count: 200)])
    func goodIDs(kind: StorageKind, id: String) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        try storage.save(SampleDocument(id))
        #expect(try storage.latest(workflow: nil).id == id)
    }

    @Test("Eight threads that save at once lose nothing", arguments: StorageKind.allCases)
    func threads(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        onThreads(8) { thread in
            for number in 0..<10 {
                do {
                    try storage.save(SampleDocument("\(thread)-\(number)"))
                    _ = try storage.list(workflow: nil)
                    _ = try storage.latest(workflow: "flow").id
                } catch { Issue.record("thread \(thread): \(error)") }
            }
        }
        let all = try storage.list(workflow: nil)
        #expect(all.count == 80)
        #expect(all.allSatisfy { $0.problem == nil })
    }

    @Test(
        "Of eight threads with different documents for one id, one wins and seven are told", arguments: StorageKind.allCases)
    func oneWinner(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        for round in 0..<5 {
            let won = Collector<Text>()
            let lost = Collector<Status>()
            onThreads(8) { thread in
                guard let document = try? SampleDocument("round-\(round)", payload: Text("\(thread)")) else { return }
                if let failure = failure(of: { try storage.save(document) }) {
                    lost.add(failure.status)
                } else {
                    won.add(document.text)
                }
            }
            #expect(won.all.count == 1)
            #expect(lost.all == [Status](repeating: .exists, count: 7))
            let kept = try storage.load("round-\(round)")
            #expect(won.all.allSatisfy { $0 == kept })
        }
    }

    @Test("Eight threads with the same document all succeed", arguments: StorageKind.allCases)
    func sameDocument(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let document = try SampleDocument("one")
        let problems = Collector<String>()
        onThreads(8) { _ in if let failure = failure(of: { try storage.save(document) }) { problems.add(failure.message) } }
        #expect(problems.all.isEmpty)
        #expect(try storage.load("one") == document.text)
    }

    @Test(
        "An address of no known form is refused, and says what is known",
        arguments: ["", "memory", "memory:x", "directory:", "sqlite:", "DIRECTORY:/tmp", "SQLite:x", "postgresql://x", "/tmp", "directory"])
    func addresses(url: String) {
        let refused = failure { _ = try StorageURL.open(url) }
        #expect(refused?.status == .invalid)
        #expect(refused?.message.contains("directory:") == true || refused?.message.contains("sqlite:") == true)
    }

    @Test("A listing is JSON that shows good and damaged ones")
    func listing() throws {
        let good = try SampleDocument("one", superstep: 2).summary
        let text = ListingDocument.text(of: [.good(good), .damaged(id: "t\"wo", problem: "torn\n")])
        let entries = try JSONValue(checking: text, as: "the listing").elements
        #expect(
            entries[0].members.map(\.name) == [
                "checkpoint_id", "previous_checkpoint_id", "run_id", "workflow_name", "graph_signature", "kind", "superstep",
                "timestamp",
            ])
        #expect(
            entries[1].members.map { "\($0.name): \($0.value.string ?? "")" } == ["checkpoint_id: t\"wo", "problem: torn\n"])
        #expect(ListingDocument.text(of: []) == "[]")
    }
}
