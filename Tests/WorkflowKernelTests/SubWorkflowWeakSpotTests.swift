import Testing
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

/// What goes wrong with sub-workflows in agent_framework, by number; docs/behaviour.md lists all weak spots.
@Suite("Weak spots of sub-workflows")
struct SubWorkflowWeakSpotTests {
    /// before -> sub -> after, with `inner` as sub, `levels` deep.
    private func around(_ inner: Graph, levels: Int = 1, limit: UInt64 = 100) throws -> Graph {
        var graph = inner
        for level in 1...levels {
            let inside = graph
            var draft = try GraphDraft(name: "level\(level)")
            try draft.setStart("before")
            try draft.addChain(["before", "sub", "after"])
            for id in ["before", "after"] { try draft.addExecutor(id) }
            try draft.addSubWorkflow("sub", inside)
            try draft.setMaxSupersteps(limit)
            graph = try draft.validated()
        }
        return graph
    }

    private func number(_ text: Text) -> Int { Int(text.string) ?? -1 }

    /// Every `loop` counts its input down to 0 and remembers how often it was called in memory that its hooks carry.
    private func counting(_ graph: Graph, _ player: KernelPlayer) -> KernelPlayer {
        var memory = [Int](repeating: 0, count: graph.executors.count)
        player.handle = { call in
            switch call.kind {
            case .save: return .saved(Text("\(memory[call.executor])"))
            case .restore:
                memory[call.executor] = self.number(call.input)
                return Outcome()
            case .invoke: break
            }
            memory[call.executor] += 1
            let id = graph.executorID(call.executor)
            guard id.hasSuffix("loop") else { return id.hasSuffix("after") ? .output(call.input) : .send(call.input) }
            let left = self.number(call.input)
            return left > 0 ? .send(Text("\(left - 1)")) : .output(Text("\(memory[call.executor])"))
        }
        return player
    }

    private func loop() throws -> Graph { try makeGraph("inner", start: "loop", maxSupersteps: 3) { try $0.addEdge("loop", "loop") } }

    private func options(_ graph: Graph) -> Kernel.Options {
        let all = Array(graph.executors.indices)
        return Kernel.Options(
            maxSupersteps: graph.maxSupersteps, checkpoints: true,
            hooks: Kernel.Hooks(savers: all, alwaysSavers: [], restorers: all))
    }

    @Test("A checkpoint does not grow with the supersteps inside, at any depth (.NET W1)", arguments: [1, 3])
    func size(levels: Int) throws {
        let graph = try around(try loop(), levels: levels)
        let player = counting(graph, KernelPlayer(graph, options(graph), input: "60")).play()
        let sizes = player.documents.dropFirst(levels + 2).map(\.count)
        #expect(player.outputs.count == 1 && sizes.count > 60)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) < 200)
    }

    @Test("What is inside goes back with the checkpoint, whichever it is (.NET W3, .NET W4)")
    func rewinds() throws {
        let graph = try around(try loop(), levels: 2)
        let straight = counting(graph, KernelPlayer(graph, options(graph), input: "5")).play()
        #expect(straight.outputs == ["after 6"])
        for (place, document) in straight.documents.enumerated().reversed() {
            let resumed = counting(graph, try KernelPlayer(graph, options(graph), document: document)).play()
            #expect(resumed.documents == Array(straight.documents.dropFirst(place + 1)), "boundary \(place)")
        }
    }

    @Test("A checkpoint before the first message inside is like any other (.NET W5, untested 3)")
    func notStarted() throws {
        let graph = try around(try loop())
        let straight = counting(graph, KernelPlayer(graph, options(graph), input: "2")).play()
        let resumed = counting(graph, try KernelPlayer(graph, options(graph), document: straight.documents[1])).play()
        #expect(resumed.invocations == ["sub/loop(2)", "sub/loop(1)", "sub/loop(0)", "after(3)"])
        #expect(resumed.outputs == straight.outputs)
    }

    @Test("Its requests are told once, also those that still wait when another was answered after a restart (W28)")
    func requests() throws {
        let graph = try around(
            try makeGraph("inner", start: "x") {
                try $0.addFanOut("x", ["y", "z"])
            })
        func script(_ player: KernelPlayer) -> KernelPlayer {
            player.handle = { call in
                let id = graph.executorID(call.executor)
                if call.request != nil || id == "after" { return .output(call.input) }
                return id == "sub/y" || id == "sub/z" ? .ask(Text(id), executor: call.executor) : .send(call.input)
            }
            return player
        }
        func told(_ player: KernelPlayer) -> [String] {
            player.events.compactMap { if case .request(let request) = $0.data { request.id.string } else { nil } }
        }
        let straight = script(KernelPlayer(graph)).play()
        #expect(told(straight) == ["sub/y", "sub/z"])
        let resumed = script(try KernelPlayer(graph, document: #require(straight.documents.last))).play()
        for id in ["sub/y", "sub/z"] {
            let request = try #require(resumed.kernel.snapshot.requests.first { $0.id.string == id })
            resumed.outside { $0.answer(request, Text("\"\(id)\"")) }.play()
        }
        #expect(told(resumed) == ["sub/y", "sub/z"])
        #expect(resumed.outputs == [#"after "sub/y""#, #"after "sub/z""#])
        #expect(resumed.kernel.state == .idle)
    }

    @Test("Fan-ins inside that wait are in the checkpoint, one for each input")
    func waiting() throws {
        let graph = try around(
            try makeGraph("inner", start: "in") {
                try $0.addFanOut("in", ["quick", "slow"])
                try $0.addEdge("slow", "detour")
                try $0.addFanIn(["quick", "detour"], "join")
            })
        func script(_ player: KernelPlayer) -> KernelPlayer {
            player.handle = { call in
                switch graph.executorID(call.executor) {
                case "before":
                    var outcome = Outcome()
                    outcome.sends = ["1", "2"].map { (Message.everyone, $0) }
                    return outcome
                case "after", "sub/join": return .output(call.input)
                default: return .send(call.input)
                }
            }
            return player
        }
        let straight = script(KernelPlayer(graph)).play()
        #expect(straight.outputs == ["after [1,1]", "after [2,2]"])
        #expect(straight.documents.contains { $0.string.contains(#""lane":"1""#) && $0.string.contains(#""buffered":[{"source":"sub/quick","data":2}]"#) })
        for (place, document) in straight.documents.enumerated() {
            let resumed = script(try KernelPlayer(graph, document: document)).play()
            #expect(resumed.documents == Array(straight.documents.dropFirst(place + 1)), "boundary \(place)")
        }
    }

    @Test("A failure inside is one of the run, under the path of its executor, and the superstep has no effect")
    func failing() throws {
        let graph = try around(try loop(), levels: 2)
        let player = KernelPlayer(graph)
        player.handle = { graph.executorID($0.executor) == "sub/sub/loop" ? .fail("inside") : .send($0.input) }
        player.play()
        #expect(player.lines.suffix(3) == ["executor_failed sub/sub/loop", "failed", "status FAILED"])
        #expect(player.kernel.failure?.executorID == "sub/sub/loop")
        #expect(player.documents.count == 3)
    }

    @Test("The limit is that of the run: the inner one does not count")
    func limit() throws {
        let graph = try around(try loop(), limit: 8)
        #expect(counting(graph, KernelPlayer(graph, input: "5")).play().kernel.state == .idle)
        #expect(counting(graph, KernelPlayer(graph, input: "6")).play().kernel.failure?.status == .limit)
    }

    @Test("A document that has counted lanes as far as one can leads to documents that can be read")
    func lastLane() throws {
        let graph = try SubWorkflowTests.outer(try SubWorkflowTests.inner())
        var snapshot = Snapshot(graph: graph)
        snapshot.lanes = Kernel.lastSuperstep
        snapshot.messages = [Message(source: Message.outside, target: graph.start, payload: "1")]
        let player = KernelPlayer(graph, resuming: snapshot)
        player.handle = SubWorkflowTests.echo(graph)
        player.play()
        #expect(player.outputs.count == 1)
        for document in player.documents { #expect(throws: Never.self) { try KernelPlayer(graph, document: document).play() } }
    }
}
