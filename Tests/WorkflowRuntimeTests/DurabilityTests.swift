import Testing
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

@Suite("Durability")
struct DurabilityTests {
    private func options(_ storage: any Storage, _ durability: RunDurability) -> RunOptions {
        var options = RunOptions.with(storage)
        options.durability = durability
        return options
    }

    @Test("exit: one checkpoint when the run comes to rest, told after the status, and nothing on the way")
    func exit() throws {
        let storage = MemoryStorage()
        let run = try Run(countingWorkflow(to: 4), options(storage, .exit), input: "0")
        var lines: [String] = []
        try run.play { event in
            lines.append(event.line(run.workflow.graph))
            if event.kind != .checkpoint { #expect(storage.list(workflow: nil).isEmpty) }
        }
        #expect(lines.filter { $0.hasPrefix("checkpoint") }.count == 1)
        #expect(lines.last?.hasPrefix("checkpoint") == true)
        let id = try #require(storage.latest(workflow: nil).id)
        let document = try storage.load(id)
        #expect(member("superstep", of: document) == "4")
        #expect(member("previous_checkpoint_id", of: document) == "null")
        #expect(storage.list(workflow: nil).count == 1)
    }

    @Test("exit: each rest makes one, and the next descends from it")
    func rests() throws {
        let storage = MemoryStorage()
        let run = try Run(countingWorkflow(to: 4), options(storage, .exit), input: "0")
        try run.play()
        let first = try #require(storage.latest(workflow: nil).id)
        try run.input("2")
        try run.play()
        let second = try #require(storage.latest(workflow: nil).id)
        #expect(storage.list(workflow: nil).count == 2)
        #expect(member("previous_checkpoint_id", of: try storage.load(second)) == "\"\(first)\"")
        let resumed = try Run(countingWorkflow(to: 9), options(storage, .exit), resuming: nil)
        try resumed.input("7")
        try resumed.play()
        #expect(storage.list(workflow: nil).count == 3)
    }

    @Test("exit: a run that fails, is cancelled or is let go leaves its last boundary")
    func ends() throws {
        for end in ["failed", "cancelled", "freed"] {
            let storage = MemoryStorage()
            var run: Run? = try Run(
                makeWorkflow({ draft throws(Failure) in try draft.addEdge("a", "a") }, [
                    "a": ScriptedExecutor { context in
                        if end == "failed", context.superstep == 3 { throw Failure(.executor, "no") }
                        try context.send("1", to: nil)
                        return .ok
                    }
                ]), options(storage, .exit), input: "0")
            var events = 0
            _ = failure {
                while events < 12, let driven = run, case .event = try driven.next(timeout: -1) {
                    events += 1
                    if end == "cancelled", events == 9 { driven.cancel("enough") }
                }
            }
            let last = try #require(run?.superstep)
            #expect(last > 0)
            run = nil
            let superstep = try storage.latest(workflow: nil).id.map { member("superstep", of: try storage.load($0)) }
            #expect(superstep == "\(last)", "\(end)")
            #expect(storage.list(workflow: nil).count == 1)
        }
    }

    @Test("exit: a storage that fails at the rest fails the run")
    func failingStorage() throws {
        let run = try Run(countingWorkflow(to: 3), options(HostStorage(Refusing()), .exit), input: "0")
        let (lines, reason) = run.playOut()
        #expect(reason?.status == .storage)
        #expect(lines.suffix(2) == ["failed", "status FAILED"])
    }

    @Test("exit: a boundary that could not be saved is the parent of nothing, also where the run goes on from it")
    func lostBoundary() throws {
        let code = ScriptedStorage()
        let storage = HostStorage(code)
        let run = try Run(countingWorkflow(to: 3), options(storage, .exit), input: "0")
        try run.play()
        let first = try #require(try storage.latest(workflow: nil).id)
        try run.input("1")
        code.trouble.withLock { $0["save"] = Failure(.storage, "no room") }
        #expect(run.playOut().1?.message.contains("no room") == true)
        code.trouble.withLock { $0["save"] = nil }
        try run.rewind(to: nil)
        try run.input("2")
        try run.play()
        let last = try #require(try storage.latest(workflow: nil).id)
        #expect(last != first)
        #expect(member("previous_checkpoint_id", of: try storage.load(last)) == "\"\(first)\"")
    }

    @Test("process: saves every checkpoint")
    func process() throws {
        let place = try TemporaryDirectory()
        let storage = try StorageURL.open("directory:\(place.path)")
        try Run(countingWorkflow(to: 4), options(storage, .process), input: "0").play()
        #expect(try storage.list(workflow: nil).count == 5)
    }
}

private final class Refusing: StorageCode {
    var reformats: Bool { false }
    var findsLatest: Bool { false }
    var keepsMemos: Bool { false }
    func save(_ id: String, workflow: String, _ document: Text) throws(Failure) -> Bool { throw Failure(.storage, "no room") }
    func load(_ id: String) throws(Failure) -> Text? { nil }
    func list(workflow: String?) throws(Failure) -> [String] { [] }
    func latest(workflow: String?) throws(Failure) -> String? { nil }
    func remove(_ id: String) throws(Failure) -> Bool { false }
    func remember(_ key: Text, run: Text, _ memo: Text) throws(Failure) -> Bool { false }
    func recall(_ key: Text, run: Text) throws(Failure) -> Text? { nil }
    func forget(run: Text) throws(Failure) -> Bool { false }
}
