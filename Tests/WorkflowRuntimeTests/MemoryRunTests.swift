import Testing
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

/// Writes every checkpoint down at once, and leaves it to a memory storage as well.
private final class WritingStorage: Storage {
    let memory = MemoryStorage()
    let written = Locked<[String: Text]>([:])

    func save(_ commit: Commit) throws(Failure) {
        let document = try commit.document()
        try memory.save(commit)
        written.withLock { $0[commit.summary.id] = document }
    }
    func head(run: String) throws(Failure) -> String? { memory.head(run: run) }
    func load(_ id: String) throws(Failure) -> Text { try memory.load(id) }
    func list(workflow: String?) throws(Failure) -> [StoredCheckpoint] { memory.list(workflow: workflow) }
    func latest(workflow: String?) throws(Failure) -> LatestCheckpoint { memory.latest(workflow: workflow) }
    func delete(_ id: String) throws(Failure) -> Bool { try memory.delete(id) }
}

@Suite("Runs in memory")
struct MemoryRunTests {
    /// A list that grows at times, values that are replaced and deleted, and messages; for so many supersteps.
    private func workflow(_ limit: Int) throws -> Workflow {
        try makeWorkflow({ draft throws(Failure) in try draft.addEdge("a", "a") }, [
            "a": ScriptedExecutor(save: { context in
                try context.save(Text("\(context.superstep)"))
                return .ok
            }) { context in
                let step = context.superstep
                if step % 3 != 0 { try context.appendState("list", Text("\"\(step)\""), in: .shared) }
                try context.setState(Text("k\(step % 4)"), step % 5 == 0 ? nil : Text("\(step)"), in: .shared)
                if step < limit { try context.send(Text("{\"n\": \(step)}"), to: nil) }
                return .ok
            }
        ])
    }

    @Test("What is written down when somebody asks is what would have been written at once")
    func later() throws {
        let storage = WritingStorage()
        try Run(workflow(40), .with(storage, FakeWorld()), input: "0").play()
        let written = storage.written.withLock { $0 }
        #expect(written.count == 41)
        for (id, document) in written {
            #expect(try storage.load(id) == document)
            #expect(try storage.load(id) == document, "and again")
        }
    }

    @Test("A run goes on from a checkpoint that nobody has asked for")
    func resumed() throws {
        let storage = MemoryStorage()
        try Run(workflow(10), .with(storage, FakeWorld()), input: "0").play()
        let ids = storage.list(workflow: nil).map(\.id)
        let run = try Run(workflow(20), .with(storage, FakeWorld(now: 1_800_000_000_000_000, seed: 2)), resuming: ids[5])
        #expect(run.superstep == 5)
        try run.play()
        #expect(run.superstep == 20)
        var options = RunOptions.with(storage, FakeWorld(now: 1_800_000_000_000_000, seed: 3))
        options.runID = "other"
        let other = try Run(workflow(20), options, resuming: ids[5])
        try other.play()
        #expect(other.superstep == 20)
    }

    @Test("A run whose checkpoints were all deleted has gone: its next commit is refused")
    func deleted() throws {
        let storage = MemoryStorage()
        let run = try Run(workflow(10), .with(storage, FakeWorld()), input: "0")
        #expect(throws: Failure.self) {
            try run.play { event in
                guard event.kind == .superstepCompleted, event.superstep == 3 else { return }
                for one in storage.list(workflow: nil) { _ = try storage.delete(one.id) }
            }
        }
        #expect(storage.list(workflow: nil).isEmpty)
    }

    /// A value that says when nobody holds it any more.
    private final class Value: HostValue, @unchecked Sendable {
        private let number: Int
        private let alive: Collector<Int>

        init(_ number: Int, _ alive: Collector<Int>) {
            self.number = number
            self.alive = alive
            super.init()
        }

        deinit { alive.add(number) }

        override var encoding: Encoding { Encoding(Text("{\"n\": \(number)}"), nil) }
    }

    @Test("Objects of the host are kept as texts: the storage holds none of them")
    func values() throws {
        let storage = WritingStorage()
        let gone = Collector<Int>()
        let workflow = try makeWorkflow({ draft throws(Failure) in try draft.addEdge("a", "a") }, [
            "a": ScriptedExecutor { context in
                if context.superstep < 10 { try context.send(Text(Value(context.superstep, gone)), to: nil) }
                return .ok
            }
        ])
        do { try Run(workflow, .with(storage, FakeWorld()), input: "0").play() }
        #expect(gone.all.sorted() == Array(1..<10))
        for (id, document) in storage.written.withLock({ $0 }) { #expect(try storage.load(id) == document) }
    }
}
