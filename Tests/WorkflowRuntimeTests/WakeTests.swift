import Glibc
import Testing
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowTestSupport

@Suite("Waking the host's event loop")
struct WakeTests {
    private let waiting = Waiting()

    private func waitingRun() throws -> Run {
        let run = try Run(makeWorkflow(["a": waiting.executor]), .with(), input: "7")
        try run.play(timeout: 0)
        return run
    }

    private func isReadable(_ descriptor: Int32, within milliseconds: Int32 = 0) -> Bool {
        var query = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&query, 1, milliseconds) == 1
    }

    @Test("The descriptor is readable from the arrival to the next look, whatever arrives")
    func descriptor() throws {
        let run = try waitingRun()
        let descriptor = try run.wakeDescriptor()
        #expect(try run.wakeDescriptor() == descriptor)
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
        #expect(fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0)
        let context = waiting.contexts.all[0]
        let arrivals: [() throws -> Void] = [
            { try context.output("1") }, { try run.input("2") }, { try context.finish() }, { run.cancel("enough") },
        ]
        for arrive in arrivals {
            #expect(!isReadable(descriptor))
            try arrive()
            #expect(isReadable(descriptor, within: 1000))
            #expect(isReadable(descriptor, within: 1000))
            _ = failure { try run.play(timeout: 0) }
            #expect(!isReadable(descriptor))
        }
    }

    @Test("A descriptor that is asked for late is readable at once")
    func lateDescriptor() throws {
        let run = try waitingRun()
        try waiting.contexts.all[0].finish()
        #expect(isReadable(try run.wakeDescriptor(), within: 1000))
    }

    @Test("The callback is called once for all that arrives before the next look, on the thread that brings it")
    func callback() throws {
        let run = try waitingRun()
        let threads = Collector<UInt>()
        run.setWake { threads.add(UInt(pthread_self())) }
        #expect(threads.all == [])
        let brought = Collector<UInt>()
        onThreads(1) { _ in
            brought.add(UInt(pthread_self()))
            #expect(throws: Never.self) {
                try self.waiting.contexts.all[0].output("1")
                try run.input("2")
            }
        }
        #expect(threads.all == brought.all)
        try run.input("3")
        #expect(threads.all.count == 1)
        try run.play(timeout: 0)
        try run.input("4")
        #expect(threads.all.count == 2)
    }

    @Test("A callback that comes late is called at once; a replaced one is let go of, and not called")
    func replaced() throws {
        let run = try waitingRun()
        let calls = Collector<String>()
        let ends = Collector<String>()
        func wake(_ name: String) -> @Sendable () -> Void {
            { [token = OnDeath { ends.add(name) }] in
                withExtendedLifetime(token) { calls.add(name) }
            }
        }
        run.setWake(wake("first"))
        run.setWake(wake("second"))
        #expect(ends.all == ["first"])
        try run.input("1")
        run.setWake(wake("late"))
        #expect(calls.all == ["second", "late"])
        run.setWake(nil)
        #expect(ends.all == ["first", "second", "late"])
        try run.play(timeout: 0)
        try run.input("2")
        #expect(calls.all == ["second", "late"])
    }

    @Test("The end of the run lets go of the callback; what arrives later wakes nobody")
    func end() throws {
        let calls = Collector<String>()
        let ends = Collector<String>()
        var run: Run? = try waitingRun()
        run?.setWake { [token = OnDeath { ends.add("end") }] in withExtendedLifetime(token) { calls.add("call") } }
        run = nil
        #expect(ends.all == ["end"])
        #expect(failure { try waiting.contexts.all[0].finish() }?.status == .closed)
        #expect(calls.all == [])
    }

    @Test("From inside the callback the run can be looked at, fed, cancelled, polled, given another callback and driven")
    func reentry() throws {
        let run = try waitingRun()
        let lines = Collector<String>()
        run.setWake { [weak run] in
            guard let run else { return }
            lines.add("\(run.state.name) \(run.superstep)")
            #expect(throws: Never.self) {
                try run.input("8")
                _ = try run.wakeDescriptor()
                _ = try run.poll(timeout: 0)
                run.setWake { lines.add("other") }
                for line in try run.play(timeout: 0) { lines.add(line) }
            }
            run.cancel("enough")
        }
        try waiting.contexts.all[0].finish()
        // Setting another callback while the finish waits calls it, and so does the cancel after the look.
        #expect(lines.all.prefix(2) == ["IN_PROGRESS 0", "other"])
        #expect(lines.all.last == "other")
        #expect(lines.all.contains("executor_invoked a"))
        #expect(run.playOut().lines == ["cancelled", "status CANCELLED"])
    }
}
