import Testing
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

@Suite("Failures in the kernel")
struct FailureTests {
    private func fan() throws -> Graph { try makeGraph { try $0.addFanOut("a", ["b", "c", "d"]) } }

    @Test("A failed superstep does not commit, whoever fails and whoever is faster", arguments: [1, 2, 3], [0, 1, 2])
    func noEffect(failing: Int, schedule: Int) throws {
        let player = KernelPlayer(try fan())
        player.pick = { schedule % $0 }
        player.handle = { call in
            if call.executor == failing { return .fail() }
            var outcome = call.executor == 0 ? Outcome.send("1") : .output("1")
            outcome.writes.shared.updateValue("1", forKey: Text("\(call.executor)"))
            outcome.writes.own.updateValue("1", forKey: "own")
            return outcome
        }
        player.play()
        #expect(player.kernel.state == .failed)
        #expect(player.documents.count == 3)
        #expect(player.kernel.snapshot.superstep == 1)
        #expect(player.kernel.snapshot.shared.keys == ["0"])
        #expect(player.kernel.snapshot.executors.map(\.state.count) == [1, 0, 0, 0])
        // What is left of the message is the one delivery that failed.
        let left = player.kernel.snapshot.partial?.work.filter { !$0.deliveries.isEmpty }
        #expect(left?.map(\.executor) == [failing])
        #expect(left?.first?.staged.writes.shared.isEmpty == true)
    }

    @Test("Siblings that have begun finish and are told before the run ends")
    func siblingsFinish() throws {
        let player = KernelPlayer(try fan())
        player.pick = { _ in 0 }
        player.handle = { $0.executor == 0 ? .send("1") : $0.executor == 1 ? .fail() : Outcome() }
        player.play()
        #expect(
            player.lines.suffix(5) == [
                "executor_completed c", "executor_completed d", "checkpoint partial 1", "failed", "status FAILED",
            ])
    }

    @Test("After a failure the siblings still do their work, and the failed executor takes no further message")
    func siblingsWork() throws {
        let player = KernelPlayer(try fan())
        player.handle = { call in
            var outcome = Outcome()
            if call.executor == 0 { outcome.sends = ["1", "2"].map { (Message.everyone, $0) } }
            return call.executor == 2 ? .fail() : outcome
        }
        player.play()
        #expect(player.invocations == ["a(0)", "b(1)", "c(1)", "d(1)", "b(2)", "d(2)"])
    }

    @Test("A failure says who and when, and keeps what the host said")
    func details() throws {
        let player = KernelPlayer(try fan())
        player.handle = { call in
            var outcome = Outcome.fail("bad", Status(rawValue: -1234))
            outcome.failure?.errorType = "ValueError"
            return outcome
        }
        player.play()
        let failure = try #require(player.kernel.failure)
        #expect((failure.status.rawValue, failure.message, failure.errorType) == (-1234, "bad", "ValueError"))
        #expect((failure.executorID, failure.superstep) == ("a", 1))
    }

    @Test("The superstep limit ends a run that does not end, and the boundary is kept", arguments: [1, 2, 5])
    func limit(limit: UInt64) throws {
        let player = KernelPlayer(try makeGraph(maxSupersteps: limit) { try $0.addEdge("a", "a") })
        player.handle = { .send($0.input) }
        player.play()
        #expect(player.kernel.failure?.status == .limit)
        #expect(player.kernel.snapshot.superstep == Int(limit))
        #expect(player.documents.count == Int(limit) + 1)
        #expect(player.lines.suffix(3) == ["superstep_completed \(limit)", "failed", "status FAILED"])
    }

    @Test("A run that ends within the limit is not failed by it")
    func withinLimit() throws {
        let player = KernelPlayer(try makeGraph(maxSupersteps: 2) { try $0.addEdge("a", "b") })
        player.handle = { $0.executor == 0 ? .send("1") : Outcome() }
        #expect(player.play().kernel.state == .idle)
    }

    @Test("The limit counts from the last input, also after resume")
    func limitSinceInput() throws {
        let graph = try makeGraph(maxSupersteps: 3) { try $0.addEdge("a", "a") }
        var snapshot = Snapshot(graph: graph)
        (snapshot.superstep, snapshot.inputSuperstep) = (10, 9)
        snapshot.messages = [Message(source: 0, target: Message.everyone, payload: "1")]
        let player = KernelPlayer(graph, resuming: snapshot)
        player.handle = { .send($0.input) }
        player.play()
        #expect(player.kernel.snapshot.superstep == 12)
        #expect(player.kernel.failure?.status == .limit)
    }

    @Test("A run that the limit ended goes on with a higher one")
    func raisedLimit() throws {
        let graph = try makeGraph { try $0.addEdge("a", "a") }
        func options(_ limit: Int) -> Kernel.Options { Kernel.Options(maxSupersteps: limit, checkpoints: true) }
        func handle(_ call: Call) -> Outcome { call.superstep == 9 ? .output("9") : .send("1") }
        let short = KernelPlayer(graph, options(4))
        short.handle = handle
        short.play()
        let long = try KernelPlayer(graph, options(9), document: short.documents.last ?? "")
        long.handle = handle
        #expect(long.play().outputs == ["a 9"])
    }

    @Test("A commit that is refused fails the run, with the reason", arguments: [0, 1])
    func refusedCommit(superstep: Int) throws {
        let player = KernelPlayer(try fan())
        player.handle = { $0.executor == 0 ? .send("1") : Outcome() }
        var commits = 0
        player.refuseCommit = { _ in
            commits += 1
            return commits == superstep + 1 ? Failure(.storage, "disk full") : nil
        }
        player.play()
        #expect(player.lines.suffix(2) == ["failed", "status FAILED"])
        #expect(player.kernel.failure?.message == "disk full")
        #expect(player.documents.count == superstep)
        #expect(!player.lines.contains("superstep_completed 1"))
    }

    @Test("A run that has counted as far as a document can tell ends there, readably")
    func lastNumber() throws {
        let graph = try makeGraph { try $0.addEdge("a", "a") }
        var snapshot = Snapshot(graph: graph)
        (snapshot.superstep, snapshot.inputSuperstep) = (Kernel.lastSuperstep - 2, Kernel.lastSuperstep - 2)
        snapshot.messages = [Message(source: 0, target: Message.everyone, payload: "1")]
        let player = KernelPlayer(graph, resuming: snapshot)
        player.handle = { .send($0.input) }
        player.play()
        #expect(player.kernel.snapshot.superstep == Kernel.lastSuperstep)
        #expect(player.kernel.failure?.status == .limit)
        #expect(throws: Never.self) { try KernelPlayer(graph, document: player.documents.last ?? "").play() }
    }
}
