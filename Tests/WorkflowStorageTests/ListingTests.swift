import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowStorage
import WorkflowTestSupport

@Suite("Listing runs and checkpoints")
struct ListingTests {
    static let questions: [(query: Text, ids: [String])] = [
        ("{}", Shelf.ids.sorted().reversed()),
        (#"{"order": "oldest"}"#, Shelf.ids.sorted()),
        (#"{"order": "oldest", "limit": null, "run_id": null}"#, Shelf.ids.sorted()),
        (#"{"run_id": "r"}"#, ["a3", "a2", "a1"]),
        (#"{"run_id": "nobody"}"#, []),
        (#"{"workflow_name": "y", "order": "oldest"}"#, ["c1", "c2", "c3"]),
        (#"{"workflow_name": "x", "run_id": "t"}"#, []),
        (#"{"status": "idle"}"#, ["a3"]),
        (#"{"status": "waiting"}"#, ["b3"]),
        (#"{"status": "working", "run_id": "s"}"#, ["b2", "b1"]),
        (#"{"kind": "superstep", "run_id": "t"}"#, ["c3", "c2", "c1"]),
        (#"{"kind": "entry"}"#, []),
        (#"{"before": "b2"}"#, ["b1", "a3", "a2", "a1"]),
        (#"{"after": "b2", "order": "oldest"}"#, ["b3", "c1", "c2", "c3"]),
        (#"{"after": "a3", "before": "b3"}"#, ["b2", "b1"]),
        (#"{"before": ""}"#, []),
        (#"{"after": "b3", "before": "b1"}"#, []),
    ]

    @Test("Checkpoints are found by what is asked", arguments: StorageKind.allCases, questions.indices)
    func find(kind: StorageKind, index: Int) throws {
        let (storage, place) = try Shelf.filled(kind)
        defer { withExtendedLifetime(place) {} }
        let (query, ids) = Self.questions[index]
        let page = try storage.find(query)
        #expect(page.entries.map(\.id) == ids, "\(query)")
        #expect(page.next == nil)
    }

    @Test("Page by page, everything comes once and in order", arguments: StorageKind.allCases, StorageQuery.Order.allCases)
    func pages(kind: StorageKind, order: StorageQuery.Order) throws {
        let (storage, place) = try Shelf.filled(kind)
        defer { withExtendedLifetime(place) {} }
        for limit in 1...10 {
            var query = StorageQuery()
            (query.limit, query.order) = (limit, order)
            var (ids, heads): ([String], [String]) = ([], [])
            repeat {
                let page = try storage.find(query)
                #expect(page.entries.count == limit || page.next == nil)
                ids += page.entries.map(\.id)
                if order == .newest { query.before = page.next } else { query.after = page.next }
            } while query.before != nil || query.after != nil
            repeat {
                let page = try storage.runs(query)
                heads += page.entries.map(\.head)
                if order == .newest { query.before = page.next } else { query.after = page.next }
            } while query.before != nil || query.after != nil
            let sorted = Shelf.ids.sorted()
            #expect(ids == (order == .newest ? sorted.reversed() : sorted))
            #expect(heads == (order == .newest ? ["c3", "b3", "a3"] : ["a3", "b3", "c3"]))
        }
    }

    @Test("Runs are listed with where they stand", arguments: StorageKind.allCases)
    func runs(kind: StorageKind) throws {
        let (storage, place) = try Shelf.filled(kind)
        defer { withExtendedLifetime(place) {} }
        func heads(_ query: Text) throws -> [String] { try storage.runs(query).entries.map(\.head) }
        let all = try storage.runs(#"{"order": "oldest"}"#).entries
        #expect(all.map(\.runID) == ["r", "s", "t"])
        #expect(all.map(\.workflowName) == ["x", "x", "y"])
        #expect(all.map(\.status) == [.idle, .waiting, .working])
        #expect(all.allSatisfy { $0.checkpoints == 3 && $0.superstep == 3 && $0.problem == nil })
        #expect(all.first?.timestamp == Timestamp.text(microseconds: Shelf.now - 2 * Shelf.hour))
        #expect(try heads(#"{"workflow_name": "x"}"#) == ["b3", "a3"])
        #expect(try heads(#"{"status": "waiting"}"#) == ["b3"])
        #expect(try heads(#"{"run_id": "t"}"#) == ["c3"])
        #expect(try heads(#"{"kind": "fork"}"#) == [])
        #expect(try heads(#"{"before": "b3"}"#) == ["a3"])
        _ = try storage.delete("c3")
        #expect(try heads(#"{"run_id": "t"}"#) == ["c2"])
    }

    @Test("A run belongs to the workflow of its last checkpoint", arguments: StorageKind.allCases)
    func renamed(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        try storage.save(SampleDocument("1", run: "r", workflow: "old"))
        try storage.save(SampleDocument("2", run: "r", after: "1", workflow: "new"))
        #expect(try storage.runs(#"{"workflow_name": "new"}"#).entries.map(\.checkpoints) == [2])
        #expect(try storage.runs(#"{"workflow_name": "old"}"#).entries.isEmpty)
    }

    @Test("The details of a checkpoint", arguments: StorageKind.allCases)
    func details(kind: StorageKind) throws {
        let (storage, place) = try Shelf.filled(kind)
        defer { withExtendedLifetime(place) {} }
        let details = try storage.details("b3")
        #expect(details.summary.runID == "s" && details.summary.previousID == "b2")
        #expect(details.status == .waiting && details.pendingRequestIDs == ["ask-b3"] && details.messages == 0)
        #expect(try details.bytes == storage.load("b3").count)
        #expect(try storage.details("b2").messages == 1)
        #expect(failure { _ = try storage.details("none") }?.status == .notFound)
        #expect(failure { _ = try storage.details("../x") }?.status == .invalid)
    }

    @Test("A damaged checkpoint hides nothing, and is told in every listing")
    func damaged() throws {
        let place = TemporaryDirectory()
        let storage = try DirectoryStorage(path: place.path)
        try Shelf.fill(storage)
        place.write("{", to: "b2.json")
        #expect(try storage.find(#"{"run_id": "r", "order": "oldest"}"#).entries.map(\.id) == ["a1", "a2", "a3", "b2"])
        #expect(try storage.find(#"{"run_id": "r", "before": "b2"}"#).entries.map(\.id) == ["a3", "a2", "a1"])
        #expect(try storage.find(#"{"limit": 1, "before": "b3"}"#).next == "b2")
        #expect(try storage.runs(#"{"run_id": "s"}"#).entries.map(\.checkpoints) == [2])
    }

    @Test(
        "A query that is not understood is refused by what it says",
        arguments: [
            (#"[]"#, "object"), (#"{"runid": "x"}"#, "'runid'"), (#"{"limit": 0}"#, "1 to 10000"), (#"{"limit": 10001}"#, "limit"),
            (#"{"limit": 1.5}"#, "limit"), (#"{"limit": "5"}"#, "limit"), (#"{"order": "up"}"#, "'newest'"),
            (#"{"status": "done"}"#, "'waiting'"), (#"{"kind": "step"}"#, "'superstep'"), (#"{"run_id": 5}"#, "'run_id'"),
            (#"{"before": []}"#, "'before'"),
        ] as [(Text, String)])
    func badQueries(query: Text, word: String) {
        let refused = failure { _ = try StorageQuery(query) }
        #expect(refused?.status == .invalid)
        #expect(refused?.message.contains(word) == true, "\(refused?.message ?? "")")
    }

    @Test("What is known of a checkpoint without its graph")
    func status() throws {
        func details(_ change: (inout String) -> Void) throws -> CheckpointDetails {
            var text = try SampleDocument("1", run: "r", .idle).text.string
            change(&text)
            return try CheckpointDocument.details(of: Text(text), as: "it")
        }
        let requests = "\"pending_request_info_events\": {"
        let partial = "\"metadata\": {},\n\"partial\": [{\"executor\": \"a\", \"handled\": 1, \"deliveries\": [DELIVERY], \"staged\": STAGED}]"
        #expect(try details { _ in }.status == .idle)
        let intercepted = try details { $0.replace(requests, #"\#(requests)"q": {"request_id": "q", "intercepted_at": "a"}"#) }
        #expect(intercepted.status == .idle && intercepted.pendingRequestIDs == [])
        let asked = try details { $0.replace(requests, #"\#(requests)"q": {"request_id": "q", "intercepted_at": null}"#) }
        #expect(asked.status == .waiting && asked.pendingRequestIDs == ["q"])
        let begun = try details { $0.replace("\"metadata\": {}", partial.replacing("DELIVERY", "").replacing("STAGED", "{}")) }
        #expect(begun.status == .working && begun.messages == 0)
        let staged = try details {
            let staged = #"{"messages": [1, 2], "requests": [{"request_id": "p"}, {"request_id": "o", "intercepted_at": "a"}]}"#
            $0.replace("\"metadata\": {}", partial.replacing("DELIVERY", "{}").replacing("STAGED", staged))
        }
        #expect(staged.messages == 3 && staged.pendingRequestIDs == ["p"])
        for part in ["messages", "state", "pending_request_info_events", "fan_in_buffers", "metadata"] {
            #expect(failure { _ = try details { $0.replace("\"\(part)\":", "\"\(part)\": 7, \"_\":") } }?.message.contains("'\(part)'") == true)
        }
    }
}

extension String {
    func replacing(_ part: String, _ other: String) -> String {
        var result = ""
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(part) {
                result += other
                rest = rest.dropFirst(part.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result
    }

    mutating func replace(_ part: String, _ other: String) { self = replacing(part, other) }
}
