import Testing
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

@Suite("Retries")
struct RetryTests {
    private func graph(attempts: Int = 3, delay: Int = 100) throws -> Graph {
        try makeGraph {
            try $0.addFanOut("a", ["b", "c"])
            try $0.setRetry("b", try Retry(attempts: attempts, delay: delay, factor: 2, longest: 1_000_000))
        }
    }

    /// `b` fails as often as told.
    private func play(_ player: KernelPlayer, failures: Int, givesUp: Bool = false) -> KernelPlayer {
        var left = failures
        player.handle = { call in
            guard call.executor != 0 else { return .send("1") }
            guard call.executor == 1, left > 0 else { return .output(Text("\(call.failedAttempts)")) }
            left -= 1
            var outcome = Outcome.fail()
            outcome.givesUp = givesUp
            outcome.sends = [(Message.everyone, "\"of a failed attempt\"")]
            return outcome
        }
        return player.play()
    }

    @Test("A failed call is tried again after a pause, and nothing of the failed attempt counts")
    func again() throws {
        let player = play(KernelPlayer(try graph()), failures: 2)
        #expect(player.kernel.state == .idle)
        #expect(player.outputs.sorted() == ["b 2", "c 0"])
        #expect(player.warnings == ["retry b", "retry b"])
        #expect(!player.lines.contains("executor_failed b"))
        #expect(player.kernel.snapshot.messages.isEmpty)
        // 100 ms and then 200 ms, on a clock that began at 0.
        #expect(player.kernel.now == 300_000)
        #expect(player.calls.map(\.invocation) == [0, 0, 0, 0, 0])
    }

    @Test("After the last attempt the failure counts")
    func last() throws {
        let player = play(KernelPlayer(try graph(attempts: 2)), failures: 2)
        #expect(player.kernel.state == .failed)
        #expect(player.lines.contains("executor_failed b"))
    }

    @Test("A failure that is for good is not tried again")
    func givingUp() throws {
        let player = play(KernelPlayer(try graph()), failures: 1, givesUp: true)
        #expect(player.kernel.state == .failed)
        #expect(player.warnings.isEmpty)
    }

    @Test("The pause is in the checkpoint: who resumes waits no second time for what succeeded, and counts on")
    func durable() throws {
        let graph = try graph(attempts: 3, delay: 60_000)
        let player = KernelPlayer(graph)
        var pauses = 0
        player.handle = { $0.executor == 0 ? .send("1") : $0.executor == 1 ? .fail() : .output("1") }
        player.play { event in
            if event.kind == .checkpoint, event.superstep == 2 { pauses += 1 }
            return pauses == 1
        }
        let resumed = play(try KernelPlayer(graph, document: try #require(player.documents.last)), failures: 0)
        #expect(resumed.invocations == ["b(1)"])
        #expect(resumed.outputs == ["b 1"])
        #expect(resumed.kernel.now == 60_000_000)
    }

    @Test("A sibling that fails for good ends the run without waiting for the pause")
    func noWaiting() throws {
        let player = KernelPlayer(try graph())
        player.handle = { $0.executor == 0 ? .send("1") : .fail() }
        player.play()
        #expect(player.kernel.state == .failed)
        #expect(player.kernel.failure?.executorID == "c")
        #expect(player.kernel.now == 0)
        let partial = try #require(player.kernel.snapshot.partial)
        #expect(partial.work.map(\.attempts) == [1, 0])
        #expect(partial.work.map { $0.notBefore } == [100_000, nil])
    }

    @Test("Pauses grow, have an end, and jitter stays within its part")
    func pauses() throws {
        let retry = try Retry(attempts: 10, delay: 100, factor: 3, longest: 1000, jitter: 0)
        #expect((1...5).map { retry.pause(after: $0, chance: 0) } == [100_000, 300_000, 900_000, 1_000_000, 1_000_000])
        let jittery = try Retry(delay: 100, jitter: 0.5)
        #expect(jittery.pause(after: 1, chance: 0) == 50_000)
        #expect((149_999...150_000).contains(jittery.pause(after: 1, chance: .max)))
        let endless = try Retry(attempts: 1_000_000, delay: 1, factor: 1000, longest: 366 * 86_400_000, jitter: 1)
        #expect(endless.pause(after: 1_000_000, chance: .max) <= 2 * 366 * 86_400_000_000)
    }

    @Test("Numbers that make no sense are refused")
    func nonsense() {
        #expect(throws: Failure.self) { try Retry(attempts: 0) }
        #expect(throws: Failure.self) { try Retry(delay: -1) }
        #expect(throws: Failure.self) { try Retry(factor: 0.5) }
        #expect(throws: Failure.self) { try Retry(factor: .nan) }
        #expect(throws: Failure.self) { try Retry(jitter: 1.5) }
        #expect(throws: Failure.self) { try Retry(longest: .max) }
    }
}
