import Testing
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

/// a -> b; a sends what it gets, b gives it out.
private func pair() throws -> Graph { try makeGraph { try $0.addEdge("a", "b") } }

private func sendThenOutput(_ call: Call) -> Outcome { call.executor == 0 ? .send(call.input) : .output(call.input) }

@Suite("Order of events")
struct EventOrderTests {
    private func play(
        _ options: Kernel.Options? = nil, _ handle: @escaping (Call) -> Outcome = sendThenOutput
    ) throws -> KernelPlayer {
        let player = KernelPlayer(try pair(), options, input: "7")
        player.handle = handle
        return player.play()
    }

    @Test("A run of two nodes with checkpoints")
    func straight() throws {
        #expect(
            try play().lines == [
                "started", "status IN_PROGRESS", "checkpoint entry 0",
                "superstep_started 1", "executor_invoked a", "executor_completed a", "checkpoint superstep 1",
                "superstep_completed 1",
                "superstep_started 2", "executor_invoked b", "output b 7", "executor_completed b", "checkpoint superstep 2",
                "superstep_completed 2",
                "status IDLE",
            ])
    }

    @Test("Without checkpoints it is the same run, told without them")
    func withoutCheckpoints() throws {
        let plain = try play(Kernel.Options(maxSupersteps: 100, checkpoints: false))
        #expect(plain.lines == (try play().lines.filter { !$0.hasPrefix("checkpoint") }))
        #expect(plain.documents.isEmpty)
    }

    @Test("A resumed run tells where it goes on")
    func resumed() throws {
        let straight = try play()
        let resumed = try KernelPlayer(pair(), document: straight.documents[1])
        resumed.handle = sendThenOutput
        resumed.play()
        #expect(resumed.lines == ["started", "status IN_PROGRESS"] + straight.lines[8...])
    }

    @Test("A finished checkpoint is resumed to its end")
    func resumedFinished() throws {
        let resumed = try KernelPlayer(pair(), document: try play().documents[2]).play()
        #expect(resumed.lines == ["started", "status IN_PROGRESS", "status IDLE"])
        #expect(resumed.kernel.state == .idle)
    }

    @Test("A run that fails says which executor, then why, then that it is over")
    func failing() throws {
        let player = try play { $0.executor == 1 ? .fail("no") : .send("1") }
        #expect(
            player.lines.suffix(6) == [
                "superstep_completed 1", "superstep_started 2", "executor_invoked b", "executor_failed b", "failed",
                "status FAILED",
            ])
        #expect(player.kernel.failure?.message == "no")
        #expect(player.kernel.failure?.executorID == "b")
        #expect(player.kernel.failure?.superstep == 2)
    }

    @Test("Resting is the same answer from then on")
    func rests() throws {
        let player = try play()
        let events = player.events.count
        player.play().play()
        #expect(player.events.count == events)
    }

    @Test("Events carry the superstep that they belong to (.NET W24)")
    func supersteps() throws {
        let events = try play().events
        #expect(events.map(\.superstep) == [0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2])
    }

    @Test("Data: the input of an invocation, and sent messages before outputs of a completion")
    func data() throws {
        let player = try play { call in
            var outcome = sendThenOutput(call)
            outcome.outputs += ["\"o\""]
            return outcome
        }
        func results(_ event: Event) -> [Text]? { if case .results(let results) = event.data { results } else { nil } }
        func payload(_ event: Event) -> Text? { if case .payload(let payload) = event.data { payload } else { nil } }
        #expect(player.events.filter { $0.kind == .executorInvoked }.map(payload) == ["7", "7"])
        #expect(player.events.filter { $0.kind == .executorCompleted }.map(results) == [["7", "\"o\""], ["7", "\"o\""]])
    }

    @Test("Hidden kinds are left out, and nothing else", arguments: EventKind.allCases)
    func hidden(kind: EventKind) throws {
        let options = Kernel.Options(
            maxSupersteps: 100, checkpoints: true, hidden: HiddenEvents(bits: 1 << UInt64(kind.rawValue)))
        let (all, some) = (try play(), try play(options))
        #expect(some.events.map(\.kind) == all.events.map(\.kind).filter { $0 != kind })
        #expect(some.documents == all.documents)
        #expect(some.invocations == all.invocations)
    }

    @Test("With everything hidden a run still runs")
    func allHidden() throws {
        let player = try play(Kernel.Options(maxSupersteps: 100, checkpoints: true, hidden: HiddenEvents(bits: .max)))
        #expect(player.events.isEmpty)
        #expect(player.documents.count == 3)
        #expect(player.kernel.state == .idle)
    }

    @Test("An output of a pending call is told at once, and once")
    func earlyOutput() throws {
        var kernel = Kernel(graph: try pair(), options: Kernel.Options(maxSupersteps: 100, checkpoints: false), input: "1")
        func lines() -> [String] {
            var lines: [String] = []
            while case .emit(let event) = kernel.next() { lines.append(event.line(kernel.graph)) }
            return lines
        }
        // The call step after executor_invoked ends the first list.
        #expect(lines().last == "executor_invoked a")
        kernel.tell(.output("1"), executor: 0)
        #expect(lines() == ["output a 1"])
        var outcome = Outcome.output("1")
        outcome.outputs.append("2")
        outcome.toldEmissions = 1
        kernel.finish(.invoke, executor: 0, &outcome)
        #expect(lines() == ["output a 2", "executor_completed a", "superstep_completed 1", "status IDLE"])
    }
}
