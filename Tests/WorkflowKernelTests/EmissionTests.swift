import Testing
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

/// What executors tell: outputs, as the host designated them, and events of the host's own.
@Suite("Emissions")
struct EmissionTests {
    /// a sends to b, b to c; each gives its id as an output. What is told of that.
    private func told(_ designations: [(String, OutputDesignation)]) throws -> [String] {
        let graph = try makeGraph {
            try $0.addChain(["a", "b", "c"])
            for (id, designation) in designations { try $0.setOutput(id, designation) }
        }
        let player = KernelPlayer(graph)
        player.handle = { call in
            var outcome = Outcome.send("1")
            if call.executor == 2 { outcome.sends = [] }
            outcome.outputs = [Text("\"\(graph.executorID(call.executor))\"")]
            return outcome
        }
        player.play()
        // Whatever is told, what a call did is shown in full.
        let results = player.events.compactMap { if case .results(let results) = $0.data { results.count } else { nil } }
        #expect(results == [2, 2, 1])
        return player.lines.filter { $0.hasPrefix("output") || $0.hasPrefix("intermediate") }
    }

    @Test("Nobody is designated: every output is one of the workflow")
    func noDesignation() throws {
        #expect(try told([]) == [#"output a "a""#, #"output b "b""#, #"output c "c""#])
    }

    @Test("As soon as one is designated final or intermediate, those that are not are hidden")
    func explicit() throws {
        #expect(try told([("c", .final)]) == [#"output c "c""#])
        #expect(try told([("b", .intermediate)]) == [#"intermediate b "b""#])
        #expect(try told([("b", .intermediate), ("c", .final)]) == [#"intermediate b "b""#, #"output c "c""#])
        #expect(try told([("a", .intermediate), ("b", .hidden), ("c", .final)]) == [#"intermediate a "a""#, #"output c "c""#])
    }

    @Test("To hide one does not hide the others")
    func hiddenAlone() throws {
        #expect(try told([("b", .hidden)]) == [#"output a "a""#, #"output c "c""#])
    }

    @Test("The last designation counts, and none takes it back")
    func again() throws {
        var draft = try GraphDraft(name: "flow")
        try draft.setStart("a")
        try draft.setOutput("a", .final)
        try draft.setOutput("a", .intermediate)
        try draft.addExecutor("a")
        #expect(try draft.validated().designation(ofOutputsOf: 0) == .intermediate)
        try draft.setOutput("a", nil)
        #expect(try draft.validated().designations.isEmpty)
    }

    @Test("Outputs and custom events are told in the order of giving, before the call is completed")
    func order() throws {
        let player = KernelPlayer(try makeGraph())
        player.handle = { _ in
            var outcome = Outcome()
            outcome.emissions = [.custom(name: "begun", "1"), .output("2"), .custom(name: "done", "{}"), .output("4")]
            return outcome
        }
        player.play()
        #expect(
            player.lines[4...9] == [
                "executor_invoked a", "custom a begun 1", "output a 2", "custom a done {}", "output a 4", "executor_completed a",
            ])
        guard case .results(let results) = player.events.first(where: { $0.kind == .executorCompleted })?.data else {
            return #expect(Bool(false), "no results")
        }
        #expect(results == ["2", "4"])
    }

    @Test("A call that fails has told nothing of its own")
    func failing() throws {
        let player = KernelPlayer(try makeGraph())
        player.handle = { _ in
            var outcome = Outcome.fail()
            outcome.emissions = [.custom(name: "begun", "1")]
            return outcome
        }
        #expect(!player.play().events.contains { $0.kind == .custom })
    }

    @Test("Custom and intermediate events can be hidden", arguments: [EventKind.custom, .intermediate])
    func hidden(kind: EventKind) throws {
        let graph = try makeGraph { try $0.setOutput("a", .intermediate) }
        var options = Kernel.Options.plain(graph)
        options.hidden = HiddenEvents(bits: 1 << UInt64(kind.rawValue))
        let player = KernelPlayer(graph, options)
        player.handle = { _ in
            var outcome = Outcome()
            outcome.emissions = [.custom(name: "n", "1"), .output("2")]
            return outcome
        }
        let kinds = player.play().events.map(\.kind).filter { $0 == .custom || $0 == .intermediate }
        #expect(kinds == [kind == .custom ? .intermediate : .custom])
    }
}
