import Testing
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

/// Nothing that somebody sent is dropped in silence. The guide of the header lists the reasons; those that have tests beside
/// the rule they are about: type_mismatch, state_conflict, answer_ignored, retry, checkpoint_skipped.
@Suite("Warnings")
struct WarningTests {
    @Test("A message that no edge can take is told")
    func noRoute() throws {
        let player = KernelPlayer(try makeGraph { try $0.addEdge("a", "b") })
        player.handle = { _ in .send("1") }
        #expect(player.play().warnings == ["no_route b"])
    }

    @Test("A message for an executor that no edge leads to is told, with both names")
    func notConnected() throws {
        let player = KernelPlayer(try makeGraph { try $0.addChain(["a", "b", "c"]) })
        player.handle = { $0.executor == 0 ? .send("1", to: 2) : Outcome() }
        #expect(player.play().warnings == ["not_connected a"])
        guard case .warning(_, let message) = player.events.first(where: { $0.kind == .warning })?.data else { return #expect(Bool(false)) }
        #expect(message.contains("'a' to 'c'"))
    }

    @Test("What leaves a sub-workflow that no edge leaves is told, outputs and requests")
    func node() throws {
        var ties = SubWorkflow.Ties()
        ties.interceptsRequests = true
        var draft = try GraphDraft(name: "outer")
        try draft.setStart("sub")
        try draft.addSubWorkflow("sub", try makeGraph("inner", start: "in"), ties)
        let graph = try draft.validated()
        let player = KernelPlayer(graph)
        player.handle = { call in
            var outcome = Outcome.output("1")
            outcome.requests = [
                Request(id: "r", executor: call.executor, data: "1", responseType: nil, lane: call.lane, interceptor: 0, notice: "{}")
            ]
            return outcome
        }
        #expect(player.play().warnings == ["no_route sub", "no_route sub"])
    }

    @Test("What comes from outside and is overtaken by a cancel is told", arguments: [true, false])
    func tooLate(cancelFirst: Bool) throws {
        let player = KernelPlayer(try makeGraph())
        player.handle = { _ in .ask("r", executor: 0) }
        player.play()
        let request = try #require(player.kernel.snapshot.requests.first)
        let seen = player.events.count
        player.outside { kernel in
            if cancelFirst { kernel.cancel("enough") }
            kernel.input("1")
            kernel.answer(request, "2")
            if !cancelFirst { kernel.cancel("enough") }
        }.play()
        let lines = player.lines[seen...].filter { !$0.hasPrefix("status IN_PROGRESS") }
        let warnings = ["warning too_late a", "warning too_late a"], end = ["cancelled", "status CANCELLED"]
        #expect(lines == (cancelFirst ? end + warnings : warnings + end))
        #expect(player.kernel.state == .cancelled)
        // The request is still in the checkpoint.
        let resumed = try KernelPlayer(player.graph, document: try #require(player.documents.last)).play()
        #expect(resumed.kernel.snapshot.requests == [request])
        guard case .warning(_, let message) = player.events.last(where: { $0.kind == .warning })?.data else { return #expect(Bool(false)) }
        #expect(message.contains("the answer to the request 'r'"))
    }

    @Test("An input that waits for the boundary of a superstep that fails is told, once")
    func failingSuperstep() throws {
        let player = KernelPlayer(try makeGraph())
        player.handle = { _ in .fail() }
        player.play { $0.kind == .executorInvoked }
        player.outside { $0.input("1") }.play()
        #expect(player.warnings == ["too_late a"])
        #expect(player.lines.suffix(3) == ["warning too_late a", "failed", "status FAILED"])
    }

    @Test("What a storage has no room for is told: no checkpoint has it")
    func noRoom() throws {
        let player = KernelPlayer(try makeGraph())
        player.handle = { _ in .ask("r", executor: 0) }
        player.play()
        let request = try #require(player.kernel.snapshot.requests.first)
        let documents = player.documents
        player.refuseCommit = { _ in Failure(.storage, "no room") }
        player.outside {
            $0.input("1")
            $0.answer(request, "2")
        }.play()
        #expect(player.documents == documents)
        #expect(player.lines.suffix(4) == ["warning too_late a", "warning too_late a", "failed", "status FAILED"])
    }

    @Test("What is dropped by choice is no warning: conditions, selectors, hidden outputs")
    func choices() throws {
        let graph = try makeGraph {
            try $0.addCondition(Condition(name: "no"))
            try $0.addSelector(Selector(name: "none"))
            try $0.addEdge("a", "b", condition: "no")
            try $0.addSelection("a", ["c", "d"], selector: "none")
            try $0.setOutput("b", .final)
        }
        let player = KernelPlayer(graph)
        player.decide = { _, _ in false }
        player.select = { _, _, _ in [] }
        player.handle = { _ in
            var outcome = Outcome.send("1")
            outcome.outputs = ["2"]
            return outcome
        }
        #expect(player.play().warnings.isEmpty)
        #expect(player.invocations == ["a(0)"])
    }
}
