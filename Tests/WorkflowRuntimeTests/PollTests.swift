import Glibc
import Testing
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

@Suite("Polled calls")
struct PollTests {
    private static func polled() -> ScriptedExecutor { ScriptedExecutor(isPolled: true) { _ in .executor } }

    private static func call(_ run: Run, timeout: Int64 = 0) throws -> Context? {
        if case .call(let context) = try run.poll(timeout: timeout) { context } else { nil }
    }

    private static func isDone(_ run: Run) throws -> Bool { if case .done = try run.poll(timeout: 0) { true } else { false } }

    @Test("One thread drives and polls in turns")
    func turns() throws {
        let run = try Run(
            makeWorkflow({ draft throws(Failure) in try draft.addEdge("a", "b") }, ["a": Self.polled(), "b": Self.polled()]),
            .with(), input: "1")
        #expect(try Self.call(run) == nil)
        #expect(try run.play(timeout: 0).last == "executor_invoked a")
        let first = try #require(try Self.call(run))
        #expect((first.executorID, first.input, first.superstep) == ("a", "1", 1))
        #expect(try Self.call(run) == nil)
        try first.output("2")
        #expect(try run.play(timeout: 0) == ["output a 2"])
        try first.send("3", to: nil)
        try first.finish()
        try run.play(timeout: 0)
        let second = try #require(try Self.call(run))
        #expect((second.executorID, second.input) == ("b", "3"))
        #expect(try !Self.isDone(run))
        try second.finish()
        #expect(try run.play(timeout: 0).last == "status IDLE")
        #expect(try Self.isDone(run))
    }

    @Test("An input ends the rest, also for those who poll before it is taken in")
    func inputAfterRest() throws {
        let run = try Run(makeWorkflow(["a": Self.polled()]), .with(), input: "1")
        try run.play(timeout: 0)
        try #require(try Self.call(run)).finish()
        try run.play(timeout: 0)
        #expect(try Self.isDone(run))
        try run.input("2")
        #expect(try !Self.isDone(run))
        let clerk = startThread {
            #expect(throws: Never.self) { try #require(try Self.call(run, timeout: -1)).finish() }
        }
        #expect(try run.play().last == "status IDLE")
        pthread_join(clerk, nil)
        #expect(try Self.isDone(run))
    }

    @Test("Poll waits no longer than it is told")
    func timeouts() throws {
        let run = try Run(makeWorkflow(["a": Self.polled()]), .with(), input: "1")
        for milliseconds in [0, 30] as [Int64] {
            guard case .timeout = try run.poll(timeout: milliseconds) else { return #expect(Bool(false)) }
        }
    }

    @Test("A call that fails fails the run; its siblings are still handed out before that")
    func failing() throws {
        let workflow = try makeWorkflow(
            { draft throws(Failure) in try draft.addFanOut("a", ["b", "c"]) },
            ["a": ScriptedExecutor { try $0.send("1", to: nil); return .ok }, "b": Self.polled(), "c": Self.polled()])
        let run = try Run(workflow, .with(), input: "0")
        try run.play(timeout: 0)
        let first = try #require(try Self.call(run))
        first.fail(Failure(.executor, "no paper"))
        try first.finish(.host)
        #expect(try run.play(timeout: 0) == ["executor_failed b"])
        try #require(try Self.call(run)).finish()
        let (lines, reason) = run.playOut()
        #expect(lines == ["executor_completed c", "failed", "status FAILED"])
        #expect(reason?.message == "no paper")
        #expect(failure { _ = try run.poll(timeout: -1) }?.status == .closed)
    }

    @Test("After a cancel there is nothing to take, not even what waits; what was taken may be finished")
    func cancelled() throws {
        let workflow = try makeWorkflow(
            { draft throws(Failure) in try draft.addFanOut("a", ["b", "c"]) },
            ["a": ScriptedExecutor { try $0.send("1", to: nil); return .ok }, "b": Self.polled(), "c": Self.polled()])
        let run = try Run(workflow, .with(), input: "0")
        try run.play(timeout: 0)
        let taken = try #require(try Self.call(run))
        run.cancel("enough")
        #expect(taken.isCancelled)
        #expect(failure { _ = try run.poll(timeout: -1) }?.status == .closed)
        #expect(run.playOut().lines == ["cancelled", "status CANCELLED"])
        try taken.finish()
        #expect(run.playOut().lines == [])
        #expect(failure { _ = try run.poll(timeout: -1) }?.status == .closed)
        #expect(failure { try taken.finish() }?.status == .closed)
    }

    @Test("A thread that waits in poll hears of a cancel, of the rest and of the end")
    func waking() throws {
        let run = try Run(makeWorkflow(["a": ScriptedExecutor { _ in .ok }]), .with(), input: "0")
        func polled(_ then: () throws -> Void) throws -> Status? {
            let found = Collector<Status>()
            let thread = startThread {
                let failure = failure { if case .done = try run.poll(timeout: -1) { found.add(.done) } }
                if let failure { found.add(failure.status) }
            }
            usleep(20_000)
            try then()
            pthread_join(thread, nil)
            return found.all.first
        }
        #expect(try polled { try run.play() } == .done)
        try run.input("1")
        #expect(try polled { run.cancel("enough") } == .closed)
        let other = try Run(makeWorkflow(["a": ScriptedExecutor { _ in .ok }]), .with(), input: "0")
        let thread = startThread { #expect(failure { _ = try other.poll(timeout: -1) }?.status == .closed) }
        usleep(20_000)
        other.close()
        pthread_join(thread, nil)
    }

    @Test("Calls that are never finished keep nothing of the host's code; their late end is refused")
    func unfinished() throws {
        weak var code: ScriptedExecutor?
        var kept: [Context] = []
        do {
            let executor = Self.polled()
            code = executor
            let workflow = try makeWorkflow(
                { draft throws(Failure) in try draft.addFanOut("a", ["b", "c"]) },
                ["a": ScriptedExecutor { try $0.send("1", to: nil); return .ok }, "b": executor, "c": Self.polled()])
            let run = try Run(workflow, .with(), input: "0")
            try run.play(timeout: 0)
            kept.append(try #require(try Self.call(run)))
        }
        #expect(code == nil)
        #expect(kept.map(\.executorID) == ["b"])
        #expect(failure { try kept[0].finish() }?.status == .closed)
    }

    @Test("A callback on the driving thread may look for a call, but not wait for one")
    func inside() throws {
        let place = Collector<Run>()
        let found = Collector<Status?>()
        let nosy = ScriptedExecutor { _ in
            for run in place.all {
                found.add(failure { _ = try run.poll(timeout: -1) }?.status)
                found.add(failure { _ = try run.poll(timeout: 0) }?.status)
            }
            return .ok
        }
        let run = try Run(makeWorkflow(["a": nosy]), .with(), input: "0")
        place.add(run)
        try run.play()
        #expect(found.all == [.reentrant, nil])
        _ = place.takeAll()
    }

    @Test("Hooks of a polled executor are called; only its messages are not")
    func hooks() throws {
        let hook: ScriptedExecutor.Body = {
            if $0.kind == .save { try $0.save("\"kept\"") } else { #expect($0.input == "\"kept\"") }
            return .ok
        }
        let storage = MemoryStorage()
        let workflow = try makeWorkflow(["a": ScriptedExecutor(isPolled: true, save: hook, restore: hook) { _ in .executor }])
        let run = try Run(workflow, .with(storage), input: "0")
        try run.play(timeout: 0)
        let first = try #require(storage.ids.first)
        #expect(try storage.load(first).string.contains("\"kept\""))
        let resumed = try Run(workflow, .with(storage), resuming: nil)
        try resumed.play(timeout: 0)
        try #require(try Self.call(resumed)).finish()
        #expect(try resumed.play().last == "status IDLE")
    }
}
