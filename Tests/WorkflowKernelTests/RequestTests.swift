import Testing
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

@Suite("Requests and other things from outside")
struct RequestTests {
    private func graph() throws -> Graph { try makeGraph { try $0.addFanOut("a", ["b", "c"]) } }

    /// a sends to b and c; those ask, and give an answer as output together with what they asked.
    private func handle(_ call: Call) -> Outcome {
        if let request = call.request { return .output(Text("[\(request.data),\(call.input)]")) }
        if call.executor == 0 { return .send(call.input) }
        return .ask(Text("q\(call.executor)"), Text("\"\(call.executor)?\""), executor: call.executor)
    }

    private func player(_ document: Text? = nil) throws -> KernelPlayer {
        let player = try document.map { try KernelPlayer(graph(), document: $0) } ?? KernelPlayer(graph())
        player.handle = handle
        return player
    }

    private func request(_ player: KernelPlayer, _ id: Text) throws -> Request {
        try #require(player.kernel.snapshot.requests.first { $0.id == id })
    }

    private func answer(_ player: KernelPlayer, _ id: Text, _ payload: Text) throws {
        let request = try request(player, id)
        player.outside { $0.answer(request, payload) }.play()
    }

    @Test("Two requests of one superstep: the events, one change of state, a rest that waits for answers")
    func ask() throws {
        let player = try player().play()
        #expect(Array(player.lines.suffix(9)) == [
            "executor_invoked b", "request_info", "status IN_PROGRESS_PENDING_REQUESTS", "executor_completed b", "executor_invoked c",
            "request_info", "executor_completed c", "checkpoint superstep 2", "superstep_completed 2", "status IDLE_WITH_PENDING_REQUESTS",
        ].suffix(9))
        #expect(player.kernel.snapshot.requests.map(\.id) == ["q1", "q2"])
    }

    @Test("Answers in any order, one at a time: each goes to who asked, with the question")
    func answer() throws {
        let player = try player().play()
        try answer(player, "q2", "2")
        #expect(player.outputs == [#"c ["2?",2]"#])
        #expect(player.kernel.state == .idleWithPendingRequests)
        try answer(player, "q1", "1")
        #expect(player.outputs == [#"c ["2?",2]"#, #"b ["1?",1]"#])
        #expect(player.kernel.state == .idle)
        #expect(player.lines.filter { $0.hasPrefix("checkpoint") } == [
            "checkpoint entry 0", "checkpoint superstep 1", "checkpoint superstep 2", "checkpoint response 2", "checkpoint superstep 3",
            "checkpoint response 3", "checkpoint superstep 4",
        ])
    }

    @Test("Every boundary can be resumed: pending ones are told again once, an answer on its way arrives")
    func resume() throws {
        let straight = try player().play()
        try answer(straight, "q1", "1")
        for (place, document) in straight.documents.enumerated() {
            let resumed = try player(document).play()
            if place < 3 {
                #expect(resumed.documents == Array(straight.documents[(place + 1)..<3]), "boundary \(place)")
                if place == 2 { #expect(resumed.lines.filter { $0 == "request_info" }.count == 2) }
                try answer(resumed, "q1", "1")
            }
            #expect(resumed.documents.last ?? document == straight.documents.last, "boundary \(place)")
            #expect(resumed.kernel.snapshot.requests.map(\.id) == ["q2"])
            #expect(resumed.kernel.state == .idleWithPendingRequests)
        }
    }

    @Test("A withdrawn request is gone from the next checkpoint")
    func withdraw() throws {
        let player = try player().play()
        let withdrawn = try request(player, "q1")
        player.outside { $0.withdraw(withdrawn) }.play()
        #expect(player.kernel.snapshot.requests.map(\.id) == ["q2"])
        #expect(player.lines.last == "status IDLE_WITH_PENDING_REQUESTS")
        #expect(player.documents.last?.string.contains("q1") == false)
    }

    @Test("A second pending request of one id fails its executor, and nothing of it counts")
    func twice() throws {
        let player = try player()
        player.handle = { $0.executor == 0 ? .send("1") : .ask("same", executor: $0.executor) }
        player.play()
        #expect(player.kernel.failure?.status == .exists)
        #expect(player.kernel.failure?.message.contains("'same'") == true)
        #expect(player.kernel.snapshot.requests.isEmpty)
    }

    @Test("A request of a failed superstep was never asked")
    func failedSuperstep() throws {
        let player = try player()
        player.handle = { $0.executor == 2 ? .fail() : self.handle($0) }
        player.play()
        #expect(player.kernel.snapshot.requests.isEmpty)
        #expect(player.documents.last?.string.contains("\"pending_request_info_events\": {}") == true)
    }

    @Test("A further input goes on with the state, and the limit counts anew")
    func input() throws {
        let graph = try makeGraph(maxSupersteps: 1) { try $0.addEdge("a", "b") }
        let player = KernelPlayer(graph)
        player.handle = { call in
            var outcome = Outcome.output(call.shared["n"] ?? "0")
            outcome.writes.shared["n"] = .value(call.input)
            return outcome
        }
        player.play()
        player.outside { $0.input("7") }.play()
        player.outside { $0.input("8"); $0.input("9") }.play()
        #expect(player.outputs == ["a 0", "a 0", "a 7", "a 7"])
        #expect(player.kernel.state == .idle)
        #expect(player.lines.filter { $0.hasPrefix("checkpoint entry") } == ["checkpoint entry 0", "checkpoint entry 1", "checkpoint entry 2"])
    }

    @Test("What comes during a superstep waits for its boundary, and has a checkpoint there before anything runs (.NET W13)")
    func midway() throws {
        let player = try player()
        player.play { $0.kind == .executorInvoked }
        player.outside { $0.input("5") }.play()
        #expect(player.invocations.prefix(2) == ["a(0)", "a(5)"])
        let calls = player.calls.prefix { $0.input != "5" }.count
        let resumed = try KernelPlayer(graph(), document: player.documents[2])
        resumed.handle = handle
        #expect(resumed.play().invocations == Array(player.invocations.dropFirst(calls)))
        #expect(player.lines.filter { $0.hasPrefix("checkpoint entry") } == ["checkpoint entry 0", "checkpoint entry 1"])
    }

    @Test("A cancel ends the run at once; the last boundary stays, and calls that end later change nothing")
    func cancel() throws {
        let player = try player()
        player.pick = { _ in 0 }
        player.play { $0.kind == .superstepStarted && $0.superstep == 2 }
        let before = player.documents
        player.outside { $0.cancel("enough") }.play()
        #expect(player.lines.suffix(2) == ["cancelled", "status CANCELLED"])
        #expect(player.kernel.failure?.status == .cancelled)
        #expect(player.documents == before)
        player.outside { $0.input("1") }.play()
        #expect(player.lines.suffix(2) == ["status CANCELLED", "warning too_late a"])
        #expect(player.kernel.state == .cancelled)
    }

    @Test("A halt rests after the superstep although messages wait; resumed, the run goes on (.NET W10, untested 1)")
    func halt() throws {
        let player = try player()
        player.handle = { call in
            var outcome = self.handle(call)
            outcome.halts = call.executor == 0
            return outcome
        }
        player.play()
        #expect(player.kernel.snapshot.messages.count == 1)
        #expect(player.lines.last == "status IDLE")
        #expect(try self.player(player.documents.last).play().kernel.snapshot.requests.count == 2)
    }

    @Test("Two executors that make one id in a superstep fail it, whoever was faster", arguments: 0..<4)
    func doubles(schedule: Int) throws {
        let graph = try makeGraph {
            try $0.addFanOut("a", ["b", "c", "d"])
            try $0.setRetry("d", try Retry(attempts: 2, delay: 1))
        }
        let player = KernelPlayer(graph)
        if schedule > 0 { player.pick = { schedule % $0 } }
        player.handle = { call in
            switch call.executor {
            case 0: .send("1")
            case 1, 2: .ask("same", executor: call.executor)
            default: call.failedAttempts == 0 ? .fail() : Outcome()
            }
        }
        player.play()
        #expect(player.kernel.failure?.status == .exists)
        #expect(player.kernel.failure?.message.hasPrefix("'b' and 'c' both made a request 'same' in superstep 2") == true)
        #expect(player.lines.filter { $0.hasPrefix("executor_failed") } == ["executor_failed c"])
        // Not even the pause of d recorded it: a document with both could not be read.
        #expect(player.documents.count == 2)
    }

    @Test("An id is free again when its request was answered, and taken while it is pending")
    func idsAgain() throws {
        let player = KernelPlayer(try makeGraph())
        player.handle = { call in call.request == nil || call.input == "\"again\"" ? .ask("q", executor: call.executor) : Outcome() }
        player.play()
        for _ in 1...2 {
            let request = try #require(player.kernel.snapshot.hostRequests.first)
            player.outside { $0.answer(request, "\"again\"") }.play()
        }
        #expect(player.kernel.state == .idleWithPendingRequests)
        player.outside { $0.input("1") }.play()
        #expect(player.kernel.failure?.status == .exists)
    }
}
