import Testing
import WorkflowModel
import WorkflowTestSupport

@Suite("Graph validation")
struct GraphValidationTests {
    @Test("All problems come at once, each with the name that it is about")
    func everything() throws {
        var draft = try GraphDraft(name: "flow")
        try draft.setStart("a")
        try draft.addExecutor("a")
        try draft.addEdge("a", "ghost")
        try draft.addEdge("a", "b", condition: "nobody")
        try draft.addExecutor("b")
        try draft.addExecutor("island")
        _ = failure { try draft.addExecutor("b") }
        try draft.setOutput("stranger", .final)
        draft.note("executor 'b' has no code")
        let problem = try #require(failure { _ = try draft.validated() })
        #expect(problem.status == .graph)
        for part in [
            "'flow' has 6 problems", "output of executor 'stranger'", "executor 'ghost' is named", "the condition 'nobody'", "'island' cannot be reached",
            "executor 'b' is already", "executor 'b' has no code",
        ] {
            #expect(problem.message.contains(part), "\(problem.message)")
        }
    }

    @Test("A graph needs a start")
    func noStart() throws {
        var draft = try GraphDraft(name: "flow")
        try draft.addExecutor("a")
        #expect(
            failure { _ = try draft.validated() }?.message == "the workflow 'flow' has 1 problem: no start executor is set")
    }

    @Test("An executor that only a loop of strangers reaches is unreachable")
    func unreachableLoop() throws {
        let problem = failure { _ = try makeGraph { try $0.addChain(["x", "y", "x"]) } }
        #expect(problem?.message.contains("'x' cannot be reached") == true)
        #expect(problem?.message.contains("'y' cannot be reached") == true)
    }

    @Test("A fan-in of which one source is unreachable names that source")
    func unreachableSource() throws {
        let problem = failure { _ = try makeGraph { try $0.addFanIn(["a", "b"], "c") } }
        #expect(problem?.message.contains("'b' cannot be reached") == true)
        #expect(problem?.message.contains("'c' cannot be reached") == false)
    }

    @Test("A draft that did not validate can be completed")
    func completed() throws {
        var draft = try GraphDraft(name: "flow")
        try draft.addEdge("a", "b")
        #expect(throws: Failure.self) { try draft.validated() }
        try draft.setStart("a")
        try draft.addExecutor("a")
        try draft.addExecutor("b")
        #expect(throws: Never.self) { try draft.validated() }
    }

    @Test("A chain of 100,000 executors validates without recursion")
    func deep() throws {
        let graph = try makeGraph(start: "0") { try $0.addChain((0..<100_000).map(String.init)) }
        #expect(graph.executors.count == 100_000)
    }

    @Test("A retry for an executor inside an embedded workflow says where it belongs")
    func policyInside() throws {
        var draft = try GraphDraft(name: "outer")
        try draft.setStart("sub")
        try draft.addSubWorkflow("sub", try makeGraph("inner", start: "x"))
        try draft.setTimeout("sub/x", milliseconds: 5)
        try draft.setRetry("nobody", try Retry())
        let message = failure { _ = try draft.validated() }?.message ?? ""
        #expect(message.contains("executor 'sub/x', but 'sub' is a sub-workflow: set it in the workflow that is embedded"))
        #expect(message.contains("executor 'nobody', but there is no such executor"))
    }
}
