import Testing
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

@Suite("Types at run time")
struct TypeTests {
    /// Tells what its inputs are taken for; asks, once, if it gets an array.
    private func dispatcher() -> ScriptedExecutor {
        ScriptedExecutor { context in
            try context.output(Text("\"\(context.inputType)\""))
            if context.input == "[]" { try context.ask("1", id: "r", responseType: nil) }
            return .ok
        }
    }

    private func workflow(accepts: String?) throws -> Workflow {
        try makeWorkflow(
            { draft throws(Failure) in
                try draft.addEdge("a", "b")
                try draft.setTypes("b", try types(accepts: accepts))
            },
            [
                "a": ScriptedExecutor { context in
                    try context.send(context.input, to: nil)
                    return .ok
                }, "b": dispatcher(),
            ])
    }

    @Test("A handler is chosen by the most specific type that is declared, or by the type itself", arguments: [
        ("any|number|integer", "5", "integer"), ("any|number", "5", "number"), ("any", "5", "any"), (nil, "5", "integer"),
        ("object|any", "{\"$type\":\"m:T\"}", "any"), (nil, "{\"$type\":\"m:T\"}", "m:T"), ("string|object", " {}", "object"),
    ])
    func chosen(accepts: String?, input: String, expected: String) throws {
        let lines = try Run(workflow(accepts: accepts), .with(), input: Text(input)).play()
        #expect(lines.filter { $0.hasPrefix("output") } == ["output b \"\(expected)\""])
    }

    @Test("An answer is what it is, whatever is declared")
    func answer() throws {
        let run = try Run(workflow(accepts: "any"), .with(), input: "[]")
        try run.play()
        try run.respond("r", "5")
        #expect(try run.play().filter { $0.hasPrefix("output") } == ["output b \"integer\""])
    }

    @Test("An input that the start does not accept is refused before anything happens")
    func input() throws {
        let workflow = try makeWorkflow(
            { draft throws(Failure) in try draft.setTypes("a", try types(accepts: "integer|m:T")) }, ["a": dispatcher()])
        let storage = MemoryStorage()
        let refused = failure { _ = try Run(workflow, .with(storage), input: "\"x\"") }
        #expect(refused?.status == .invalid)
        #expect(refused?.message == "the input of workflow 'flow' is of the type string, but its start executor 'a' accepts only integer|m:T")
        #expect(storage.list(workflow: "flow").isEmpty)
        let run = try Run(workflow, .with(storage), input: "5")
        try run.play()
        #expect(failure { try run.input("null") }?.status == .invalid)
        #expect(try run.play().isEmpty)
        #expect(run.state == .idle)
        try run.input("{\"$type\":\"m:T\"}")
        #expect(try run.play().contains("output a \"m:T\""))
    }

    @Test("A checkpoint from before the types were declared is resumed, and told what no longer fits")
    func declaredLater() throws {
        let storage = MemoryStorage()
        let run = try Run(workflow(accepts: nil), .with(storage), input: "\"x\"")
        while case .event(let event, _) = try run.next(timeout: 0), event.kind != .superstepCompleted {}
        let lines = try Run(workflow(accepts: "integer"), .with(storage), resuming: nil).play()
        #expect(lines.contains("warning type_mismatch a"))
        #expect(!lines.contains("executor_invoked b"))
    }
}
