import Glibc
import Synchronization
import Testing
import WorkflowJSON
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

/// A host that is late, or never answers, cannot hang a run.
@Suite("Timeouts and leases")
struct TimeoutTests {
    /// `a`, whose calls go pending, and what limits them.
    static func workflow(
        timeout: UInt64? = nil, retry: Retry? = nil, _ code: ScriptedExecutor
    ) throws -> Workflow {
        let builder = try WorkflowBuilder(name: "flow")
        try builder.describe { draft throws(Failure) in
            try draft.setStart("a")
            if let timeout { try draft.setTimeout("a", milliseconds: timeout) }
            if let retry { try draft.setRetry("a", retry) }
        }
        try builder.addExecutor("a", code)
        return try builder.build()
    }

    static func lines(_ run: Run) throws -> [String] {
        var lines: [String] = []
        while case .event(let event, _) = try run.next(timeout: -1) { lines.append(event.line(run.workflow.graph)) }
        return lines
    }

    @Test("A pending call that takes too long fails, and its late end is refused")
    func timeout() throws {
        let contexts = Collector<Context>()
        let workflow = try Self.workflow(timeout: 20, ScriptedExecutor { contexts.add($0); return .pending })
        let run = try Run(workflow, RunOptions(), input: "1")
        let problem = failure { _ = try Self.lines(run) }
        #expect(problem?.status == .late)
        #expect(problem?.message == "executor 'a' did not end within its 20 ms")
        let context = try #require(contexts.all.first)
        #expect(context.isCancelled)
        #expect(failure { try context.output("1") }?.status == .closed)
        #expect(failure { try context.finish() }?.status == .closed)
        #expect(failure { try context.finish() }?.status == .closed)
        #expect(run.state == .failed)
    }

    /// Once, a run that was to pause for a minute paused for the day by which the clock had been put back.
    @Test("Whoever sets the clock neither prolongs a pause nor ends a call", arguments: [-86_400_000_000, 86_400_000_000])
    func clockThatJumps(by jump: Int) throws {
        let world = FakeWorld()
        let elapsed = Atomic<UInt64>(5)
        let contexts = Collector<Context>()
        var options = RunOptions()
        options.environment = world.environment
        options.environment.elapsed = { elapsed.load(ordering: .relaxed) }
        let workflow = try Self.workflow(
            timeout: 1000, retry: try Retry(attempts: 2, delay: 60_000),
            ScriptedExecutor { context in
                if context.failedAttempts == 0 { return .executor }
                contexts.add(context)
                return .pending
            })
        let run = try Run(workflow, options, input: "1")
        func rests() throws -> Bool {
            while true {
                switch try run.next(timeout: 0) {
                case .event: continue
                case .timeout: return true
                case .done: return false
                }
            }
        }
        #expect(try rests())
        world.now = UInt64(Int(world.now) + jump)
        #expect(try rests() && contexts.all.isEmpty)
        elapsed.add(60_000_000, ordering: .relaxed)
        #expect(try rests() && contexts.all.count == 1)
        world.now = UInt64(Int(world.now) + jump)
        #expect(try rests())
        elapsed.add(1_000_000, ordering: .relaxed)
        #expect(failure { _ = try rests() }?.status == .late)
    }

    @Test("A late call is tried again, and the late end of the first attempt does not count")
    func retried() throws {
        let contexts = Collector<Context>()
        let workflow = try Self.workflow(
            timeout: 20, retry: try Retry(attempts: 2, delay: 1),
            ScriptedExecutor { context in
                contexts.add(context)
                if context.failedAttempts == 0 { return .pending }
                #expect(failure { try contexts.all[0].finish() }?.status == .closed)
                try context.output("\"second\"")
                return .ok
            })
        let run = try Run(workflow, RunOptions(), input: "1")
        let lines = try Self.lines(run)
        #expect(lines.filter { $0.hasPrefix("output") } == ["output a \"second\""])
        #expect(lines.contains("warning retry a"))
    }

    @Test("Code that blocks cannot be interrupted: its work does not count if it comes back late")
    func inline() throws {
        let workflow = try Self.workflow(
            timeout: 1,
            ScriptedExecutor { context in
                usleep(5000)
                try context.output("1")
                return .ok
            })
        let run = try Run(workflow, RunOptions(), input: "1")
        #expect(failure { _ = try Self.lines(run) }?.status == .late)
    }

    @Test("A lease ends when the host gives no sign of life, and begins anew with every sign")
    func lease() throws {
        let contexts = Collector<Context>()
        let world = FakeWorld()
        let workflow = try Self.workflow(ScriptedExecutor { contexts.add($0); return .pending })
        var options = RunOptions()
        options.lease = 1000
        options.environment = world.environment
        let run = try Run(workflow, options, input: "1")
        func drive() throws -> Run.Next {
            while true { if case .event = try run.next(timeout: 0) { continue } else { return try run.next(timeout: 0) } }
        }
        guard case .timeout = try drive() else { Issue.record("it waits"); return }
        for _ in 1...3 {
            world.now += 900_000
            try contexts.all[0].keepAlive()
            guard case .timeout = try drive() else { Issue.record("it still waits"); return }
        }
        world.now += 1_000_000
        #expect(failure { _ = try drive() }?.message == "executor 'a' gave no sign of life for the lease of the run")
        #expect(failure { try contexts.all[0].keepAlive() }?.status == .closed)
    }

    @Test("A polled call has a lease from the moment in which somebody takes it")
    func polled() throws {
        let world = FakeWorld()
        let workflow = try Self.workflow(ScriptedExecutor(isPolled: true) { _ in .ok })
        var options = RunOptions()
        options.lease = 1000
        options.environment = world.environment
        let run = try Run(workflow, options, input: "1")
        func drive() throws { while case .event = try run.next(timeout: 0) {} }
        try drive()
        world.now += 10_000_000
        try drive()
        guard case .call(let context) = try run.poll(timeout: 0) else { Issue.record("nothing to poll"); return }
        world.now += 999_000
        try drive()
        world.now += 1000
        #expect(failure { try drive() }?.status == .late)
        #expect(failure { try context.finish() }?.status == .closed)
    }

    @Test("The descriptor wakes when a pause is over or a call is too late")
    func wake() throws {
        let workflow = try Self.workflow(timeout: 30, ScriptedExecutor { _ in .pending })
        let run = try Run(workflow, RunOptions(), input: "1")
        let descriptor = try run.wakeDescriptor()
        while case .event = try run.next(timeout: 0) {}
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        #expect(Glibc.poll(&poll, 1, 0) == 0)
        #expect(Glibc.poll(&poll, 1, 5000) == 1)
        #expect(failure { while case .event = try run.next(timeout: 0) {} }?.status == .late)
        #expect(Glibc.poll(&poll, 1, 0) == 0, "nothing further is to do")
    }

    @Test("Why it waits: calls with their deadlines, and pauses")
    func why() throws {
        let world = FakeWorld()
        let workflow = try Self.workflow(
            timeout: 5000, retry: try Retry(attempts: 3, delay: 1000),
            ScriptedExecutor { context in
                guard context.failedAttempts > 0 else { throw Failure(.executor, "no") }
                return .pending
            })
        var options = RunOptions()
        options.environment = world.environment
        let run = try Run(workflow, options, input: "1")
        func drive() throws { while case .event = try run.next(timeout: 0) {} }
        try drive()
        world.now += 400_000
        #expect(try run.whyWaiting().string.contains("it waits for the next attempt of 'a' in 600 ms"))
        world.now += 600_000
        try drive()
        let why = try run.whyWaiting().string
        #expect(why.contains("it waits for 'a' to handle a message"))
        #expect(why.contains("\"failed_attempts\":1,\"deadline_in_ms\":5000"))
    }

    @Test("Of many calls that are under way, the first deadline counts, and a sign of life moves it on")
    func firstDeadline() throws {
        let world = FakeWorld()
        let workflow = try Self.workflow(timeout: 5000, ScriptedExecutor { _ in .ok })
        func context() -> Context {
            let player = KernelPlayer(workflow.graph).play()
            return Context(
                player.calls[0],
                at: Context.Site(
                    workflow: workflow, runID: "r", inbox: Inbox(), storage: MemoryStorage(), clock: world.environment.now),
                now: world.now)
        }
        var calls = CallsUnderWay(lease: 2_000_000)
        let start = world.now
        let first = context()
        calls.begin(first, at: start)
        #expect(calls.firstDeadline == start + 2_000_000)
        try first.keepAlive()
        world.now += 1_000_000
        let second = context()
        calls.begin(second, at: world.now)
        try second.keepAlive()
        try first.keepAlive()
        // The bound is early, never late: at it nobody is too late, and the next one is right.
        #expect(calls.firstDeadline == start + 2_000_000)
        #expect(calls.expire(at: start + 2_000_000).isEmpty)
        #expect(calls.firstDeadline == start + 3_000_000)
        _ = first.end()
        #expect(calls.expire(at: start + 3_000_000).map { $0 === second } == [true])
    }
}
