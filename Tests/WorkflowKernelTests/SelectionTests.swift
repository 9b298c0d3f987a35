import Testing
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

@Suite("Selections and switches")
struct SelectionTests {
    /// a chooses among b, c and d.
    private func selection() throws -> Graph {
        try makeGraph {
            try $0.addSelector(Selector(name: "pick"))
            try $0.addSelection("a", ["b", "c", "d"], selector: "pick")
        }
    }

    /// a switches: big to b, odd to c, else d.
    private func switchCase() throws -> Graph {
        try makeGraph {
            for name in ["big", "odd"] { try $0.addCondition(Condition(name: name)) }
            try $0.addSwitchCase(
                "a", [.init(condition: "big", target: "b"), .init(condition: "odd", target: "c")], fallback: "d")
        }
    }

    /// The start sends `payloads`; nobody else sends.
    private func play(_ graph: Graph, _ payloads: [Text], to target: Int = Message.everyone, _ setUp: (KernelPlayer) -> Void) -> KernelPlayer {
        let player = KernelPlayer(graph)
        player.handle = { call in
            var outcome = Outcome()
            if call.executor == graph.start { outcome.sends = payloads.map { (target, $0) } }
            return outcome
        }
        setUp(player)
        return player.play()
    }

    @Test("A selector decides for each message which targets get it, in the order of declaration")
    func selects() throws {
        let graph = try selection()
        let player = play(graph, ["1", "2", "3"]) { player in
            player.select = { _, payload, targets in payload == "2" ? [] : payload == "1" ? [targets[2], targets[0]] : [targets[1]] }
        }
        #expect(player.invocations.dropFirst() == ["b(1)", "c(3)", "d(1)"])
        #expect(player.warnings.isEmpty)
    }

    @Test("A targeted message goes to its target only if that is chosen; to a stranger the selector is not asked")
    func targeted() throws {
        let graph = try selection()
        let chosen = play(graph, ["1"], to: 2) { $0.select = { $2 } }
        #expect(chosen.invocations.dropFirst() == ["c(1)"])
        #expect(play(graph, ["1"], to: 2) { $0.select = { _, _, _ in [1] } }.invocations.count == 1)
        let stranger = play(graph, ["1"], to: 0) { $0.select = { _, _, _ in Issue.record("asked"); return [] } }
        #expect(stranger.warnings == ["not_connected a"])
    }

    @Test("A selector that fails ends the run, and the boundary stays")
    func failing() throws {
        let player = play(try selection(), ["1"]) { $0.select = { _, _, _ throws(Failure) in throw Failure(.executor, "no idea") } }
        #expect(player.lines.suffix(2) == ["failed", "status FAILED"])
        #expect(player.kernel.failure?.message == "no idea")
        #expect(player.documents.count == 2)
    }

    @Test("A switch asks its cases in order, stops at the first yes, and has a default")
    func switches() throws {
        var asked: [String] = []
        let player = play(try switchCase(), ["12", "3", "4", "13"]) { player in
            player.decide = { name, payload in
                asked.append("\(name) \(payload)")
                return name == "big" ? payload.string.count > 1 : payload == "3"
            }
        }
        #expect(asked == ["big 12", "big 3", "odd 3", "big 4", "odd 4", "big 13"])
        #expect(player.invocations.dropFirst() == ["b(12)", "c(3)", "d(4)", "b(13)"])
        #expect(player.warnings.isEmpty)
    }

    @Test("A targeted message takes its case or none")
    func targetedSwitch() throws {
        let yes: (KernelPlayer) -> Void = { $0.decide = { name, _ in name == "odd" } }
        #expect(play(try switchCase(), ["1"], to: 2, yes).invocations.dropFirst() == ["c(1)"])
        #expect(play(try switchCase(), ["1"], to: 3, yes).invocations.count == 1)
    }

    @Test("Ten messages to ten targets of one fan-out start together: none waits for another")
    func noHeadOfLine() throws {
        let targets = (0..<10).map { "w\($0)" }
        let graph = try makeGraph { try $0.addFanOut("a", targets) }
        let player = KernelPlayer(graph)
        var most = 0
        player.pick = { most = max(most, $0); return 0 }
        player.handle = { call in
            var outcome = Outcome()
            if call.executor == 0 { outcome.sends = (1...10).map { ($0, "1") } }
            return outcome
        }
        player.play()
        #expect(most == 10)
    }

    @Test("What a selection or a switch cannot be is refused, and told with the rest")
    func refused() throws {
        var draft = try GraphDraft(name: "n")
        try draft.addExecutor("a")
        try draft.setStart("a")
        #expect(failure { try draft.addSelection("a", ["b"], selector: "s") }?.status == .invalid)
        #expect(failure { try draft.addSelection("a", ["b", "b"], selector: "s") }?.status == .exists)
        #expect(failure { try draft.addSwitchCase("a", [], fallback: "b") }?.status == .invalid)
        #expect(failure { try draft.addSelector(Selector(name: "")) }?.status == .invalid)
        try draft.addSelection("a", ["b", "c"], selector: "unknown")
        let all = failure { _ = try draft.validated() }?.message ?? ""
        for word in ["two targets", "already an edge", "at least one case", "selector name is empty", "'unknown'", "'b' is named"] {
            #expect(all.contains(word), "\(word) in: \(all)")
        }
    }

    @Test("Selector, its version, the order of cases and the default are part of the signature")
    func signature() throws {
        func graph(_ version: String?, _ cases: [GraphDraft.Case], _ fallback: String) throws -> Text {
            try makeGraph {
                try $0.addSelector(Selector(name: "pick", version: version))
                for name in ["x", "y"] { try $0.addCondition(Condition(name: name)) }
                try $0.addSelection("a", ["b", "c"], selector: "pick")
                try $0.addSwitchCase("b", cases, fallback: fallback)
            }.signature
        }
        let (x, y) = (GraphDraft.Case(condition: "x", target: "c"), GraphDraft.Case(condition: "y", target: "d"))
        let all = try [graph(nil, [x, y], "a"), graph("2", [x, y], "a"), graph(nil, [y, x], "a"), graph(nil, [x, y], "d")]
        #expect(Set(all).count == 4)
        #expect(try graph(nil, [x, y], "a") == all[0])
    }
}
