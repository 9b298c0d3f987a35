import Glibc
import Synchronization
import Testing
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

@Suite("Restoring in place")
struct RewindTests {
    private func ids(_ storage: MemoryStorage) -> [String] {
        storage.list(workflow: nil).map { if case .good(let summary) = $0 { summary.id } else { "" } }
    }

    /// How a run begins that was taken back.
    private static let beginning = ["started", "status IN_PROGRESS"]

    @Test("From every checkpoint of a finished run, by id or as a document, the rest is that of the straight run")
    func everyCheckpoint() throws {
        let storage = MemoryStorage()
        let run = try Run(countingWorkflow(to: 5), .with(storage), input: "0")
        let outputs = try run.play().filter { $0.hasPrefix("output") }
        let straight = ids(storage)
        let contents = try straight.map { content(try storage.load($0)) }
        var known = Set(straight)
        for (index, id) in straight.enumerated() {
            for byDocument in [false, true] {
                if byDocument { try run.rewind(toDocument: storage.load(id)) } else { try run.rewind(to: id) }
                #expect(run.superstep == index && run.state == .inProgress)
                #expect(try run.checkpoint().map(content) == contents[index])
                let lines = try run.play()
                #expect(Array(lines.prefix(2)) == Self.beginning)
                #expect(lines.filter { $0.hasPrefix("output") } == (index < 5 ? outputs : []))
                let later = ids(storage).filter { !known.contains($0) }
                #expect(try later.map { content(try storage.load($0)) } == Array(contents[(index + 1)...]))
                #expect(try later.first.map { member("previous_checkpoint_id", of: try storage.load($0)) } ?? "\"\(id)\"" == "\"\(id)\"")
                #expect(later.allSatisfy { new in known.allSatisfy { $0 < new } })
                known.formUnion(later)
            }
        }
    }

    @Test("A failed run goes on from its last checkpoint, and a cancelled one", arguments: [false, true])
    func stopped(withStorage: Bool) throws {
        let fails = Mutex(true)
        let workflow = try makeWorkflow(
            { draft throws(Failure) in try draft.addEdge("a", "b") },
            [
                "a": ScriptedExecutor {
                    try $0.send("1", to: nil); return .ok
                },
                "b": ScriptedExecutor { context in
                    if fails.withLock({ $0 }) { throw Failure(.executor, "no") }
                    try context.output("7")
                    return .ok
                },
            ])
        let run = try Run(workflow, withStorage ? .with(MemoryStorage()) : .with(checkpoints: true), input: "0")
        #expect(failure { try run.rewind(to: nil) }?.status == .notFound)
        #expect(run.playOut().failure?.status == .executor)
        #expect(failure { try run.input("1") }?.status == .closed)
        try run.rewind(to: nil)
        #expect(run.state == .inProgress && run.superstep == 1)
        run.cancel("enough")
        #expect(run.playOut().failure?.status == .cancelled)
        try run.rewind(to: nil)
        fails.withLock { $0 = false }
        let lines = try run.play()
        #expect(lines.contains("output b 7") && lines.last == "status IDLE")
        try run.input("1")
        #expect(try run.play().contains("output b 7"))
    }

    @Test("In the middle of a superstep the superstep is dropped, and so are inputs and events that wait; numbers go on")
    func middle() throws {
        let storage = MemoryStorage()
        let run = try Run(countingWorkflow(to: 5), .with(storage), input: "0")
        var last: UInt64 = 0
        while case .event(let event, let sequence) = try run.next(timeout: 0), last < 1000 {
            last = sequence
            if event.kind == .executorCompleted, event.superstep == 3 { break }
        }
        try run.input("100")
        try run.rewind(to: ids(storage)[1])
        guard case .event(let event, let sequence) = try run.next(timeout: 0) else { return #expect(Bool(false)) }
        #expect(event.kind == .started && sequence == last + 1)
        let lines = try run.play()
        #expect(lines.filter { $0.hasPrefix("output") } == ["output a [5, 15]"])
        #expect(lines.filter { $0.hasPrefix("superstep_completed") }.count == 4)
    }

    @Test("An executor that had saved nothing is told so; in a new run nobody needs to be (untested 2)")
    func stale() throws {
        let seen = Mutex("new")
        let executor = ScriptedExecutor(
            save: { context in
                let seen = seen.withLock { $0 }
                if seen != "new" { try context.save(Text("\"\(seen)\"")) }
                return .ok
            },
            restore: { context in
                seen.withLock { $0 = context.input == .null ? "new" : context.input.string }
                return .ok
            }
        ) { context in
            seen.withLock { $0 = "old" }
            return .ok
        }
        let storage = MemoryStorage()
        let run = try Run(makeWorkflow(["a": executor]), .with(storage), input: "0")
        try run.play()
        #expect(seen.withLock { $0 } == "old")
        try run.rewind(to: ids(storage)[0])
        while case .event(let event, _) = try run.next(timeout: 0), event.kind != .superstepStarted {}
        #expect(seen.withLock { $0 } == "new")
    }

    @Test("A restore hook that fails fails the run, which can be taken back again")
    func failingHook() throws {
        let fails = Mutex(true)
        let executor = ScriptedExecutor(
            save: {
                try $0.save("1"); return .ok
            },
            restore: { _ in
                if fails.withLock({ $0 }) { throw Failure(.executor, "no") }
                return .ok
            }) { _ in .ok }
        let run = try Run(makeWorkflow(["a": executor]), .with(MemoryStorage()), input: "0")
        try run.play()
        try run.rewind(to: nil)
        #expect(run.playOut().failure?.status == .executor)
        fails.withLock { $0 = false }
        try run.rewind(to: nil)
        #expect(try run.play() == ["started", "status IN_PROGRESS", "status IDLE"])
    }

    // MARK: Refusals

    @Test("What cannot be restored changes nothing: the run goes on as if nobody had asked")
    func refusals() throws {
        let storage = MemoryStorage()
        let foreign = MemoryStorage()
        try Run(countingWorkflow(to: 5), .with(foreign), input: "0").play()
        let straight = try Run(countingWorkflow(to: 5), .with(), input: "0").play()
        let other = try makeWorkflow({ draft throws(Failure) in try draft.addEdge("a", "b") }, ["b": ScriptedExecutor { _ in .ok }, "a": ScriptedExecutor { _ in .ok }])
        let another = MemoryStorage()
        try Run(other, .with(another), input: "0").play()
        let run = try Run(countingWorkflow(to: 5), .with(storage), input: "0")
        var lines: [String] = []
        while case .event(let event, _) = try run.next(timeout: 0) {
            if event.kind != .checkpoint { lines.append(event.line(run.workflow.graph)) }
            let good = try run.checkpoint()
            #expect(failure { try run.rewind(to: "nowhere") }?.status == .notFound)
            #expect(failure { try run.rewind(to: "../x") }?.status == .invalid)
            #expect(failure { try run.rewind(toDocument: "{}") }?.status == .checkpoint)
            #expect(failure { try run.rewind(toDocument: foreign.load(ids(foreign)[1])) }?.status == .invalid)
            #expect(failure { try run.rewind(toDocument: another.load(ids(another)[0])) }?.status == .mismatch)
            guard let good else { continue }
            let torn = Text(String(good.string.dropLast(10)))
            #expect(failure { try run.rewind(toDocument: torn) }?.status == .checkpoint)
            #expect(try run.checkpoint() == good)
        }
        #expect(lines == straight)
        let plain = try Run(countingWorkflow(to: 5), .with(), input: "0")
        #expect(failure { try plain.rewind(to: "x") }?.message.contains("no storage") == true)
        #expect(failure { try plain.rewind(to: nil) }?.status == .notFound)
    }

    @Test("Not inside a callback, and not while another thread drives (.NET W8)")
    func gate() throws {
        let statuses = Collector<Status?>()
        let place = Collector<Run>()
        let workflow = try makeWorkflow([
            "a": ScriptedExecutor { _ in
                guard let run = place.all.first else { return .ok }
                statuses.add(failure { try run.rewind(to: nil) }?.status)
                onThreads(1) { _ in statuses.add(failure { try run.rewind(to: nil) }?.status) }
                return .ok
            }
        ])
        let run = try Run(workflow, .with(MemoryStorage()), input: "0")
        place.add(run)
        try run.play()
        _ = place.takeAll()
        #expect(statuses.all == [.reentrant, .busy])
    }

    // MARK: Pending calls

    @Test("Not while a call is pending; after a cancel, but then the call counts no more, whenever and however it ends")
    func pending() throws {
        let waiting = Waiting()
        let storage = MemoryStorage()
        let run = try Run(makeWorkflow(["a": waiting.executor]), .with(storage), input: "0")
        while case .event = try run.next(timeout: 0) {}
        let refused = failure { try run.rewind(to: nil) }
        #expect(refused?.status == .busy)
        #expect(refused?.message.contains("during a superstep") == true)
        let old = try #require(waiting.contexts.takeAll().first)
        #expect(!old.isCancelled)
        run.cancel("stop")
        #expect(run.playOut().failure?.status == .cancelled)
        try run.rewind(to: nil)
        #expect(old.isCancelled)
        while case .event = try run.next(timeout: 0) {}
        let new = try #require(waiting.contexts.takeAll().first)
        #expect(!new.isCancelled)
        #expect(failure { try old.output("1") }?.status == .closed)
        try old.setState("k", "1", in: .shared)
        let late = failure { try old.finish() }
        #expect(late?.status == .closed)
        #expect(late?.message.contains("restored") == true)
        #expect(try run.play(timeout: 0).isEmpty)
        #expect(run.state == .inProgress)
        try new.output("2")
        try new.finish()
        let lines = try run.play()
        #expect(lines.filter { $0.hasPrefix("output") } == ["output a 2"])
        #expect(try run.checkpoint().map { member("state", of: $0) } == "{}")
    }

    // MARK: Requests

    private func asking() throws -> Workflow {
        try makeWorkflow([
            "a": ScriptedExecutor { context in
                if context.request != nil {
                    try context.output(context.input)
                } else {
                    try context.ask("1", id: "q", responseType: "integer")
                    try context.ask("2", id: "r", responseType: nil)
                }
                return .ok
            }
        ])
    }

    @Test("Requests that were pending are told again, once, and can be answered anew; answers that waited are dropped")
    func requests() throws {
        let storage = MemoryStorage()
        let run = try Run(asking(), .with(storage), input: "0")
        try run.play()
        try run.respond("q", "1")
        try run.withdraw("r")
        #expect(try run.play().contains("output a 1"))
        #expect(run.pendingRequests.isEmpty)
        for answer in ["2", "3"] {
            try run.rewind(to: ids(storage)[1])
            #expect(run.pendingRequests.map(\.id) == ["q", "r"])
            let lines = try run.play()
            #expect(
                lines == Self.beginning + [
                    "request_info", "status IN_PROGRESS_PENDING_REQUESTS", "request_info", "status IDLE_WITH_PENDING_REQUESTS",
                ])
            #expect(failure { try run.respond("q", "\"x\"") }?.status == .invalid)
            try run.respond("q", Text(answer))
            #expect(failure { try run.respond("q", "9") }?.status == .conflict)
            #expect(try run.play().contains("output a \(answer)"))
        }
        try run.respond("r", "5")
        try run.rewind(to: ids(storage)[1])
        #expect(run.pendingRequests.map(\.id) == ["q", "r"])
        #expect(try run.play().filter { $0.hasPrefix("output") }.isEmpty)
        try run.rewind(to: ids(storage)[0])
        #expect(run.pendingRequests.isEmpty)
        #expect(failure { try run.respond("q", "1") }?.status == .notFound)
    }

    @Test("An answer that races a restore either counts or says that it does not")
    func race() throws {
        let storage = MemoryStorage()
        let run = try Run(asking(), .with(storage), input: "0")
        try run.play()
        let asked = ids(storage)[1]
        let stop = Atomic<Bool>(false)
        let odd = Collector<Status>()
        let threads = (0..<3).map { _ in
            startThread {
                while !stop.load(ordering: .relaxed) {
                    if let refused = failure(of: { try run.respond("q", "1") }), ![.conflict, .notFound, .closed].contains(refused.status) {
                        odd.add(refused.status)
                    }
                    if let refused = failure(of: { try run.withdraw("r") }), ![.conflict, .notFound, .closed].contains(refused.status) {
                        odd.add(refused.status)
                    }
                    usleep(1)
                }
            }
        }
        for _ in 0..<300 {
            try run.rewind(to: asked)
            let outputs = try run.play().filter { $0.hasPrefix("output") }
            #expect(outputs.count <= 1)
            // What was answered is not pending any more, and the other way round.
            let isPending = try run.checkpoint().map { member("pending_request_info_events", of: $0).contains("\"q\"") } ?? true
            #expect(isPending == outputs.isEmpty)
        }
        stop.store(true, ordering: .relaxed)
        for thread in threads { pthread_join(thread, nil) }
        #expect(odd.all.isEmpty)
    }

    // MARK: Lineage

    @Test("A run may go back to where it came from, although that has the id of another run")
    func origin() throws {
        let storage = MemoryStorage()
        try Run(countingWorkflow(to: 5), .with(storage), input: "0").play()
        var options = RunOptions.with(storage)
        options.runID = "fork"
        let fork = try Run(countingWorkflow(to: 5), options, resuming: ids(storage)[2])
        try fork.rewind(to: nil)
        try fork.rewind(to: ids(storage)[2])
        #expect(failure { try fork.rewind(to: ids(storage)[3]) }?.message.contains("'fork'") == true)
        #expect(try fork.play().contains("output a [5, 15]"))
        let given = try Run(countingWorkflow(to: 5), .with(MemoryStorage()), restoring: storage.load(ids(storage)[2]))
        try given.rewind(to: nil)
        #expect(try given.play().contains("output a [5, 15]"))
    }
}
