import Synchronization
import Testing
import WorkflowJSON
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

@Suite("Forks")
struct ForkTests {
    private func ids(_ storage: MemoryStorage) -> [String] {
        storage.list(workflow: nil).map { if case .good(let summary) = $0 { summary.id } else { "" } }
    }

    private func options(_ storage: (any Storage)?, run: String? = nil, edits: Text? = nil, _ world: FakeWorld? = nil) -> RunOptions {
        var options = RunOptions.with(storage, checkpoints: storage == nil, world)
        options.runID = run
        options.edits = edits
        return options
    }

    /// A finished run of long ago, and the ids of its checkpoints: those of a fork are greater.
    private func finished() throws -> (MemoryStorage, [String]) {
        let storage = MemoryStorage()
        try Run(countingWorkflow(to: 5), .with(storage, FakeWorld()), input: "0").play()
        return (storage, ids(storage))
    }

    @Test("With a run id of its own the first checkpoint is the fork, whose parent is the original, and nothing else differs")
    func ownID() throws {
        let (storage, straight) = try finished()
        let contents = try straight.map { content(try storage.load($0)) }
        for (index, id) in straight.enumerated() {
            let known = ids(storage)
            let run = try Run(countingWorkflow(to: 5), options(storage, run: "fork-\(index)"), resuming: id)
            let lines = try run.play()
            let new = try ids(storage).filter { !known.contains($0) }.map { try storage.load($0) }
            let fork = try #require(new.first)
            #expect(lines.first { $0.hasPrefix("checkpoint") || $0.hasPrefix("superstep") }?.hasPrefix("checkpoint") == true)
            #expect(member("kind", of: fork) == "\"fork\"")
            #expect(member("previous_checkpoint_id", of: fork) == "\"\(id)\"")
            #expect(member("run_id", of: fork) == "\"fork-\(index)\"")
            #expect(content(fork) == contents[index].replacing("\"kind\": \(member("kind", of: try storage.load(id)))", with: "\"kind\": \"fork\""))
            #expect(new.dropFirst().map(content) == Array(contents[(index + 1)...]))
            #expect(try storage.load(id) == storage.load(straight[index]))
        }
    }

    @Test("The graph in the checkpoints is written once for a workflow, whoever asks first")
    func definition() throws {
        let workflow = try countingWorkflow(to: 1)
        let addresses = Collector<UInt>()
        onThreads(8) { _ in addresses.add(UInt(bitPattern: workflow.definition.unsafeCString)) }
        #expect(Set(addresses.all).count == 1 && workflow.definition == Definition.line(of: workflow.graph))
    }

    @Test("The run's own id, or none, is no fork")
    func noFork() throws {
        let (storage, straight) = try finished()
        let id = String(member("run_id", of: try storage.load(straight[2])).dropFirst().dropLast())
        for own in [nil, id] {
            let before = ids(storage).count
            try Run(countingWorkflow(to: 5), options(storage, run: own), resuming: straight[2]).play()
            #expect(ids(storage).count == before + 3)
        }
    }

    @Test("Edited state and messages are what the run goes on with; the original stays", arguments: [false, true])
    func edits(withStorage: Bool) throws {
        let (storage, straight) = try finished()
        let original = try storage.load(straight[2])
        let edits: Text =
            #"{"state": {"note": "by hand"}, "executor_states": {"a": {"saved": {"seen": 100}}}, "messages": [{"source": "a", "target": "a", "data": 3}]}"#
        let run = withStorage
            ? try Run(countingWorkflow(to: 5), options(storage, edits: edits), resuming: straight[2])
            : try Run(countingWorkflow(to: 5), options(nil, edits: edits), restoring: original)
        #expect(run.id.string == member("run_id", of: original).filter { $0 != "\"" })
        // Before it is durable, it is what the run stands at.
        #expect(try run.checkpoint().map { member("state", of: $0) } == #"{"last":2,"note":"by hand"}"#)
        var documents: [Text] = []
        let lines = try run.play { event in
            if event.kind == .checkpoint, let document = try run.checkpoint() { documents.append(document) }
        }
        #expect(lines.contains("output a [5, 109]"))
        #expect(documents.map { member("kind", of: $0) } == [#""fork""#, #""superstep""#, #""superstep""#])
        #expect(member("state", of: documents[0]) == #"{"last":2,"note":"by hand"}"#)
        #expect(member("previous_checkpoint_id", of: documents[0]) == "\"\(straight[2])\"")
        #expect(try storage.load(straight[2]) == original)
    }

    @Test("The fork can be resumed by itself, in another process, without the edits")
    func byItself() throws {
        let (storage, straight) = try finished()
        let run = try Run(countingWorkflow(to: 5), options(storage, run: "f", edits: #"{"state": {"note": 1}}"#), resuming: straight[3])
        while case .event(let event, _) = try run.next(timeout: 0), event.kind != .checkpoint {}
        let fork = try #require(ids(storage).last)
        #expect(member("kind", of: try storage.load(fork)) == #""fork""#)
        let again = try Run(countingWorkflow(to: 5), options(storage), resuming: nil)
        #expect(again.id == "f")
        #expect(try again.play().contains("output a [5, 15]"))
        let last = try storage.load(try #require(ids(storage).last))
        #expect(member("state", of: last) == #"{"last":5,"note":1}"#)
        #expect(try Run(countingWorkflow(to: 5), options(nil), restoring: storage.load(fork)).play().contains("output a [5, 15]"))
    }

    @Test("Forking twice with the same ids and clock gives the same bytes")
    func twice() throws {
        let (storage, straight) = try finished()
        let original = try storage.load(straight[1])
        let runs = try (0..<2).map { _ in
            let own = MemoryStorage()
            try Run(
                countingWorkflow(to: 5), options(own, run: "f", edits: #"{"state": {"z": 1.0}}"#, FakeWorld(step: 7)), restoring: original
            ).play()
            return try ids(own).map { try own.load($0) }
        }
        #expect(runs[0].count == 5 && runs[0] == runs[1])
    }

    @Test("Edits that make a checkpoint unreadable are told as such, and others by name")
    func refusals() throws {
        let (storage, straight) = try finished()
        let before = ids(storage)
        func refused(_ edits: Text) -> Failure? {
            failure { _ = try Run(countingWorkflow(to: 5), options(storage, edits: edits), resuming: straight[2]) }
        }
        #expect(refused(#"{"messages": null}"#)?.status == .checkpoint)
        #expect(refused(#"{"messages": null}"#)?.message.contains("as edited") == true)
        #expect(refused(#"{"messages": [{"source": "a", "target": "x", "data": 1}]}"#)?.message.contains("'messages[0].target'") == true)
        #expect(refused(#"{"superstep": 9}"#)?.status == .invalid)
        #expect(refused(#"{"superstep": 9}"#)?.message.contains("'superstep'") == true)
        #expect(refused("[]")?.status == .invalid)
        let torn = failure { _ = try Run(countingWorkflow(to: 5), options(nil, edits: "{}"), restoring: "{\"format\": 1}") }
        #expect(torn?.status == .checkpoint && torn?.message.contains("edited") == false)
        #expect(failure { _ = try Run(countingWorkflow(to: 5), options(storage, edits: "{}"), input: "0") }?.status == .invalid)
        #expect(ids(storage) == before)
    }

    @Test("Going back before the fork is durable keeps the edits; afterwards the fork is where it goes")
    func rewind() throws {
        let (storage, straight) = try finished()
        let run = try Run(countingWorkflow(to: 5), options(storage, edits: #"{"state": {"note": 1}}"#), resuming: straight[2])
        try run.rewind(to: nil)
        try run.play()
        let known = ids(storage)
        #expect(member("kind", of: try storage.load(known[straight.count])) == #""fork""#)
        #expect(try run.checkpoint().map { member("state", of: $0) } == #"{"last":5,"note":1}"#)
        try run.rewind(to: known[straight.count])
        try run.play()
        #expect(try run.checkpoint().map { member("state", of: $0) } == #"{"last":5,"note":1}"#)
        #expect(ids(storage).count == known.count + 3)
    }

    @Test("A run that goes back to the checkpoint of another run forks from it again")
    func rewindToOrigin() throws {
        let (storage, straight) = try finished()
        let run = try Run(countingWorkflow(to: 5), options(storage, run: "f"), resuming: straight[2])
        try run.rewind(to: straight[2])
        let before = ids(storage).count
        try run.play()
        #expect(member("kind", of: try storage.load(ids(storage)[before])) == #""fork""#)
    }

    @Test("If the fork cannot be saved, the run fails before anything is delivered")
    func unsaved() throws {
        let (storage, straight) = try finished()
        let full = RefusingStorage(storage)
        let run = try Run(countingWorkflow(to: 5), options(full, run: "f"), resuming: straight[2])
        let (lines, failure) = run.playOut()
        #expect(failure?.status == .storage)
        #expect(!lines.contains { $0.hasPrefix("executor_invoked") || $0.hasPrefix("superstep") })
    }

    @Test("A fork of a partial superstep does again only what was left of it")
    func partial() throws {
        let fails = Mutex(true)
        let calls = Collector<String>()
        let workflow = try makeWorkflow(
            { draft throws(Failure) in try draft.addFanOut("a", ["b", "c"]) },
            [
                "a": ScriptedExecutor { try $0.send("1", to: nil); return .ok },
                "b": ScriptedExecutor { _ in calls.add("b"); return .ok },
                "c": ScriptedExecutor { context in
                    calls.add("c")
                    if fails.withLock({ $0 }) { throw Failure(.executor, "no") }
                    try context.output(try context.state("limit", in: .shared) ?? "0")
                    return .ok
                },
            ])
        let storage = MemoryStorage()
        _ = try Run(workflow, .with(storage, FakeWorld()), input: "0").playOut()
        let last = try #require(ids(storage).last)
        #expect(member("kind", of: try storage.load(last)) == #""partial""#)
        fails.withLock { $0 = false }
        let fork = try Run(workflow, options(storage, run: "f", edits: #"{"state": {"limit": 7}}"#), resuming: last)
        while case .event(let event, _) = try fork.next(timeout: 0), event.kind != .checkpoint {}
        let document = try storage.load(try #require(ids(storage).last))
        #expect(member("kind", of: document) == #""fork""# && member("partial", of: document) != "absent")
        let again = try Run(workflow, options(storage), resuming: nil)
        #expect(try again.play().contains("output c 7"))
        #expect(calls.all == ["b", "c", "c"])
    }

    @Test("An input that came before the fork waits for it")
    func input() throws {
        let (storage, straight) = try finished()
        let run = try Run(countingWorkflow(to: 5), options(storage, run: "f"), resuming: straight[5])
        try run.input("0")
        try run.play()
        #expect(try ids(storage)[6...7].map { member("kind", of: try storage.load($0)) } == [#""fork""#, #""entry""#])
    }
}

/// Gives what another storage has, and keeps nothing.
private final class RefusingStorage: Storage {
    private let inner: MemoryStorage
    init(_ inner: MemoryStorage) { self.inner = inner }

    func save(_ commit: Commit) throws(Failure) { throw Failure(.storage, "no room") }
    func head(run: String) -> String? { inner.head(run: run) }
    func load(_ id: String) throws(Failure) -> Text { try inner.load(id) }
    func list(workflow: String?) throws(Failure) -> [StoredCheckpoint] { inner.list(workflow: workflow) }
    func latest(workflow: String?) throws(Failure) -> LatestCheckpoint { inner.latest(workflow: workflow) }
    func delete(_ id: String) throws(Failure) -> Bool { false }
}
