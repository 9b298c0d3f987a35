import Testing
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowTestSupport

@Suite("Workflow builder")
struct WorkflowBuilderTests {
    private static let definition: Text = """
        {"name": "n", "start": "a", "executors": [{"id": "b"}, {"id": "a"}], "conditions": [{"name": "yes", "version": "2"}],
         "edges": [{"kind": "single", "source": "a", "target": "b", "condition": "yes"}]}
        """

    private let nothing = ScriptedExecutor { _ in .ok }
    private let yes = ScriptedCondition { _ in true }

    @Test("A definition waits for its code, then is a workflow")
    func definition() throws {
        let builder = try WorkflowBuilder(definition: Self.definition)
        for id in ["a", "b"] { try builder.addExecutor(id, nothing) }
        try builder.addCondition(Condition(name: "yes"), yes)
        let graph = try builder.build().graph
        #expect(graph.executors == ["b", "a"])
        #expect(graph.conditions == [Condition(name: "yes", version: "2")])
    }

    @Test("What a definition declares and nobody adds is told, all at once")
    func missingCode() throws {
        let problem = failure { _ = try WorkflowBuilder(definition: Self.definition).build() }
        #expect(problem?.status == .graph)
        for name in ["'a'", "'b'", "'yes'"] { #expect(problem?.message.contains(name) == true, "\(problem?.message ?? "")") }
    }

    @Test("A condition of another version is refused")
    func version() throws {
        let builder = try WorkflowBuilder(definition: Self.definition)
        #expect(failure { try builder.addCondition(Condition(name: "yes", version: "3"), yes) }?.status == .mismatch)
        #expect(failure { _ = try builder.build() }?.message.contains("'3'") == true)
    }

    @Test("A builder goes on after it has built, and the first workflow stays as it was")
    func goesOn() throws {
        let builder = try WorkflowBuilder(name: "n")
        try builder.addExecutor("a", nothing)
        #expect(throws: Failure.self) { try builder.build() }
        try builder.describe { draft throws(Failure) in try draft.setStart("a") }
        let first = try builder.build()
        try builder.describe { draft throws(Failure) in try draft.addEdge("a", "b") }
        try builder.addExecutor("b", nothing)
        #expect(try builder.build().graph.executors.count == 2)
        #expect(first.graph.executors.count == 1)
    }

    @Test("The code of an executor belongs to its id, whatever the order of adding")
    func codeByID() throws {
        let found = Collector<String>()
        func teller(_ name: String) -> ScriptedExecutor {
            ScriptedExecutor {
                found.add("\(name) is \($0.executorID)"); try $0.send("1", to: nil); return .ok
            }
        }
        let builder = try WorkflowBuilder(name: "n")
        for id in ["c", "a", "b"] { try builder.addExecutor(id, teller(id)) }
        try builder.describe { draft throws(Failure) in
            try draft.addChain(["a", "b", "c"])
            try draft.setStart("a")
        }
        try Run(builder.build(), .with(), input: "0").play()
        #expect(found.all == ["a is a", "b is b", "c is c"])
    }

    @Test("An executor or a condition without code is a problem, not a crash")
    func withoutCode() async {
        await #expect(processExitsWith: .success) {
            let builder = try WorkflowBuilder(name: "n")
            try builder.describe { draft throws(Failure) in
                try draft.setStart("a")
                try draft.addExecutor("a")
                try draft.addCondition(Condition(name: "c"))
                try draft.addEdge("a", "a", condition: "c")
            }
            guard failure(of: { try Run(builder.build(), .with(), input: "0").play() })?.status == .graph else {
                throw Failure(.internal, "no problem")
            }
        }
    }
}
