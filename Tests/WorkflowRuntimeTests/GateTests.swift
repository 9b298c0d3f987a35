import Glibc
import Synchronization
import Testing
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

@Suite("The gate of a run")
struct GateTests {
    private func failures(_ look: @escaping @Sendable (Run) -> Void) throws {
        let place = Collector<Run>()
        let workflow = try makeWorkflow([
            "a": ScriptedExecutor { _ in
                place.all.forEach(look); return .ok
            }
        ])
        let run = try Run(workflow, .with(MemoryStorage()), input: "0")
        place.add(run)
        #expect(try run.play().last == "status IDLE")
    }

    @Test("A callback that drives its own run is told so, and the run goes on")
    func reentrant() throws {
        let found = Collector<Status?>()
        try failures { run in found.add(failure { _ = try run.next(timeout: 0) }?.status) }
        #expect(found.all == [.reentrant])
    }

    @Test("An object of the host's that is asked for its text when a boundary is saved may look at the run")
    func encoding() throws {
        let (place, found) = (Collector<Run>(), Collector<Status?>())
        let workflow = try makeWorkflow({ draft throws(Failure) in try draft.addEdge("a", "b") }, [
            "a": ScriptedExecutor { context in
                try context.send(Text(AskedValue { for run in place.all { found.add(failure { _ = try run.checkpoint() }?.status) } }), to: nil)
                return .ok
            },
            "b": ScriptedExecutor { _ in .ok },
        ])
        let run = try Run(workflow, .with(MemoryStorage()), input: "0")
        place.add(run)
        #expect(try run.play().last == "status IDLE")
        #expect(found.all == [nil])
        _ = place.takeAll()
    }

    @Test("One that is asked for its text on its way into a fan-in, while the run changes, is told that it may not look")
    func encodingInAFanIn() throws {
        let (place, found) = (Collector<Run>(), Collector<Status?>())
        let workflow = try makeWorkflow(
            { draft throws(Failure) in
                try draft.addEdge("a", "b")
                try draft.addEdge("a", "c")
                try draft.addFanIn(["b", "c"], "d")
            },
            [
                "a": ScriptedExecutor { context in
                    try context.send("1", to: nil)
                    return .ok
                },
                "b": ScriptedExecutor { context in
                    let asked = AskedValue {
                        for run in place.all {
                            found.add(failure { _ = try run.whyWaiting() }?.status)
                            found.add(failure { _ = try run.next(timeout: 0) }?.status)
                        }
                    }
                    try context.send(Text(asked), to: nil)
                    return .ok
                },
                "c": ScriptedExecutor { context in
                    try context.send("2", to: nil)
                    return .ok
                },
                "d": ScriptedExecutor { context in
                    try context.output(context.input)
                    return .ok
                },
            ])
        let run = try Run(workflow, .with(), input: "0")
        place.add(run)
        let lines = try run.play()
        #expect(lines.contains("output d [1,2]") && lines.last == "status IDLE")
        #expect(found.all == [.reentrant, .reentrant])
        _ = place.takeAll()
    }

    @Test("A second thread is told that the run is busy; it may look, but not drive")
    func busy() throws {
        let found = Collector<Status?>()
        try failures { run in
            onThreads(2) { _ in
                found.add(failure { _ = try run.next(timeout: -1) }?.status)
                found.add(failure { _ = try run.checkpoint() }?.status)
                #expect(run.superstep == 0)
                #expect(run.state == .inProgress)
            }
        }
        #expect(found.all == [.busy, .busy, .busy, .busy])
    }

    @Test("Threads may take turns")
    func turns() throws {
        let run = try Run(countingWorkflow(to: 20), .with(MemoryStorage()), input: "0")
        let lines = Collector<String>()
        for _ in 0..<200 {
            onThreads(1) { _ in
                #expect(throws: Never.self) {
                    if case .event(let event, _) = try run.next(timeout: 0) { lines.add(event.line(run.workflow.graph)) }
                }
            }
        }
        #expect(lines.all.last == "status IDLE")
    }

    @Test("Four threads that all drive: every event goes to exactly one")
    func crowd() throws {
        let run = try Run(countingWorkflow(to: 50), .with(), input: "0")
        let sequences = Collector<UInt64>()
        onThreads(4) { _ in
            while true {
                do {
                    guard case .event(_, let sequence) = try run.next(timeout: 0) else { return }
                    sequences.add(sequence)
                } catch let problem as Failure {
                    guard problem.status == .busy else {
                        Issue.record(problem)
                        return
                    }
                } catch {
                    Issue.record(error)
                    return
                }
            }
        }
        #expect(sequences.all.sorted() == Array(1...UInt64(sequences.all.count)))
        #expect(run.state == .idle)
    }

    @Test("A failed call at the gate does not change the run")
    func unharmed() throws {
        let found = Collector<String>()
        let straight = try Run(countingWorkflow(to: 1), .with(), input: "0").play()
        try failures { run in
            for _ in 0..<100 { if (try? run.next(timeout: 0)) != nil { found.add("driven") } }
        }
        #expect(found.all.isEmpty)
        #expect(straight.count == 8)
    }
}

/// Tells when it is asked for its text.
private final class AskedValue: HostValue, @unchecked Sendable {
    private let ask: @Sendable () -> Void
    private let isAsked = Atomic(false)

    init(_ ask: @escaping @Sendable () -> Void) {
        self.ask = ask
        super.init()
    }

    override var encoding: Encoding {
        if !isAsked.exchange(true, ordering: .relaxed) { ask() }
        return Encoding("1", nil)
    }
}
