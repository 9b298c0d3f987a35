import Synchronization
import Testing
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

@Suite("Remembering")
struct RememberingTests {
    /// a pays for each order that it gets, once, and fails at the order `failing`, once.
    private final class Shop: Sendable {
        let paid = Collector<String>()
        let recalled = Collector<String>()
        let mayFail = Mutex(true)

        func workflow(failing: String) throws -> Workflow {
            try makeWorkflow(
                { draft throws(Failure) in try draft.addEdge("a", "b") },
                [
                    "a": ScriptedExecutor { context in
                        for order in 1...3 { try context.send(Text("\(order)"), to: nil) }
                        return .ok
                    },
                    "b": ScriptedExecutor { context in
                        let order = context.input.string
                        if let receipt = try context.recall("receipt") {
                            #expect(receipt.string == "\"for \(order)\"")
                            self.recalled.add(order)
                        } else {
                            self.paid.add(order)
                            try context.remember(Text("\"for \(order)\""), as: "receipt")
                        }
                        let fails = self.mayFail.withLock { mayFail in
                            defer { if order == failing { mayFail = false } }
                            return mayFail && order == failing
                        }
                        if fails { throw Failure(.executor, "the printer is out of paper") }
                        try context.output(Text(order))
                        return .ok
                    },
                ])
        }
    }

    @Test("What a failed superstep remembered is recalled when it is run again, by the same message and no other", arguments: ["1", "2", "3"])
    func rerun(failing: String) throws {
        let shop = Shop()
        let workflow = try shop.workflow(failing: failing)
        let storage = MemoryStorage()
        #expect(try Run(workflow, .with(storage), input: "0").playOut().failure?.status == .executor)
        let lines = try Run(workflow, .with(storage), resuming: nil).play()
        // What succeeded before the failure is not even run again.
        #expect(lines.filter { $0.hasPrefix("output") }.count == 4 - (Int(failing) ?? 0))
        #expect(shop.paid.all.sorted() == ["1", "2", "3"])
        #expect(shop.recalled.all == [failing])
    }

    @Test("A run with an id of its own is other work: it remembers for itself")
    func fork() throws {
        let shop = Shop()
        let workflow = try shop.workflow(failing: "")
        let storage = MemoryStorage()
        try Run(workflow, .with(storage), input: "0").play()
        let ids = storage.list(workflow: nil).map { if case .good(let summary) = $0 { summary.id } else { "" } }
        try Run(workflow, .with(storage), resuming: ids[1]).play()
        #expect(shop.paid.all.count == 3 && shop.recalled.all.count == 3)
        var options = RunOptions.with(storage)
        options.runID = "another"
        try Run(workflow, options, resuming: ids[1]).play()
        #expect(shop.paid.all.count == 6 && shop.recalled.all.count == 3)
    }

    @Test("Without a storage the run remembers, for as long as it lives")
    func withoutStorage() throws {
        let found = Collector<Text?>()
        let workflow = try makeWorkflow([
            "a": ScriptedExecutor { context in
                found.add(try context.recall("k"))
                try context.remember("1", as: "k")
                found.add(try context.recall("k"))
                #expect(failure { try context.remember("2", as: "k") }?.status == .conflict)
                return .ok
            }
        ])
        for _ in 0..<2 { try Run(workflow, .with(), input: "0").play() }
        #expect(found.all == [nil, "1", nil, "1"])
    }

    @Test("Keys of calls never meet: of executors, of messages, of supersteps, of the call itself")
    func apart() throws {
        let seen = Collector<Text>()
        let code = ScriptedExecutor { context in
            for key: Text in ["1", "1/1", "1:1", "1/1:1"] {
                #expect(try context.recall(key) == nil)
                try context.remember(context.input, as: key)
                seen.add(Text("\(context.idempotencyKey)/\(key.count):\(key)"))
            }
            if context.superstep < 3 { try context.send("1", to: nil) }
            return .ok
        }
        let workflow = try makeWorkflow(
            { draft throws(Failure) in
                try draft.addFanOut("a", ["1", "1/1", "a"])
                try draft.addEdge("1", "a")
            }, ["a": code, "1": code, "1/1": code])
        try Run(workflow, .with(MemoryStorage()), input: "0").play()
        #expect(seen.all.count > 16)
        #expect(Set(seen.all).count == seen.all.count)
    }

    @Test("A pending call remembers from any thread, also when its run was cancelled or is gone; a finished one does not")
    func pending() throws {
        let waiting = Waiting()
        let workflow = try makeWorkflow(["a": waiting.executor])
        let storage = MemoryStorage()
        var run: Run? = try Run(workflow, .with(storage), input: "0")
        while case .event? = try run?.next(timeout: 0) {}
        let context = try #require(waiting.contexts.takeAll().first)
        func onThread(_ key: Text) {
            onThreads(1) { _ in
                let failure = failure(of: { try context.remember("1", as: key) })
                #expect(failure == nil)
            }
        }
        onThread("early")
        run?.cancel("enough")
        onThread("cancelled")
        #expect(run?.playOut().failure?.status == .cancelled)
        run = nil
        onThread("gone")
        #expect(failure { try context.finish() }?.status == .closed)
        #expect(failure { try context.remember("1", as: "late") }?.status == .closed)
        #expect(failure { _ = try context.recall("early") }?.status == .closed)
        let again = try Run(workflow, .with(storage), resuming: nil)
        while case .event = try again.next(timeout: 0) {}
        let second = try #require(waiting.contexts.takeAll().first)
        #expect(try ["early", "cancelled", "gone", "late"].map { try second.recall($0) } == ["1", "1", "1", nil])
        try second.finish()
    }

    @Test("Save and restore callbacks do no work that could be repeated: they cannot remember")
    func hooks() throws {
        let refused = Collector<Status?>()
        let hook: ScriptedExecutor.Body = { context in
            refused.add(failure { try context.remember("1", as: "k") }?.status)
            refused.add(failure { _ = try context.recall("k") }?.status)
            try? context.save("1")
            return .ok
        }
        let workflow = try makeWorkflow(["a": ScriptedExecutor(save: hook, restore: hook) { _ in .ok }])
        let storage = MemoryStorage()
        try Run(workflow, .with(storage), input: "0").play()
        try Run(workflow, .with(storage), resuming: nil).play()
        #expect(refused.all.count == 6)
        #expect(refused.all.allSatisfy { $0 == .misuse })
    }

    @Test("A storage that keeps checkpoints only says so")
    func checkpointsOnly() throws {
        final class Plain: Storage {
            let inner = MemoryStorage()
            func save(_ commit: Commit) throws(Failure) { try inner.save(commit) }
            func head(run: String) -> String? { inner.head(run: run) }
            func load(_ id: String) throws(Failure) -> Text { try inner.load(id) }
            func list(workflow: String?) throws(Failure) -> [StoredCheckpoint] { inner.list(workflow: workflow) }
            func latest(workflow: String?) throws(Failure) -> LatestCheckpoint { inner.latest(workflow: workflow) }
            func delete(_ id: String) throws(Failure) -> Bool { try inner.delete(id) }
        }
        let workflow = try makeWorkflow([
            "a": ScriptedExecutor { context in
                try context.remember("1", as: "k"); return .ok
            }
        ])
        let refused = try Run(workflow, .with(Plain()), input: "0").playOut().failure
        #expect(refused?.status == .unsupported)
        #expect(refused?.message.contains("directory:PATH") == true)
    }
}
