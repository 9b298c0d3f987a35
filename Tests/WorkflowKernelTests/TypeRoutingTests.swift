import Testing
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

/// Who gets a message of which type. Source: agent_framework's edge runners, which drop in silence what we warn of.
@Suite("Routing by type")
struct TypeRoutingTests {
    /// Executor a sends the payloads, everybody else ends.
    private func play(_ graph: Graph, sends: [Text], target: Int = Message.everyone, _ setUp: (KernelPlayer) -> Void = { _ in }) -> KernelPlayer {
        let player = KernelPlayer(graph)
        player.handle = { call in
            var outcome = Outcome()
            if call.executor == 0 { outcome.sends = sends.map { (target, $0) } }
            return outcome
        }
        setUp(player)
        return player.play()
    }

    private func received(_ player: KernelPlayer) -> [String] { Array(player.invocations.dropFirst()) }

    @Test("Of a fan-out only those get a message that accept its type")
    func fanOut() throws {
        let graph = try makeGraph {
            try $0.addFanOut("a", ["b", "c", "d"])
            try $0.setTypes("b", types(accepts: "integer|null"))
            try $0.setTypes("c", types(accepts: "number|m:T"))
        }
        let player = play(graph, sends: ["1", "1.5", "{\"$type\":\"m:T\",\"value\":{}}", "\"x\""])
        #expect(Set(received(player)) == [
            "b(1)", "c(1)", "d(1)", "c(1.5)", "d(1.5)", "c({\"$type\":\"m:T\",\"value\":{}})",
            "d({\"$type\":\"m:T\",\"value\":{}})", "d(\"x\")",
        ])
        #expect(received(player).count == 8)
        #expect(player.warnings.isEmpty)
    }

    @Test("A message that nobody accepts is told with its source, its type, and what would be accepted")
    func refused() throws {
        let graph = try makeGraph {
            try $0.addFanOut("a", ["b", "c"])
            try $0.setTypes("b", types(accepts: "integer|null"))
            try $0.setTypes("c", types(accepts: "m:T"))
        }
        let player = play(graph, sends: ["\"x\"", "null"])
        #expect(received(player) == ["b(null)"])
        #expect(player.warnings == ["type_mismatch a"])
        guard case .warning(_, let message) = player.events.first(where: { $0.kind == .warning })?.data else { return #expect(Bool(false)) }
        #expect(message == "a message of the type string from 'a' was dropped: 'b' accepts only integer|null, 'c' accepts only m:T")
    }

    @Test("A condition is not asked about a type that its target does not accept")
    func condition() throws {
        let graph = try makeGraph {
            try $0.addCondition(Condition(name: "yes"))
            try $0.addEdge("a", "b", condition: "yes")
            try $0.setTypes("b", types(accepts: "integer"))
        }
        var asked: [Text] = []
        let player = play(graph, sends: ["\"x\"", "1", "2"]) { player in
            player.decide = { _, payload in
                asked.append(payload)
                return payload == "2"
            }
        }
        #expect(asked == ["1", "2"])
        #expect(received(player) == ["b(2)"])
        // The condition's no is the host's choice.
        #expect(player.warnings.count == 1)
    }

    @Test("A condition that says no beside a target of another type does not hide that the message was dropped")
    func conditionBeside() throws {
        let graph = try makeGraph {
            try $0.addCondition(Condition(name: "no"))
            try $0.addEdge("a", "b", condition: "no")
            try $0.addEdge("a", "c")
            try $0.setTypes("c", types(accepts: "string"))
        }
        let player = play(graph, sends: ["1"]) { $0.decide = { _, _ in false } }
        #expect(player.warnings.count == 1)
        #expect(play(graph, sends: ["\"x\""]) { $0.decide = { _, _ in false } }.warnings.isEmpty)
    }

    @Test("A selector chooses among all targets, then their types count")
    func selection() throws {
        let graph = try makeGraph {
            try $0.addSelector(Selector(name: "pick"))
            try $0.addSelection("a", ["b", "c"], selector: "pick")
            try $0.setTypes("b", types(accepts: "string"))
        }
        var offered: [[Int]] = []
        let player = play(graph, sends: ["1", "2", "\"3\""]) { player in
            player.select = { _, payload, targets in
                offered.append(targets)
                return payload == "1" ? targets : [targets[0]]
            }
        }
        #expect(offered == [[1, 2], [1, 2], [1, 2]])
        #expect(received(player) == ["b(\"3\")", "c(1)"])
        #expect(player.warnings.count == 1)
    }

    @Test("A switch chooses by its conditions, then the type counts")
    func switchCase() throws {
        let graph = try makeGraph {
            try $0.addCondition(Condition(name: "small"))
            try $0.addSwitchCase("a", [.init(condition: "small", target: "b")], fallback: "c")
            try $0.setTypes("b", types(accepts: "string"))
            try $0.setTypes("c", types(accepts: "integer"))
        }
        let player = play(graph, sends: ["1", "9", "\"1\"", "\"9\""]) { $0.decide = { _, payload in payload.string.contains("1") } }
        #expect(received(player) == ["b(\"1\")", "c(9)"])
        #expect(player.warnings.count == 2)
    }

    @Test("A targeted message is held against its target alone")
    func targeted() throws {
        let graph = try makeGraph {
            try $0.addFanOut("a", ["b", "c"])
            try $0.setTypes("b", types(accepts: "string"))
        }
        let player = play(graph, sends: ["1"], target: 1)
        #expect(received(player).isEmpty)
        #expect(player.warnings == ["type_mismatch a"])
    }

    @Test("A fan-in takes any type and delivers an array")
    func fanIn() throws {
        let graph = try makeGraph {
            try $0.addFanOut("a", ["b", "c"])
            try $0.addFanIn(["b", "c"], "j")
            try $0.setTypes("j", types(accepts: "any|array"))
        }
        let player = KernelPlayer(graph)
        player.handle = { $0.executor == 3 ? Outcome() : .send($0.executor == 1 ? "1" : "\"x\"") }
        player.play()
        #expect(player.invocations.last == "j([1,\"x\"])")
        #expect(player.calls.last?.type == "array")
        #expect(player.warnings.isEmpty)
    }

    @Test("The type of a message is known behind a target that declares one, and not looked up elsewhere")
    func travels() throws {
        let graph = try makeGraph {
            try $0.addFanOut("a", ["b", "c"])
            try $0.addEdge("b", "d")
            try $0.setTypes("b", types(accepts: "any"))
        }
        let player = KernelPlayer(graph)
        player.handle = { _ in .send("1") }
        player.play()
        #expect(player.calls.map(\.type) == [nil, "integer", "integer", nil])
    }

    @Test("The node of a sub-workflow accepts what the start inside does, and intercepted requests have a type")
    func subWorkflow() throws {
        let inner = try makeGraph("inner", start: "in") { try $0.setTypes("in", types(accepts: "integer")) }
        var ties = SubWorkflow.Ties()
        ties.interceptsRequests = true
        var draft = try GraphDraft(name: "outer")
        try draft.setStart("a")
        try draft.addFanOut("sub", ["y", "z"])
        try draft.addEdge("a", "sub")
        for id in ["a", "y", "z"] { try draft.addExecutor(id) }
        try draft.addSubWorkflow("sub", inner, ties)
        try draft.setTypes("y", types(accepts: "libworkflow:sub_workflow_request"))
        try draft.setTypes("z", types(accepts: "integer"))
        let graph = try draft.validated()
        let (node, nested) = (try #require(graph.index(ofExecutor: "sub")), try #require(graph.index(ofExecutor: "sub/in")))
        let player = KernelPlayer(graph)
        player.handle = { call in
            var outcome = Outcome()
            switch call.executor {
            case nested:
                outcome.outputs = ["7", "\"words\""]
                let notice: Text = "{\"$type\":\"libworkflow:sub_workflow_request\",\"value\":{}}"
                outcome.requests = [
                    Request(id: "r", executor: nested, data: "1", responseType: nil, lane: call.lane, interceptor: node, notice: notice)
                ]
            case graph.index(ofExecutor: "a"): outcome.sends = [(Message.everyone, "\"x\""), (Message.everyone, "5")]
            default: break
            }
            return outcome
        }
        player.play()
        #expect(
            player.invocations == [
                "a(0)", "sub/in(5)", "y({\"$type\":\"libworkflow:sub_workflow_request\",\"value\":{}})", "z(7)",
            ])
        #expect(player.warnings == ["type_mismatch a", "type_mismatch sub"])
    }

    @Test("An answer is delivered whatever its executor accepts")
    func answer() throws {
        let graph = try makeGraph { try $0.setTypes("a", types(accepts: "integer")) }
        let player = KernelPlayer(graph)
        player.handle = { $0.request == nil ? .ask("r", executor: 0) : Outcome() }
        player.play()
        let request = try #require(player.kernel.snapshot.requests.first)
        player.outside { $0.answer(request, "\"words\"") }.play()
        #expect(player.invocations == ["a(0)", "a(\"words\")"])
    }

    @Test("A resumed run drops and delivers the same")
    func resumed() throws {
        let graph = try makeGraph {
            try $0.addFanOut("a", ["b", "c"])
            try $0.setTypes("b", types(accepts: "integer"))
            try $0.setTypes("c", types(accepts: "integer|null"))
        }
        let straight = play(graph, sends: ["1", "null", "\"x\""])
        let resumed = try KernelPlayer(graph, document: straight.documents[1]).play()
        #expect(resumed.invocations == received(straight))
        #expect(resumed.warnings == straight.warnings)
        #expect(resumed.documents.last == straight.documents.last)
    }
}
