import Testing
import WorkflowModel
import WorkflowTestSupport

/// What a caller can see of a draft.
private struct Visible: Equatable {
    let start: String?
    let limit: Int
    let executors: [String]
    let conditions: [Condition]
    let edges: [GraphDraft.Edge]

    init(_ draft: GraphDraft) {
        (start, limit, executors) = (draft.start, draft.maxSupersteps, draft.executors)
        (conditions, edges) = (draft.conditions, draft.edges)
    }
}

private struct Refusal: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let status: Status
    let call: @Sendable (inout GraphDraft) throws -> Void

    init(_ name: String, _ status: Status, _ call: @escaping @Sendable (inout GraphDraft) throws -> Void) {
        (testDescription, self.status, self.call) = (name, status, call)
    }
}

private let refusals = [
    Refusal("an executor twice", .exists) { try $0.addExecutor("a") },
    Refusal("an executor without a name", .invalid) { try $0.addExecutor("") },
    Refusal("an executor with a line feed", .invalid) { try $0.addExecutor("x\n") },
    Refusal("a condition twice", .exists) { try $0.addCondition(Condition(name: "yes", version: "2")) },
    Refusal("a condition without a name", .invalid) { try $0.addCondition(Condition(name: "")) },
    Refusal("an edge twice", .exists) { try $0.addEdge("a", "b") },
    Refusal("an edge twice, now with a condition", .exists) { try $0.addEdge("a", "b", condition: "yes") },
    Refusal("an edge from nowhere", .invalid) { try $0.addEdge("", "new") },
    Refusal("an edge to nowhere", .invalid) { try $0.addEdge("new", "") },
    Refusal("an edge with an unnamed condition", .invalid) { try $0.addEdge("a", "new", condition: "") },
    Refusal("a chain of one", .invalid) { try $0.addChain(["new"]) },
    Refusal("a chain of none", .invalid) { try $0.addChain([]) },
    Refusal("a chain whose last link is known", .exists) { try $0.addChain(["new", "newer", "a", "b"]) },
    Refusal("a chain that repeats itself", .exists) { try $0.addChain(["new", "newer", "new", "newer"]) },
    Refusal("a fan-out to one", .invalid) { try $0.addFanOut("a", ["new"]) },
    Refusal("a fan-out that repeats a target", .exists) { try $0.addFanOut("a", ["new", "newer", "new"]) },
    Refusal("a fan-out over a known edge", .exists) { try $0.addFanOut("a", ["new", "b"]) },
    Refusal("a fan-in from one", .invalid) { try $0.addFanIn(["new"], "a") },
    Refusal("a fan-in that repeats a source", .exists) { try $0.addFanIn(["new", "new"], "a") },
    Refusal("a fan-in over a known edge", .exists) { try $0.addFanIn(["new", "a"], "b") },
    Refusal("another start", .exists) { try $0.setStart("b") },
    Refusal("a start without a name", .invalid) { try $0.setStart("") },
    Refusal("a limit of none", .invalid) { try $0.setMaxSupersteps(0) },
    Refusal("a limit beyond 2^63", .invalid) { try $0.setMaxSupersteps(1 << 63) },
    Refusal("a declaration without a name", .invalid) { try $0.declare("") },
]

@Suite("Graph draft")
struct GraphDraftTests {
    private func draft() throws -> GraphDraft {
        var draft = try GraphDraft(name: "flow")
        try draft.setStart("a")
        try draft.addCondition(Condition(name: "yes"))
        try draft.addEdge("a", "b")
        for id in ["a", "b"] { try draft.addExecutor(id) }
        return draft
    }

    @Test("A refused call leaves the draft as it was, and validation repeats its sentence", arguments: refusals)
    fileprivate func refused(refusal: Refusal) throws {
        var draft = try draft()
        let before = Visible(draft)
        let refused = try #require(failure { try refusal.call(&draft) })
        #expect(refused.status == refusal.status)
        #expect(Visible(draft) == before)
        let repeated = try #require(failure { _ = try draft.validated() })
        #expect(repeated.status == .graph)
        #expect(repeated.message.contains("has 1 problem: "))
        #expect(repeated.message.hasSuffix(refused.message))
    }

    @Test("A refused name is not taken: the right call may follow")
    func namesStayFree() throws {
        var draft = try draft()
        _ = failure { try draft.addChain(["c", "d", "a", "b"]) }
        try draft.addChain(["c", "d"])
        #expect(draft.edges.count == 2)
    }

    @Test("Without refusals there is a graph")
    func valid() throws {
        let graph = try draft().validated()
        #expect(graph.executors == ["a", "b"])
        #expect(graph.start == 0)
        #expect(graph.maxSupersteps == 100)
        #expect(graph.index(ofExecutor: "b") == 1)
        #expect(graph.index(ofExecutor: "c") == nil)
        #expect(graph.executorID(7) == "")
    }

    @Test("Executors are numbered in the order of first mention: start, executors, edges")
    func order() throws {
        var draft = try GraphDraft(name: "flow")
        try draft.addFanOut("m", ["z", "y"])
        try draft.addExecutor("k")
        try draft.setStart("m")
        try draft.addEdge("z", "k")
        try draft.addExecutor("y")
        #expect(draft.executors == ["m", "z", "y", "k"])
    }

    @Test("A start may be set twice, if it stays the same")
    func sameStart() throws {
        var draft = try draft()
        try draft.setStart("a")
        #expect(throws: Never.self) { try draft.validated() }
    }

    @Test("An executor may send to itself, and lists may be loops")
    func selfLoop() throws {
        let graph = try makeGraph {
            try $0.addEdge("a", "a")
            try $0.addChain(["a", "b", "c", "b"])
            try $0.addFanIn(["b", "d"], "d")
            try $0.addFanOut("c", ["d", "c"])
        }
        #expect(graph.edges.first == .single(source: 0, target: 0, condition: nil))
    }

    @Test("A limit of one and of 2^63 - 1 are limits", arguments: [1, UInt64(Int.max)])
    func limits(limit: UInt64) throws {
        #expect(try makeGraph(maxSupersteps: limit).maxSupersteps == Int(limit))
    }

    @Test("A workflow needs a name")
    func workflowName() {
        #expect(failure { _ = try GraphDraft(name: "") }?.status == .invalid)
    }
}
