import Testing
import WorkflowJSON
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

/// Workflows inside workflows. Source: agent_framework's `WorkflowExecutor`, without its defects: inner events can be seen,
/// inputs do not wait for each other, and every inner boundary is in the one checkpoint.
@Suite("Sub-workflows")
struct SubWorkflowTests {
    /// `in` doubles to `left` and `right`, which `join` joins.
    static func inner() throws -> Graph {
        try makeGraph("inner", start: "in") { draft in
            try draft.addFanOut("in", ["left", "right"])
            try draft.addFanIn(["left", "right"], "join")
        }
    }

    static func outer(_ inner: Graph, _ ties: SubWorkflow.Ties = .init()) throws -> Graph {
        var draft = try GraphDraft(name: "outer")
        try draft.setStart("a")
        try draft.addChain(["a", "sub", "z"])
        for id in ["a", "z"] { try draft.addExecutor(id) }
        try draft.addSubWorkflow("sub", inner, ties)
        return try draft.validated()
    }

    /// Sends on what it gets, with its name before it; `join` gives an output.
    static func echo(_ graph: Graph) -> (Call) -> Outcome {
        { call in
            let id = graph.executorID(call.executor)
            let name = id.split(separator: "/").last.map(String.init) ?? id
            if name == "join" { return .output(Text("{\"joined\":\(call.input)}")) }
            if name == "z" { return .output(call.input) }
            return .send(Text("[\"\(name)\",\(call.input)]"))
        }
    }

    static func play(_ graph: Graph) -> KernelPlayer {
        let player = KernelPlayer(graph)
        player.handle = echo(graph)
        return player.play()
    }

    @Test("A message to the node goes to the inner start, an inner output leaves from the node")
    func throughAndOut() throws {
        let player = Self.play(try Self.outer(try Self.inner()))
        #expect(
            player.invocations == [
                "a(0)", "sub/in([\"a\",0])", "sub/left([\"in\",[\"a\",0]])", "sub/right([\"in\",[\"a\",0]])",
                "sub/join([[\"left\",[\"in\",[\"a\",0]]],[\"right\",[\"in\",[\"a\",0]]]])",
                "z({\"joined\":[[\"left\",[\"in\",[\"a\",0]]],[\"right\",[\"in\",[\"a\",0]]]]})",
            ])
        #expect(player.outputs == ["z {\"joined\":[[\"left\",[\"in\",[\"a\",0]]],[\"right\",[\"in\",[\"a\",0]]]]}"])
        #expect(player.lines.contains("executor_invoked sub/left"))
        #expect(player.kernel.state == .idle)
    }

    @Test("Outputs can be outputs of the run, under the path of their executor")
    func directOutput() throws {
        var ties = SubWorkflow.Ties()
        ties.outputsDirectly = true
        let player = Self.play(try Self.outer(try Self.inner(), ties))
        #expect(player.outputs.map { $0.prefix(9) } == ["sub/join "])
        #expect(!player.invocations.contains { $0.hasPrefix("z") })
    }

    @Test("Several inputs are inside at a time, and fan-ins do not mix them (W28)")
    func lanes() throws {
        let graph = try Self.outer(try Self.inner())
        let player = KernelPlayer(graph)
        let echo = Self.echo(graph)
        player.handle = { call in
            guard graph.executorID(call.executor) == "a" else { return echo(call) }
            var outcome = Outcome()
            outcome.sends = (1...3).map { (Message.everyone, Text("\($0)")) }
            return outcome
        }
        player.play()
        #expect(player.outputs == (1...3).map { "z {\"joined\":[[\"left\",[\"in\",\($0)]],[\"right\",[\"in\",\($0)]]]}" })
        // All in the time of one.
        #expect(player.kernel.snapshot.superstep == 5)
    }

    @Test("From every boundary of five levels a run goes on as if nothing had happened")
    func resumesAtAnyDepth() throws {
        var graph = try Self.inner()
        for level in 1...5 {
            let inside = graph
            var draft = try GraphDraft(name: "level\(level)")
            try draft.setStart("before")
            try draft.addChain(["before", "sub", "after"])
            for id in ["before", "after"] { try draft.addExecutor(id) }
            try draft.addSubWorkflow("sub", inside)
            graph = try draft.validated()
        }
        let last = graph
        let handle: (Call) -> Outcome = { call in
            let id = last.executorID(call.executor)
            if id.hasSuffix("join") || id.hasSuffix("after") { return .output(call.input) }
            return .send(Text("[\(call.input)]"))
        }
        let straight = KernelPlayer(graph)
        straight.handle = handle
        straight.play()
        #expect(straight.outputs.count == 1)
        #expect(straight.invocations.contains { $0.hasPrefix("sub/sub/sub/sub/sub/join(") })
        for (superstep, document) in straight.documents.enumerated() {
            let resumed = try KernelPlayer(graph, document: document)
            resumed.handle = handle
            resumed.play()
            #expect(resumed.documents == Array(straight.documents.dropFirst(superstep + 1)))
            #expect(resumed.kernel.state == .idle)
        }
    }

    @Test("A state of its own, or the one around it")
    func state() throws {
        for shares in [false, true] {
            var ties = SubWorkflow.Ties()
            ties.sharesState = shares
            let graph = try Self.outer(try makeGraph("inner", start: "x"), ties)
            let player = KernelPlayer(graph)
            var seen: [String] = []
            player.handle = { call in
                let id = graph.executorID(call.executor)
                seen.append("\(id) \(call.shared["k"]?.string ?? "-")")
                var outcome: Outcome = id == "sub/x" ? .output("1") : .send("1")
                outcome.writes.shared["k"] = "\"\(id)\""
                return outcome
            }
            player.play()
            #expect(seen == (shares ? ["a -", "sub/x \"a\"", "z \"sub/x\""] : ["a -", "sub/x -", "z \"a\""]))
            let resumed = try KernelPlayer(graph, document: try #require(player.documents.last))
            #expect(resumed.kernel.snapshot.shared(of: graph.scope(of: 3))["k"] == (shares ? "\"z\"" : "\"sub/x\""))
        }
    }

    @Test("A request goes up to the host, and its answer back inside")
    func requestsGoUp() throws {
        let graph = try Self.outer(try makeGraph("inner", start: "x"))
        let player = KernelPlayer(graph)
        player.handle = { call in
            switch graph.executorID(call.executor) {
            case "sub/x" where call.request == nil: .ask("q", executor: call.executor)
            case "sub/x": .output(call.input)
            case "z": .output(call.input)
            default: .send(call.input)
            }
        }
        player.play()
        #expect(player.kernel.state == .idleWithPendingRequests)
        let request = try #require(player.kernel.snapshot.hostRequests.first)
        player.outside { $0.answer(request, "\"yes\"") }.play()
        #expect(player.outputs == ["z \"yes\""])
    }

    @Test("A request can be intercepted by the executors around, once, and survives a restart meanwhile")
    func interception() throws {
        var ties = SubWorkflow.Ties()
        ties.interceptsRequests = true
        let graph = try Self.outer(try makeGraph("inner", start: "x"), ties)
        func script(_ player: KernelPlayer) -> KernelPlayer {
            player.handle = { call in
                switch graph.executorID(call.executor) {
                case "sub/x" where call.request == nil:
                    var outcome = Outcome()
                    let lane = call.lane
                    outcome.requests = [
                        Request(
                            id: "q", executor: call.executor, data: "1", responseType: nil, lane: lane,
                            interceptor: graph.interceptor(of: call.executor), notice: "\"notice\"")
                    ]
                    return outcome
                case "sub/x": return .output(call.input)
                case "z" where call.input == "\"notice\"":
                    var outcome = Outcome()
                    if let request = call.requests.first { outcome.answers = [(request, "\"from z\"")] }
                    return outcome
                case "z": return .output(call.input)
                default: return .send(call.input)
                }
            }
            return player
        }
        let straight = script(KernelPlayer(graph)).play()
        #expect(straight.outputs == ["z \"from z\""])
        #expect(straight.kernel.state == .idle)
        #expect(!straight.lines.contains("request_info"))
        #expect(straight.kernel.snapshot.requests.isEmpty)
        for (superstep, document) in straight.documents.enumerated() {
            let resumed = script(try KernelPlayer(graph, document: document)).play()
            #expect(resumed.documents == Array(straight.documents.dropFirst(superstep + 1)))
        }
    }

    @Test("What cannot be told apart is refused when the graph is built")
    func collisions() throws {
        var draft = try GraphDraft(name: "outer")
        try draft.setStart("sub")
        try draft.addEdge("sub", "sub/in")
        try draft.addExecutor("sub/in")
        try draft.addSubWorkflow("sub", try Self.inner())
        let problem = failure { _ = try draft.validated() }
        #expect(problem?.status == .graph)
        #expect(problem?.message.contains("'sub/in' is both an executor and") == true)
    }

    @Test("Another inner graph is another graph; the way of embedding that a checkpoint depends on counts too")
    func signature() throws {
        let plain = try Self.outer(try Self.inner())
        #expect(plain.signature == (try Self.outer(try Self.inner())).signature)
        #expect(plain.signature != (try Self.outer(try makeGraph("inner", start: "in"))).signature)
        var ties = SubWorkflow.Ties()
        ties.sharesState = true
        #expect(plain.signature != (try Self.outer(try Self.inner(), ties)).signature)
    }

    @Test("A damaged document cannot send anybody astray")
    func damage() throws {
        let graph = try Self.outer(try Self.inner())
        let document = try #require(Self.play(graph).documents.dropFirst(2).first).string
        #expect(document.contains("\"lane\":\"0\""))
        for lane in ["\"\"", "\"x\"", "\"1.\"", "7", "\"-1\""] {
            let damaged = Text(document.replacing("\"lane\":\"0\"", with: "\"lane\":\(lane)"))
            #expect(failure { _ = try KernelPlayer(graph, document: damaged) }?.status == .checkpoint, "\(lane)")
        }
    }
}

extension String {
    fileprivate func replacing(_ old: String, with new: String) -> String {
        var result = ""
        var rest = self[...]
        while let range = rest.firstRange(of: old) {
            result += rest[..<range.lowerBound] + new
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}
