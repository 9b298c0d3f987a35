import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowRuntime
import WorkflowTestSupport

/// Sub-workflows with their code: embedded as built workflows, or described by a definition.
@Suite("Sub-workflows in a run")
struct SubWorkflowRunTests {
    static func inner() throws -> Workflow {
        let builder = try WorkflowBuilder(name: "inner")
        try builder.describe { draft throws(Failure) in
            try draft.setStart("ask")
            try draft.addEdge("ask", "tell")
        }
        try builder.addExecutor("ask", asking)
        try builder.addExecutor("tell", telling)
        return try builder.build()
    }

    static var asking: ScriptedExecutor {
        ScriptedExecutor { context in
            if context.request == nil { try context.ask(context.input, id: nil, responseType: "string") } else {
                try context.send(context.input, to: "tell")
            }
            return .ok
        }
    }
    static var telling: ScriptedExecutor {
        ScriptedExecutor { context in
            try context.output(context.input)
            return .ok
        }
    }
    /// Answers what the sub-workflow asks, outputs the rest.
    static var around: ScriptedExecutor {
        ScriptedExecutor { context in
            let value = JSONValue(trusting: context.input)
            guard value.kind == .object, value.members.first?.value.string == PayloadType.subWorkflowRequest.string else {
                try context.output(context.input)
                return .ok
            }
            let request = value.members.last?.value.members.first?.value.string ?? ""
            #expect(throws: Failure.self) { try context.answer(Text(request), "5") }
            try context.answer(Text(request), "\"an answer\"")
            #expect(throws: Failure.self) { try context.answer(Text(request), "\"twice\"") }
            return .ok
        }
    }

    static func outer(intercepting: Bool) throws -> Workflow {
        let builder = try WorkflowBuilder(name: "outer")
        var ties = SubWorkflow.Ties()
        ties.interceptsRequests = intercepting
        try builder.addSubWorkflow("sub", try inner(), ties)
        try builder.addExecutor("end", around)
        try builder.describe { draft throws(Failure) in
            try draft.setStart("sub")
            try draft.addEdge("sub", "end")
        }
        return try builder.build()
    }

    static func outputs(_ run: Run) throws -> [String] {
        var found: [String] = []
        while case .event(let event, _) = try run.next(timeout: -1) {
            if event.kind == .output, case .payload(let payload) = event.data { found.append(payload.string) }
        }
        return found
    }

    @Test("Executors around answer what the sub-workflow asks")
    func intercepted() throws {
        let run = try Run(try Self.outer(intercepting: true), RunOptions(), input: "1")
        #expect(try Self.outputs(run) == ["\"an answer\""])
        #expect(run.state == .idle)
        #expect(run.pendingRequests.isEmpty)
    }

    @Test("The host answers what goes up to it")
    func passedUp() throws {
        let run = try Run(try Self.outer(intercepting: false), RunOptions(), input: "1")
        #expect(try Self.outputs(run) == [])
        let request = try #require(run.pendingRequests.first)
        #expect(request.id == "sub/ask.1.0.0")
        try run.respond(request.id, "\"hello\"")
        #expect(try Self.outputs(run) == ["\"hello\""])
    }

    @Test("The definition holds what is inside, and code is added by its path")
    func definition() throws {
        let built = try Self.outer(intercepting: true)
        let definition = Definition.text(of: built.graph)
        let builder = try WorkflowBuilder(definition: definition)
        try builder.addExecutor("end", Self.around)
        try builder.addExecutor("sub/ask", Self.asking)
        #expect(throws: Failure.self) { try builder.build() }
        try builder.addExecutor("sub/tell", Self.telling)
        let parsed = try builder.build()
        #expect(parsed.graph.signature == built.graph.signature)
        #expect(Definition.text(of: parsed.graph) == definition)
        #expect(try Self.outputs(try Run(parsed, RunOptions(), input: "1")) == ["\"an answer\""])
    }

    @Test("What misses inside a described sub-workflow is told with its place")
    func missingCode() throws {
        let definition = Definition.text(of: try Self.outer(intercepting: true).graph)
        let problem = failure { _ = try WorkflowBuilder(definition: definition).build() }
        #expect(problem?.message.contains("in the sub-workflow 'sub': ") == true)
        #expect(problem?.message.contains("'tell'") == true)
    }

    @Test("An inner executor cannot send out of its sub-workflow, nor an outer one into it")
    func boundaries() throws {
        let builder = try WorkflowBuilder(name: "inner")
        try builder.addExecutor("x", ScriptedExecutor { context in
            #expect(throws: Failure.self) { try context.send("1", to: "end") }
            #expect(throws: Failure.self) { try context.send("1", to: "sub/x") }
            try context.send("2", to: "x")
            try context.output("3")
            return .ok
        })
        try builder.describe { draft throws(Failure) in try draft.setStart("x") }
        let outside = try WorkflowBuilder(name: "outer")
        try outside.addSubWorkflow("sub", try builder.build(), .init())
        try outside.addExecutor("end", ScriptedExecutor { context in
            #expect(throws: Failure.self) { try context.send("1", to: "sub/x") }
            return .ok
        })
        try outside.describe { draft throws(Failure) in
            try draft.setStart("sub")
            try draft.addEdge("sub", "end")
        }
        let run = try Run(try outside.build(), RunOptions(), input: "1")
        #expect(try Self.outputs(run) == [])
        #expect(run.superstep == 2)
    }
}
