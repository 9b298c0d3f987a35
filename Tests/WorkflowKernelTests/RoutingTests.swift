import Testing
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

@Suite("Routing")
struct RoutingTests {
    /// Every executor sends its input with its own letter behind it, until `supersteps` are over.
    private func play(
        _ graph: Graph, supersteps: Int = 4, input: Text = "0", _ setUp: (KernelPlayer) -> Void = { _ in },
        _ handle: ((Call) -> Outcome)? = nil
    ) -> KernelPlayer {
        let player = KernelPlayer(graph, input: input)
        player.handle =
            handle ?? { call in
                call.superstep >= supersteps
                    ? .output(call.input) : .send(Text("[\(call.input),\"\(graph.executorID(call.executor))\"]"))
            }
        setUp(player)
        return player.play()
    }

    @Test("A chain hands on, one executor a superstep")
    func chain() throws {
        let player = play(try makeGraph { try $0.addChain(["a", "b", "c"]) }, supersteps: 3)
        #expect(player.invocations == ["a(0)", #"b([0,"a"])"#, #"c([[0,"a"],"b"])"#])
        #expect(player.outputs == [#"c [[0,"a"],"b"]"#])
        #expect(player.kernel.snapshot.superstep == 3)
    }

    @Test("An executor may send to itself")
    func selfLoop() throws {
        let player = play(try makeGraph { try $0.addEdge("a", "a") })
        #expect(player.invocations.count == 4)
        #expect(player.outputs.count == 1)
    }

    @Test("A condition lets through what it says yes to, and drops the rest without a warning")
    func condition() throws {
        let graph = try makeGraph {
            for name in ["yes", "no"] { try $0.addCondition(Condition(name: name)) }
            try $0.addEdge("a", "b", condition: "yes")
            try $0.addEdge("a", "c", condition: "no")
        }
        var asked: [String] = []
        let player = play(graph, supersteps: 2) { player in
            player.decide = { name, payload in
                asked.append("\(name)\(payload)")
                return name == "yes"
            }
        }
        #expect(asked == [#"yes[0,"a"]"#, #"no[0,"a"]"#])
        #expect(player.invocations == ["a(0)", #"b([0,"a"])"#])
        #expect(player.warnings.isEmpty)
    }

    @Test("A condition is asked once for each message, before any executor of the superstep starts")
    func conditionOrder() throws {
        let graph = try makeGraph {
            try $0.addCondition(Condition(name: "even"))
            try $0.addEdge("a", "b", condition: "even")
        }
        var asked: [Text] = []
        let player = play(graph) { player in
            player.decide = { _, payload in
                asked.append(payload)
                return asked.count != 2
            }
        } _: { call in
            var outcome = Outcome()
            if call.executor == 0 { outcome.sends = ["1", "2", "3"].map { (Message.everyone, $0) } }
            return outcome
        }
        #expect(asked == ["1", "2", "3"])
        #expect(player.invocations == ["a(0)", "b(1)", "b(3)"])
    }

    @Test("A condition that fails ends the run at the last boundary")
    func failingCondition() throws {
        let graph = try makeGraph {
            try $0.addCondition(Condition(name: "sick"))
            try $0.addEdge("a", "b", condition: "sick")
        }
        let player = play(graph) { player in
            player.decide = { _, _ throws(Failure) in throw Failure(.executor, "no idea") }
        }
        #expect(player.lines.suffix(3) == ["superstep_started 2", "failed", "status FAILED"])
        #expect(player.kernel.failure?.message == "no idea")
        #expect(player.kernel.snapshot.superstep == 1)
        #expect(player.documents.count == 2)
    }

    @Test("A fan-out gives each message to every target, in the order of declaration of the executors")
    func fanOut() throws {
        let player = play(try makeGraph { try $0.addFanOut("a", ["c", "b"]) }, supersteps: 2)
        #expect(player.invocations == ["a(0)", #"c([0,"a"])"#, #"b([0,"a"])"#])
    }

    @Test("Executors start, and what they send is delivered, in the order of declaration, not of arrival")
    func declarationOrder() throws {
        let graph = try makeGraph {
            for id in ["b", "c", "d"] { try $0.declare(id) }
            try $0.addFanOut("a", ["d", "c", "b"])
            for id in ["d", "c", "b"] { try $0.addEdge(id, "e") }
        }
        let player = play(graph, supersteps: 3)
        #expect(player.invocations.map { $0.prefix(1) } == ["a", "b", "c", "d", "e", "e", "e"])
        #expect(player.calls.suffix(3).map(\.sources) == [[1], [2], [3]])
    }

    @Test("A message for one executor goes to that one only")
    func targeted() throws {
        let graph = try makeGraph {
            try $0.addFanOut("a", ["b", "c"])
            try $0.addCondition(Condition(name: "never"))
            try $0.addEdge("a", "d", condition: "never")
        }
        var asked = 0
        let player = play(graph) { player in
            player.decide = { _, _ in
                asked += 1
                return false
            }
        } _: {
            $0.executor == 0 ? .send("1", to: 2) : .output($0.input)
        }
        #expect(player.invocations == ["a(0)", "c(1)"])
        #expect(asked == 0)
    }

    @Test("A message goes along every group of its source that leads to its target")
    func everyGroup() throws {
        let graph = try makeGraph {
            try $0.addCondition(Condition(name: "yes"))
            try $0.addEdge("a", "b")
            try $0.addEdge("a", "c", condition: "yes")
            try $0.addFanOut("a", ["d", "e"])
            try $0.addFanIn(["b", "a"], "f")
        }
        let broadcast = play(graph) { $0.executor == 0 || $0.executor == 1 ? .send("1") : Outcome() }
        #expect(broadcast.invocations == ["a(0)", "b(1)", "c(1)", "d(1)", "e(1)", "f([1,1])"])
        #expect(broadcast.warnings.isEmpty)
    }

    @Test("Messages of one source to one target keep their order")
    func order() throws {
        let graph = try makeGraph {
            try $0.addFanOut("a", ["b", "c"])
            try $0.addEdge("b", "d")
            try $0.addEdge("c", "d")
        }
        let player = play(graph) { call in
            var outcome = Outcome()
            switch graph.executorID(call.executor) {
            case "a": outcome = .send("0")
            case "d": break
            case let id: outcome.sends = (1...3).map { (Message.everyone, Text("\"\(id)\($0)\"")) }
            }
            return outcome
        }
        #expect(player.invocations.suffix(6) == ["b", "c"].flatMap { id in (1...3).map { "d(\"\(id)\($0)\")" } })
    }

    @Test("What nobody can take is dropped with a warning that says why")
    func warnings() throws {
        let graph = try makeGraph { try $0.addChain(["a", "b", "c"]) }
        let player = play(graph) { call in
            switch call.executor {
            case 0:
                var outcome = Outcome()
                outcome.sends = [(2, "1"), (1, "2"), (0, "3")]
                return outcome
            case 1: return .send("4")
            default: return .send("5")
            }
        }
        #expect(player.warnings == ["not_connected a", "not_connected a", "no_route c"])
        #expect(player.invocations == ["a(0)", "b(2)", "c(4)"])
        #expect(player.kernel.state == .idle)
        guard case .warning(_, let message) = player.events.last(where: { $0.kind == .warning })?.data else { return }
        #expect(message.contains("'c'"))
    }

    private func play(_ graph: Graph, _ handle: @escaping (Call) -> Outcome) -> KernelPlayer {
        play(graph, { _ in }, handle)
    }
    private func play(_ graph: Graph, _ setUp: (KernelPlayer) -> Void, _ handle: @escaping (Call) -> Outcome) -> KernelPlayer
    {
        play(graph, supersteps: 4, setUp, handle)
    }
}
