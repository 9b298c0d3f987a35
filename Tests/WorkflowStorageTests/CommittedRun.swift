import Testing
import WorkflowJSON
import WorkflowModel
@testable import WorkflowStorage
import WorkflowTestSupport

/// A run that commits states and messages, and remembers what it has committed.
final class CommittedRun {
    private let graph: Graph
    private let ids: CheckpointIDs
    private let name: String
    private let first: String?
    var session = StorageSession()
    private(set) var state: [Text: Text] = [:]
    var head: String?
    private var last: String?
    private var superstep = 0
    var documents: [String: Text] = [:]
    /// At the end of its ids: two that go on from one checkpoint make different ones.
    private var mark = ""

    init(ids: CheckpointIDs = .text, named name: String = "r", first: String? = nil) throws {
        graph = try makeGraph("f") { try $0.addEdge("a", "a") }
        (self.ids, self.name, self.first) = (ids, name, first)
    }

    private init(_ other: CommittedRun, mark: String) {
        self.mark = mark
        (graph, ids, name, first) = (other.graph, other.ids, other.name, other.first)
        state = other.state
        head = other.head
        last = other.last
        superstep = other.superstep
    }

    func copy(mark: String) -> CommittedRun { CommittedRun(self, mark: mark) }

    func commit(_ next: [Text: Text], to storage: SQLiteStorage, isAtWork: Bool = true, sending payloads: [Text] = ["1"], asking requests: [Request] = []) throws {
        var snapshot = Snapshot(graph: graph)
        snapshot.superstep = superstep
        for (key, value) in next { snapshot.shared[key] = value }
        snapshot.requests = requests
        if isAtWork { snapshot.messages = payloads.map { Message(source: 0, target: Message.everyone, payload: $0) } }
        var changes = StateChanges()
        for key in Set(state.keys).union(next.keys) where state[key] != next[key] {
            changes.add(.shared(scope: Graph.outermost, key: key), before: state[key])
        }
        let summary = CheckpointSummary(
            id: superstep == 0 ? first ?? ids.id(0, mark: mark) : ids.id(superstep, mark: mark), previousID: last, runID: name, workflowName: "f", signature: graph.signature.string,
            kind: "superstep", superstep: superstep, timestamp: "2026-11-21T11:22:33.000000+00:00")
        let commit = Commit(
            .init(snapshot, graph: graph, definition: DefinitionLine(of: graph), changes: last == nil ? nil : changes), summary,
            expected: .head(head), durability: .process, in: session)
        try storage.save(commit)
        documents[summary.id] = try commit.document()
        (state, head, last) = (next, summary.id, summary.id)
        superstep += 1
    }

    func check(_ storage: SQLiteStorage) throws {
        #expect(try storage.head(run: name) == head)
        #expect(try storage.list(workflow: nil).map(\.id) == documents.keys.sorted())
        for (id, document) in documents { #expect(try storage.load(id) == document, "\(id)") }
    }
}

struct SeededChance {
    private var state: UInt64

    init(_ seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % limit
    }

    mutating func one(of all: [String]) -> String? { all.isEmpty ? nil : all[next(all.count)] }
}
