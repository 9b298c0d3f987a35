import Glibc
import Testing
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

@Suite("Pending calls")
struct PendingTests {
    private let waiting = Waiting()

    private func run(_ options: RunOptions = RunOptions()) throws -> Run {
        try Run(makeWorkflow(["a": waiting.executor]), options, input: "7")
    }

    @Test("A pending call is finished from another thread, and its effects count")
    func otherThread() throws {
        let run = try run()
        let thread = startThread {
            guard eventually({ self.waiting.contexts.all.count == 1 }) else {
                Issue.record("no call")
                return
            }
            let context = self.waiting.contexts.all[0]
            #expect(throws: Never.self) {
                try context.output(context.input)
                try context.setState("k", "1", in: .shared)
                try context.finish()
            }
        }
        defer { pthread_join(thread, nil) }
        #expect(
            try run.play() == [
                "started", "status IN_PROGRESS", "superstep_started 1", "executor_invoked a", "output a 7",
                "executor_completed a",
                "superstep_completed 1", "status IDLE",
            ])
    }

    @Test("Timeout 0 does not wait; a positive one waits that long and no longer")
    func timeouts() throws {
        let run = try run()
        for milliseconds in [0, 0, 60] as [Int64] {
            let start = now()
            while case .event = try run.next(timeout: milliseconds) {}
            let elapsed = now() - start
            #expect(elapsed >= Double(milliseconds) / 1000)
            #expect(elapsed < Double(milliseconds) / 1000 + 5)
        }
        #expect(run.state == .inProgress)
        try waiting.contexts.all[0].finish()
        #expect(try run.play(timeout: 0).last == "status IDLE")
    }

    @Test("The longest timeouts do not overflow", arguments: [Int64.max, Int64.max - 1, -1, .min])
    func longTimeouts(milliseconds: Int64) throws {
        let run = try run()
        while case .event = try run.next(timeout: 0) {}
        let thread = startThread {
            usleep(20_000)
            #expect(throws: Never.self) { try self.waiting.contexts.all[0].finish() }
        }
        defer { pthread_join(thread, nil) }
        guard case .event = try run.next(timeout: milliseconds) else { return #expect(Bool(false)) }
    }

    @Test("A call that is finished before its callback returns is finished")
    func beforeReturn() throws {
        for answer in [Status.pending, .ok, .executor] {
            let hasty = ScriptedExecutor { context in
                try context.output("1")
                try context.finish()
                return answer
            }
            let lines = try Run(makeWorkflow(["a": hasty]), .with(), input: "0").play()
            #expect(
                lines.suffix(4) == ["output a 1", "executor_completed a", "superstep_completed 1", "status IDLE"],
                "\(answer)")
        }
    }

    @Test("A call is finished once; the second to try is told, whoever it is")
    func twice() throws {
        let run = try run()
        try run.play(timeout: 0)
        let context = waiting.contexts.all[0]
        let refused = Collector<Status>()
        onThreads(8) { _ in if let failure = failure(of: { try context.finish() }) { refused.add(failure.status) } }
        #expect(refused.all == [Status](repeating: .closed, count: 7))
        try run.play()
        #expect(failure { try context.finish() }?.status == .closed)
        #expect(failure { try context.send("1", to: nil) }?.status == .closed)
        #expect(failure { _ = try context.state("k", in: .shared) }?.status == .closed)
    }

    @Test("A call that fails from another thread fails the run with its words")
    func failing() throws {
        let run = try run()
        try run.play(timeout: 0)
        let context = waiting.contexts.all[0]
        context.fail(Failure(.executor, "slow but sure", errorType: "Late"))
        try context.finish(.host)
        let (lines, reason) = run.playOut()
        #expect(lines == ["executor_failed a", "failed", "status FAILED"])
        #expect((reason?.message, reason?.errorType, reason?.status) == ("slow but sure", "Late", .host))
    }

    @Test("Outputs of a pending call are told at once, those before it went pending too, each once")
    func outputs() throws {
        let waiting = waiting
        let talker = ScriptedExecutor { context in
            try context.output("1")
            waiting.contexts.add(context)
            return .pending
        }
        let run = try Run(makeWorkflow(["a": talker]), .with(), input: "0")
        #expect(try run.play(timeout: 0).suffix(1) == ["output a 1"])
        let context = waiting.contexts.all[0]
        try context.emit("half", "1.5")
        try context.output("2")
        #expect(try run.play(timeout: 0) == ["custom a half 1.5", "output a 2"])
        try context.output("3")
        try context.finish()
        #expect(try run.play() == ["output a 3", "executor_completed a", "superstep_completed 1", "status IDLE"])
    }

    @Test("Executors wait side by side; one executor handles its messages one after another")
    func sideBySide() throws {
        let waiting = waiting
        let workflow = try makeWorkflow(
            { draft throws(Failure) in try draft.addFanOut("a", ["b", "c"]) },
            [
                "a": ScriptedExecutor {
                    try $0.send("1", to: nil); try $0.send("2", to: nil); return .ok
                },
                "b": waiting.executor, "c": waiting.executor,
            ])
        let run = try Run(workflow, .with(), input: "0")
        try run.play(timeout: 0)
        func calls() -> [String] { waiting.contexts.all.map { "\($0.executorID)\($0.input)" } }
        #expect(calls() == ["b1", "c1"])
        try waiting.contexts.all[1].finish()
        try run.play(timeout: 0)
        #expect(calls() == ["b1", "c1", "c2"])
        try waiting.contexts.all[2].finish()
        try waiting.contexts.all[0].finish()
        try run.play(timeout: 0)
        #expect(calls() == ["b1", "c1", "c2", "b2"])
        try waiting.contexts.all[3].finish()
        #expect(try run.play().last == "status IDLE")
    }

    @Test("Save and restore may be pending too")
    func hooks() throws {
        let waiting = waiting
        func workflow() throws -> Workflow {
            let later: ScriptedExecutor.Body = {
                waiting.contexts.add($0); return .pending
            }
            return try makeWorkflow(["a": ScriptedExecutor(save: later, restore: later) { _ in .ok }])
        }
        let storage = MemoryStorage()
        let first = try Run(workflow(), .with(storage), input: "0")
        #expect(try first.play(timeout: 0) == ["started", "status IN_PROGRESS"])
        for number in 0..<2 {
            try waiting.contexts.all[number].save(Text("\"\(number)\""))
            try waiting.contexts.all[number].finish()
            try first.play(timeout: 0)
        }
        #expect(first.state == .idle)
        let resumed = try Run(workflow(), .with(storage), resuming: nil)
        #expect(try resumed.play(timeout: 0) == ["started", "status IN_PROGRESS"])
        #expect(waiting.contexts.all[2].input == "\"1\"")
        try waiting.contexts.all[2].finish()
        #expect(try resumed.play() == ["status IDLE"])
    }

    private func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
