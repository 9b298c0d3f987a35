import Testing
import WorkflowJSON
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

@Suite("Migration")
struct MigrationTests {
    /// A migration made of a closure, which counts its calls.
    private final class Scripted: MigrationCode {
        let reports = Collector<Text>()
        private let body: @Sendable (String) throws(Failure) -> String?

        init(_ body: @escaping @Sendable (String) throws(Failure) -> String?) { self.body = body }

        func migrate(_ checkpoint: Text, _ report: Text, into migration: Migration) throws(Failure) {
            reports.add(report)
            if let document = try body(checkpoint.string) { try migration.set(Text(document)) }
        }
    }

    /// a -> `last`, which puts out what it gets.
    private func workflow(_ last: String) throws -> Workflow {
        try makeWorkflow(
            { draft throws(Failure) in try draft.addEdge("a", last) },
            [
                "a": ScriptedExecutor { try $0.setState("k", $0.input, in: .executor); try $0.send($0.input, to: last); return .ok },
                last: ScriptedExecutor { try $0.setState("seen", $0.input, in: .executor); try $0.output($0.input); return .ok },
            ])
    }

    private func ids(_ storage: MemoryStorage) -> [String] {
        storage.list(workflow: nil).map { if case .good(let summary) = $0 { summary.id } else { "" } }
    }

    private func options(_ storage: (any Storage)?, _ migration: (any MigrationCode)?, edits: Text? = nil) -> RunOptions {
        var options = RunOptions.with(storage, checkpoints: storage == nil)
        options.migration = migration
        options.edits = edits
        return options
    }

    /// The storage of a run of the old workflow, which has b, of long ago.
    private func finished() throws -> (MemoryStorage, [String]) {
        let storage = MemoryStorage()
        try Run(workflow("b"), .with(storage, FakeWorld()), input: "7").play()
        return (storage, ids(storage))
    }

    /// b is called c now.
    private var renaming: Scripted { Scripted { $0.replacing("\"b\"", with: "\"c\"") } }

    @Test("A migrated checkpoint goes on as a fork, of its own run and with the new graph", arguments: [false, true])
    func goesOn(withStorage: Bool) throws {
        let (storage, old) = try finished()
        let migration = renaming
        let run = withStorage
            ? try Run(workflow("c"), options(storage, migration), resuming: old[1])
            : try Run(workflow("c"), options(nil, migration), restoring: storage.load(old[1]))
        #expect(migration.reports.all.count == 1)
        #expect(migration.reports.all[0].string.contains(#"{"path":"messages[0]","executor":"b","why":"the workflow has no executor 'b'"}"#))
        var documents: [Text] = []
        let lines = try run.play { event in
            if event.kind == .checkpoint, let document = try run.checkpoint() { documents.append(document) }
        }
        #expect(lines.contains("output c 7"))
        #expect(documents.map { member("kind", of: $0) } == [#""fork""#, #""superstep""#])
        for document in documents {
            #expect(member("graph_signature", of: document) == "\"\(run.workflow.graph.signature)\"")
            #expect(member("graph", of: document) == Definition.line(of: run.workflow.graph).string)
        }
        #expect(member("previous_checkpoint_id", of: documents[0]) == "\"\(old[1])\"")
        #expect(member("run_id", of: documents[0]) == member("run_id", of: try storage.load(old[1])))
        // The fork fits: nobody is asked again.
        if withStorage { try Run(workflow("c"), options(storage, migration), resuming: nil).play() }
        #expect(migration.reports.all.count == 1)
    }

    @Test("It is not asked about a checkpoint of the same graph, and never for a start")
    func notAsked() throws {
        let (storage, old) = try finished()
        let migration = renaming
        try Run(workflow("b"), options(storage, migration), resuming: old[1]).play()
        try Run(workflow("b"), options(storage, migration), input: "1").play()
        #expect(migration.reports.all.isEmpty)
    }

    @Test("What it does not give is refused with what differs; what it answers is the answer; what it gives is checked")
    func refusals() throws {
        let (storage, old) = try finished()
        let before = ids(storage)
        func refused(_ body: @escaping @Sendable (String) throws(Failure) -> String?) -> Failure? {
            failure { _ = try Run(workflow("c"), options(storage, Scripted(body)), resuming: old[1]) }
        }
        let silent = refused { _ in nil }
        #expect(silent?.status == .mismatch && silent?.message.contains("'b' is gone") == true)
        let loud = refused { (_) throws(Failure) in throw Failure(Status(rawValue: -1234), "not today") }
        #expect(loud?.status.rawValue == -1234)
        let unchanged = refused { $0 }
        #expect(unchanged?.status == .checkpoint)
        #expect(unchanged?.message.contains("as migrated") == true && unchanged?.message.contains("messages[0]") == true)
        let another = refused { $0.replacing("\"superstep\": 1", with: "\"superstep\": 2") }
        #expect(another?.status == .invalid && another?.message.contains("'superstep'") == true)
        #expect(refused { _ in "[]" }?.status == .invalid)
        #expect(ids(storage) == before)
    }

    @Test("Edits come first: the migration gets the edited document")
    func edits() throws {
        let (storage, old) = try finished()
        let seen = Collector<String>()
        let migration = Scripted { text in
            seen.add(text)
            return text.replacing("\"b\"", with: "\"c\"")
        }
        let edits: Text = #"{"messages": [{"source": "a", "target": "b", "data": 8}]}"#
        let run = try Run(workflow("c"), options(storage, migration, edits: edits), resuming: old[1])
        #expect(seen.all.first?.contains(#""data": 8"#) == true)
        #expect(try run.play().contains("output c 8"))
    }

    @Test("Going back to a checkpoint from before the migration migrates again, and a refusal changes nothing")
    func rewind() throws {
        let (storage, old) = try finished()
        let migration = renaming
        let run = try Run(workflow("c"), options(storage, migration), resuming: old[1])
        try run.play()
        let count = ids(storage).count
        try run.rewind(to: old[1])
        #expect(migration.reports.all.count == 2)
        #expect(run.state == .inProgress)
        // Also before it is durable, and then without asking again.
        try run.rewind(to: nil)
        #expect(migration.reports.all.count == 2)
        #expect(try run.play().contains("output c 7"))
        #expect(try ids(storage)[count...].map { member("kind", of: try storage.load($0)) } == [#""fork""#, #""superstep""#])
        try run.rewind(toDocument: storage.load(old[0]))
        #expect(migration.reports.all.count == 3)
        #expect(try run.play().contains("output c 7"))
        let plain = try Run(workflow("c"), options(storage, nil), resuming: nil)
        try plain.play()
        let last = try plain.checkpoint()
        #expect(failure { try plain.rewind(to: old[1]) }?.status == .mismatch)
        #expect(plain.state == .idle)
        #expect(try plain.checkpoint() == last)
    }

    @Test("A migration may not drive the run that asks it")
    func reentrant() throws {
        let (storage, old) = try finished()
        let place = Collector<Run>()
        let found = Collector<Status?>()
        let migration = Scripted { text in
            for run in place.all { found.add(failure { _ = try run.next(timeout: 0) }?.status) }
            return text.replacing("\"b\"", with: "\"c\"")
        }
        let run = try Run(workflow("c"), options(storage, migration), resuming: old[1])
        try run.play()
        place.add(run)
        try run.rewind(to: old[1])
        #expect(found.all == [.reentrant])
        _ = place.takeAll()
    }

    @Test("Nothing can be given to a migration that has ended")
    func closed() throws {
        let (storage, old) = try finished()
        let kept = Collector<Migration>()
        final class Keeping: MigrationCode {
            let kept: Collector<Migration>
            init(_ kept: Collector<Migration>) { self.kept = kept }
            func migrate(_ checkpoint: Text, _ report: Text, into migration: Migration) throws(Failure) { kept.add(migration) }
        }
        _ = failure { _ = try Run(workflow("c"), options(storage, Keeping(kept)), resuming: old[1]) }
        #expect(failure { try kept.all[0].set("{}") }?.status == .closed)
    }
}
