import Synchronization
import Testing
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

/// Fails the n-th save: before anything is kept, or after, when only the answer is lost.
private final class FlakyStorage: Storage {
    let inner = MemoryStorage()
    private let saves = Mutex(0)
    private let failing: Int
    private let keeps: Bool

    init(failing: Int, keeps: Bool) { (self.failing, self.keeps) = (failing, keeps) }

    func head(run: String) -> String? { inner.head(run: run) }

    func save(_ commit: Commit) throws(Failure) {
        let number = saves.withLock { saves in
            saves += 1
            return saves
        }
        if number != failing || keeps { try inner.save(commit) }
        if number == failing { throw Failure(.storage, "save \(number) failed") }
    }

    func load(_ id: String) throws(Failure) -> Text { try inner.load(id) }
    func list(workflow: String?) throws(Failure) -> [StoredCheckpoint] { inner.list(workflow: workflow) }
    func latest(workflow: String?) throws(Failure) -> LatestCheckpoint { inner.latest(workflow: workflow) }
    func delete(_ id: String) throws(Failure) -> Bool { try inner.delete(id) }
}

@Suite("A storage that fails")
struct StorageFailureTests {
    private static let supersteps = 6

    @Test(
        "A save that fails fails the run; resumed from the storage it gives the straight result",
        arguments: 1...supersteps + 1, [false, true])
    func everySave(failing: Int, keeps: Bool) throws {
        let straight = MemoryStorage()
        let all = try Run(countingWorkflow(to: Self.supersteps), .with(straight), input: "0").play()
        let storage = FlakyStorage(failing: failing, keeps: keeps)
        let run = try Run(countingWorkflow(to: Self.supersteps), .with(storage), input: "0")
        let (lines, reason) = run.playOut()
        #expect(reason?.status == .storage)
        #expect(reason?.message == "save \(failing) failed")
        #expect(lines.suffix(2) == ["failed", "status FAILED"])
        #expect(lines.filter { $0.hasPrefix("checkpoint") }.count == failing - 1)
        #expect(run.superstep == max(0, failing - 2), "the last superstep that was committed")
        #expect(try run.checkpoint().map { member("superstep", of: $0) } == (failing == 1 ? nil : "\(failing - 2)"))

        let resumed: Run
        if storage.inner.latest(workflow: nil).id == nil {
            #expect(failure { _ = try Run(run.workflow, .with(storage), resuming: nil) }?.status == .notFound)
            resumed = try Run(countingWorkflow(to: Self.supersteps), .with(storage), input: "0")
        } else {
            resumed = try Run(countingWorkflow(to: Self.supersteps), .with(storage), resuming: nil)
        }
        let rest = try resumed.play()
        // A last superstep that was kept although the answer was lost told its output before.
        let told = (lines + rest).filter { $0.hasPrefix("output") }
        #expect(Set(told) == Set(all.filter { $0.hasPrefix("output") }))
        #expect(try contents(storage.inner) == contents(straight))
    }

    private func contents(_ storage: MemoryStorage) throws -> [String] {
        try storage.list(workflow: nil).compactMap { entry in
            guard case .good(let summary) = entry else { return nil }
            return content(try storage.load(summary.id))
        }
    }

    @Test("A checkpoint that was deleted under a run is an error of the call, not of the run")
    func deletedCheckpoint() throws {
        let storage = MemoryStorage()
        let run = try Run(countingWorkflow(to: 2), .with(storage), input: "0")
        var (saved, deleted) = (0, false)
        try run.play { event in
            guard event.kind == .checkpoint, !deleted, let id = storage.latest(workflow: nil).id else { return }
            saved += 1
            guard saved == 2 else { return }
            deleted = try storage.delete(id)
            #expect(failure { _ = try run.checkpoint() }?.status == .notFound)
        }
        #expect(deleted)
        #expect(run.state == .idle)
    }
}
