import Glibc
import Synchronization
import Testing
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

@Suite("Pools")
struct PoolTests {
    private static func options(_ pool: Pool, _ storage: (any Storage)? = nil) -> RunOptions {
        var options = RunOptions.with(storage)
        options.pool = pool
        return options
    }

    @Test("Inline, with 1, 2 and 8 threads, and polled by 1 and 8: the same checkpoints, byte for byte")
    func sameBytes() throws {
        let story = Story(lingers: { usleep(UInt32.random(in: 0...300)) })
        let straight = try story.documents(.inline)
        #expect(straight.count == 1 + 3 * 3)
        for way in [Story.Way.pool(1), .pool(2), .pool(8), .polled(1), .polled(8)] {
            for _ in 0..<3 {
                let documents = try story.documents(way)
                #expect(documents == straight, "\(way)")
            }
        }
        #expect(story.collected.all == [])
    }

    @Test("Eight executors are inside their callbacks at one time, and one executor handles one message at a time")
    func sideBySide() throws {
        let ids = (0..<8).map { "x\($0)" }
        let inside = Story.Counter()
        let busy = Collector<String>()
        let meeting = Mutex(Set<String>())
        let guest = ScriptedExecutor { context in
            let id = context.executorID.string
            if !meeting.withLock({ $0.insert(id).inserted }) { busy.add(id) }
            defer { _ = meeting.withLock { $0.remove(id) } }
            if context.input == "0" {
                inside.add(1)
                guard eventually({ inside.number == 8 }) else { throw Failure(.executor, "nobody else came") }
            }
            return .ok
        }
        var code = Dictionary(uniqueKeysWithValues: ids.map { ($0, guest) })
        code["a"] = ScriptedExecutor { context in
            for number in 0..<3 { try context.send(Text("\(number)"), to: nil) }
            return .ok
        }
        let workflow = try makeWorkflow({ draft throws(Failure) in try draft.addFanOut("a", ids) }, code)
        let run = try Run(workflow, Self.options(Pool(threads: 8)), input: "0")
        #expect(try run.play().last == "status IDLE")
        #expect(busy.all == [])
    }

    @Test("Messages are handled on the pool's threads; hooks and conditions on the driving one")
    func whichThread() throws {
        let here = UInt(pthread_self())
        let threads = Collector<String>()
        @Sendable func note(_ what: String) { threads.add("\(what) \(UInt(pthread_self()) == here ? "here" : "there")") }
        let hook: ScriptedExecutor.Body = {
            note($0.kind == .save ? "save" : "restore")
            if $0.kind == .save { try $0.save("1") }
            return .ok
        }
        let workflow = try makeWorkflow(
            conditions: ["c": ScriptedCondition { _ throws(Failure) in note("condition"); return true }],
            { draft throws(Failure) in try draft.addEdge("a", "b", condition: "c") },
            [
                "a": ScriptedExecutor(save: hook, restore: hook) { note("invoke"); try $0.send("1", to: nil); return .ok },
                "b": ScriptedExecutor { _ in note("invoke"); return .ok },
            ])
        let storage = MemoryStorage()
        try Run(workflow, Self.options(Pool(threads: 2), storage), input: "0").play()
        #expect(threads.takeAll() == ["save here", "invoke there", "save here", "condition here", "invoke there"])
        let first = try #require(storage.ids.first)
        try Run(workflow, Self.options(Pool(threads: 2), storage), resuming: first).play()
        #expect(threads.all == ["restore here", "invoke there", "save here", "condition here", "invoke there"])
    }

    @Test("A pool has 1 to 1024 threads", arguments: [-1, 0, 1025, .max])
    func sizes(count: Int) {
        #expect(failure { _ = try Pool(threads: count) }?.status == .invalid)
    }

    @Test("Signals are blocked in the threads of a pool, and as before in the one that made it")
    func signals() throws {
        let signals = [SIGINT, SIGTERM, SIGCHLD, SIGPROF]
        @Sendable func blockedHere() -> [Int32] {
            var mask = sigset_t()
            pthread_sigmask(SIG_BLOCK, nil, &mask)
            return signals.filter { sigismember(&mask, $0) == 1 }
        }
        let before = blockedHere()
        let blocked = Collector<[Int32]>()
        let looker = ScriptedExecutor { _ in
            blocked.add(blockedHere())
            return .ok
        }
        try Run(makeWorkflow(["a": looker]), Self.options(Pool(threads: 1)), input: "0").play()
        #expect(blocked.all == [signals])
        #expect(blockedHere() == before)
    }

    @Test("Failing on a pool fails the run with its words; the timeout counts for calls on a pool")
    func failing() throws {
        let gate = Story.Counter()
        let executor = ScriptedExecutor { _ in
            _ = eventually { gate.number == 1 }
            throw Failure(.executor, "the pool is cold")
        }
        let run = try Run(makeWorkflow(["a": executor]), Self.options(Pool(threads: 1)), input: "0")
        #expect(try run.play(timeout: 0).last == "executor_invoked a")
        guard case .timeout = try run.next(timeout: 20) else { return #expect(Bool(false)) }
        gate.add(1)
        let (lines, reason) = run.playOut()
        #expect(lines == ["executor_failed a", "failed", "status FAILED"])
        #expect(reason?.message == "the pool is cold")
    }

    @Test("What goes pending on a pool may be finished anywhere")
    func pendingOnPool() throws {
        let waiting = Waiting()
        let run = try Run(makeWorkflow(["a": waiting.executor]), Self.options(Pool(threads: 1)), input: "7")
        try run.play(timeout: 0)
        #expect(eventually { waiting.contexts.all.count == 1 })
        try waiting.contexts.all[0].output("8")
        try waiting.contexts.all[0].finish()
        #expect(try run.play().suffix(4) == ["output a 8", "executor_completed a", "superstep_completed 1", "status IDLE"])
    }

    @Test("A callback on a pool cannot drive its own run, whether or not somebody drives it")
    func reentrant() throws {
        let place = Collector<Run>()
        let found = Collector<Status?>()
        let done = Story.Counter()
        let executor = ScriptedExecutor { _ in
            for run in place.all { found.add(failure { _ = try run.next(timeout: -1) }?.status) }
            done.add(1)
            _ = eventually { done.number == 2 }
            return .ok
        }
        let run = try Run(makeWorkflow(["a": executor]), Self.options(Pool(threads: 1)), input: "0")
        place.add(run)
        try run.play(timeout: 0)
        #expect(eventually { done.number == 1 })
        done.add(1)
        #expect(try run.play().last == "status IDLE")
        #expect(found.all == [.reentrant])
        _ = place.takeAll()
    }

    @Test("Runs that are driven inside the pool's only thread, seven deep, do not wait for it")
    func nested() throws {
        let pool = try Pool(threads: 1)
        let depths = Collector<String>()
        @Sendable func workflow(_ depth: Int) throws -> Workflow {
            try makeWorkflow([
                "a": ScriptedExecutor { context in
                    depths.add(context.input.string)
                    if depth > 0 {
                        try Run(workflow(depth - 1), Self.options(pool), input: Text("\(depth - 1)")).play()
                    }
                    return .ok
                }
            ])
        }
        #expect(try Run(workflow(6), Self.options(pool), input: "6").play().last == "status IDLE")
        #expect(depths.all == ["6", "5", "4", "3", "2", "1", "0"])
    }

    @Test("A hundred runs of one workflow share a pool, with a driver for each and with one for all")
    func manyRuns() throws {
        let pool = try Pool(threads: 4)
        let story = Story(rounds: 2)
        let workflow = try story.workflow()
        let drivers = Collector<String?>()
        onThreads(8) { _ in
            for _ in 0..<6 { drivers.add(try? Run(workflow, Self.options(pool), input: "0").play().last) }
        }
        #expect(drivers.all == [String?](repeating: "status IDLE", count: 48))

        // One driver: a wake callback says which runs have something to do.
        let ready = Collector<Int>()
        var runs: [Run] = []
        for number in 0..<52 {
            let run = try Run(workflow, Self.options(pool), input: "0")
            runs.append(run)
            run.setWake { ready.add(number) }
            ready.add(number)
        }
        #expect(
            eventually {
                for number in ready.takeAll() { while case .event? = try? runs[number].next(timeout: 0) {} }
                return runs.allSatisfy { $0.state == .idle }
            })
    }

    @Test("A cancelled run does not wait for the pool, and what it left there is not called any more")
    func cancelled() throws {
        let gate = Story.Counter()
        let calls = Story.Counter()
        let slow = ScriptedExecutor { context in
            calls.add(1)
            _ = eventually { gate.number == 1 }
            return .ok
        }
        let workflow = try makeWorkflow(
            { draft throws(Failure) in try draft.addFanOut("a", ["b", "c"]) },
            ["a": ScriptedExecutor { try $0.send("1", to: nil); return .ok }, "b": slow, "c": slow])
        let pool = try Pool(threads: 1)
        let run = try Run(workflow, Self.options(pool), input: "0")
        let thread = startThread {
            #expect(eventually { calls.number == 1 })
            run.cancel("enough")
        }
        let (lines, reason) = run.playOut()
        pthread_join(thread, nil)
        #expect(lines.suffix(2) == ["cancelled", "status CANCELLED"])
        #expect(reason?.status == .cancelled)
        gate.add(1)
        // The pool's thread has gone past what was left when it does something new.
        try Run(makeWorkflow(["a": ScriptedExecutor { _ in .ok }]), Self.options(pool), input: "0").play()
        #expect(calls.number == 1)
        #expect(run.playOut().failure?.status == .cancelled)
    }

    @Test("A run whose hook has failed can be cancelled out of waiting for another one, and keeps its reason")
    func cancelledWhileFailing() throws {
        let waiting = Waiting()
        let workflow = try makeWorkflow(
            { draft throws(Failure) in try draft.addEdge("a", "b") },
            [
                "a": ScriptedExecutor(save: { waiting.contexts.add($0); return .pending }) { _ in .ok },
                "b": ScriptedExecutor(save: { _ in throw Failure(.executor, "b is out") }) { _ in .ok },
            ])
        let run = try Run(workflow, .with(checkpoints: true), input: "0")
        try run.play(timeout: 0)
        run.cancel("enough")
        let (lines, reason) = run.playOut()
        #expect(lines == ["failed", "status FAILED"])
        #expect(reason?.message == "b is out")
        run.cancel("more than enough")
        #expect(run.playOut().lines == [])
        try waiting.contexts.all[0].finish()
        #expect(run.playOut().lines == [])
    }

    @Test("A cancelled run that goes back to a checkpoint leaves alone what the pool still has of its past")
    func rewound() throws {
        let calls = Story.Counter()
        let gate = Story.Counter()
        let slow = ScriptedExecutor { context in
            calls.add(1)
            if calls.number == 1 { _ = eventually { gate.number == 1 } }
            try context.output(Text("\(calls.number)"))
            return .ok
        }
        let workflow = try makeWorkflow(
            { draft throws(Failure) in try draft.addFanOut("a", ["b", "c"]) },
            ["a": ScriptedExecutor { try $0.send("1", to: nil); return .ok }, "b": slow, "c": slow])
        let run = try Run(workflow, Self.options(Pool(threads: 1), MemoryStorage()), input: "0")
        while calls.number == 0 { try run.play(timeout: 1) }
        run.cancel("enough")
        #expect(run.playOut().failure?.status == .cancelled)
        try run.rewind(to: nil)
        gate.add(1)
        let lines = try run.play()
        // What b did before the cancel, and c was to do then, is of the past; both are called once more.
        #expect(lines.filter { $0.hasPrefix("output") }.sorted() == ["output b 2", "output c 3"])
        #expect(lines.last == "status IDLE")
    }

    @Test("The end of a pool waits for the call at work; then nobody holds the host's code")
    func end() throws {
        let left = Story.Counter()
        weak var code: ScriptedExecutor?
        weak var gone: Pool?
        do {
            let inside = Story.Counter()
            let executor = ScriptedExecutor { _ in
                inside.add(1)
                usleep(30_000)
                left.add(1)
                return .ok
            }
            code = executor
            let pool = try Pool(threads: 3)
            gone = pool
            let run = try Run(makeWorkflow(["a": executor]), Self.options(pool), input: "0")
            try run.play(timeout: 0)
            #expect(eventually { inside.number == 1 })
        }
        #expect(left.number == 1)
        #expect(gone == nil)
        #expect(code == nil)
    }

    @Test("A callback may let go of its run and its pool, which end without waiting for themselves")
    func freedInside() throws {
        for threads in [1, 4] {
            let freed = Story.Counter()
            let place = Mutex<Run?>(nil)
            let executor = ScriptedExecutor { _ in
                let run = place.withLock { run in
                    defer { run = nil }
                    return run
                }
                usleep(5000)
                withExtendedLifetime(run) {}
                return .ok
            }
            weak var gone: Run?
            do {
                let run = try Run(makeWorkflow(["a": executor]), Self.options(Pool(threads: threads)), input: "0")
                gone = run
                run.setWake { [token = OnDeath { freed.add(1) }] in withExtendedLifetime(token) {} }
                place.withLock { $0 = run }
                try run.play(timeout: 0)
            }
            #expect(eventually { gone == nil && freed.number == 1 })
        }
    }

    @Test("Random cancels, inputs and frees on eight threads, again and again")
    func storm() throws {
        let story = Story(rounds: 2, lingers: { if Int.random(in: 0..<4) == 0 { usleep(50) } })
        let workflow = try story.workflow()
        let pool = try Pool(threads: 8)
        let wrong = Collector<String>()
        onThreads(8) { seed in
            var random = SeededRandom(seed: UInt64(seed))
            for _ in 0..<25 {
                do {
                    let run = try Run(workflow, Self.options(pool), input: "0")
                    let last = random.chance(70) ? Int.max : Int.random(in: 0..<60, using: &random)
                    let disturber = startThread { [delay = UInt32.random(in: 0..<3000, using: &random)] in
                        usleep(delay)
                        if delay % 3 == 0 { run.cancel("storm") } else { _ = try? run.input("0") }
                    }
                    defer { pthread_join(disturber, nil) }
                    var count = 0
                    while count < last, case .event = try run.next(timeout: -1) { count += 1 }
                } catch {
                    if (error as? Failure)?.status != .cancelled { wrong.add("\(error)") }
                }
            }
        }
        #expect(wrong.all == [])
    }
}

/// Tells when the last reference goes.
final class OnDeath: Sendable {
    private let tell: @Sendable () -> Void
    init(_ tell: @escaping @Sendable () -> Void) { self.tell = tell }
    deinit { tell() }
}
