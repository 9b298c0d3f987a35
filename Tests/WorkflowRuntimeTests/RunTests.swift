import Testing
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

@Suite("Run")
struct RunTests {
    @Test("Events are numbered from one without gaps, and a finished run says done from then on")
    func sequence() throws {
        let run = try Run(countingWorkflow(to: 3), .with(MemoryStorage()), input: "0")
        var expected: UInt64 = 1
        while case .event(_, let sequence) = try run.next(timeout: -1) {
            #expect(sequence == expected)
            expected += 1
        }
        for _ in 0..<3 { guard case .done = try run.next(timeout: 0) else { return #expect(Bool(false)) } }
    }

    @Test("A run tells its story in the order of the contract, with a storage and without")
    func story() throws {
        let storage = MemoryStorage()
        let lines = try Run(countingWorkflow(to: 2), .with(storage), input: "0").play()
        #expect(
            lines == [
                "started", "status IN_PROGRESS", "checkpoint entry 0",
                "superstep_started 1", "executor_invoked a", "executor_completed a", "checkpoint superstep 1",
                "superstep_completed 1",
                "superstep_started 2", "executor_invoked a", "output a [2, 3]", "executor_completed a",
                "checkpoint superstep 2", "superstep_completed 2",
                "status IDLE",
            ])
        #expect(try Run(countingWorkflow(to: 2), .with(), input: "0").play() == lines.filter { !$0.hasPrefix("checkpoint") })
        #expect(storage.list(workflow: "flow").count == 3)
    }

    @Test("State and superstep follow the events that were given")
    func shownState() throws {
        let run = try Run(countingWorkflow(to: 2), .with(MemoryStorage()), input: "0")
        #expect(run.state == .started)
        #expect(run.superstep == 0)
        try run.play { event in
            switch event.kind {
            case .superstepCompleted: #expect(run.superstep == event.superstep)
            case .superstepStarted: #expect(run.superstep == event.superstep - 1)
            default: break
            }
        }
        #expect(run.state == .idle)
        #expect(run.superstep == 2)
    }

    @Test("A failed run gives all its events, then the reason, again and again")
    func failed() throws {
        let broken = ScriptedExecutor { _ in throw Failure(.host, "out of ink", errorType: "InkError") }
        let run = try Run(makeWorkflow(["a": broken]), .with(), input: "0")
        let (lines, reason) = run.playOut()
        #expect(lines.suffix(3) == ["executor_failed a", "failed", "status FAILED"])
        for _ in 0..<2 {
            let again = failure { _ = try run.next(timeout: 0) }
            #expect((again?.status, again?.message, again?.errorType) == (.host, "out of ink", "InkError"))
            #expect(again?.message == reason?.message)
        }
        #expect(run.state == .failed)
        #expect(run.superstep == 0)
    }

    @Test("An executor that fails without a sentence still gets one")
    func failedWithoutWords() throws {
        let run = try Run(makeWorkflow(["a": ScriptedExecutor { _ in Status(rawValue: -1001) }]), .with(), input: "0")
        let reason = run.playOut().failure
        #expect(reason?.status.rawValue == -1001)
        #expect(reason?.message.contains("'a'") == true)
    }

    @Test("A condition that fails fails the run")
    func failedCondition() throws {
        let workflow = try makeWorkflow(
            conditions: ["sick": ScriptedCondition { _ throws(Failure) in throw Failure(.executor, "no idea") }],
            { draft throws(Failure) in try draft.addEdge("a", "b", condition: "sick") },
            [
                "a": ScriptedExecutor {
                    try $0.send("1", to: nil); return .ok
                }, "b": ScriptedExecutor { _ in .ok },
            ])
        let run = try Run(workflow, .with(), input: "0")
        #expect(run.playOut().failure?.message == "no idea")
        #expect(run.superstep == 1)
    }

    @Test("The options' superstep limit stands above the workflow's")
    func limit() throws {
        var options = RunOptions()
        options.maxSupersteps = 2
        let run = try Run(countingWorkflow(to: 5), options, input: "0")
        #expect(run.playOut().failure?.status == .limit)
        #expect(run.superstep == 2)
    }

    @Test("A run has the id that the host chose, or one of its own")
    func runID() throws {
        var options = RunOptions()
        options.runID = "mine"
        #expect(try Run(countingWorkflow(to: 1), options, input: "0").id == "mine")
        let ids = try (0..<50).map { _ in try Run(countingWorkflow(to: 1), RunOptions(), input: "0").id }
        #expect(Set(ids).count == 50)
    }

    @Test(
        "A run id that no document could carry is refused, also on resume",
        arguments: ["", "a\nb", "a\0b", String(repeating: "x", count: 513)])
    func badRunID(id: String) throws {
        let storage = MemoryStorage()
        let workflow = try countingWorkflow(to: 3)
        try Run(workflow, .with(storage), input: "0").play()
        let document = try storage.load(try #require(storage.latest(workflow: nil).id))
        var options = RunOptions.with(storage)
        options.runID = id
        #expect(failure { _ = try Run(workflow, options, input: "0") }?.status == .invalid)
        #expect(failure { _ = try Run(workflow, options, resuming: nil) }?.status == .invalid)
        #expect(failure { _ = try Run(workflow, options, restoring: document) }?.status == .invalid)
    }

    @Test("Hidden events are not given, and do not count")
    func hidden() throws {
        var options = RunOptions()
        options.hidden = HiddenEvents(bits: ~(1 << UInt64(EventKind.output.rawValue)))
        let run = try Run(countingWorkflow(to: 4), options, input: "0")
        guard case .event(let event, let sequence) = try run.next(timeout: 0) else { return #expect(Bool(false)) }
        #expect(event.kind == .output)
        #expect(sequence == 1)
        guard case .done = try run.next(timeout: 0) else { return #expect(Bool(false)) }
    }

    @Test("One workflow serves many runs on many threads")
    func manyRuns() throws {
        let echo = ScriptedExecutor { context in
            try context.setState("n", context.input, in: .executor)
            try context.output(context.input)
            return .ok
        }
        let workflow = try makeWorkflow(["a": echo])
        let storage = MemoryStorage()
        onThreads(8) { thread in
            for number in 0..<20 {
                do {
                    let lines = try Run(workflow, .with(storage), input: Text("\(thread * 100 + number)")).play()
                    #expect(lines.contains("output a \(thread * 100 + number)"))
                } catch { Issue.record(error) }
            }
        }
        #expect(storage.list(workflow: nil).count == 8 * 20 * 2)
    }
}
