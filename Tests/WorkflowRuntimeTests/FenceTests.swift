import Testing
import WorkflowJSON
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

/// Each test with each kind of storage that has a fence.
@Suite("Two writers of one run")
struct FenceTests {
    private let place = try! TemporaryDirectory()

    private func storage(_ kind: String) throws -> any Storage {
        if kind == "host" { return HostStorage(ScriptedStorage(reformats: true, isFenced: true)) }
        if kind == "strict host" { return HostStorage(ScriptedStorage(isFenced: true)) }
        return try open(kind)
    }

    private func open(_ kind: String) throws -> any Storage {
        try StorageURL.open(kind == "memory" ? "memory:" : "\(kind):\(place.path)/\(kind)")
    }

    /// Plays up to the `count`th checkpoint event.
    private func play(_ run: Run, checkpoints count: Int) throws -> [String] {
        var ids: [String] = []
        while ids.count < count {
            guard case .event(let event, _) = try run.next(timeout: -1) else { break }
            if case .checkpoint(let summary) = event.data { ids.append(summary.id) }
        }
        return ids
    }

    @Test("Whoever commits second gets a conflict, and its run stops with nothing saved", arguments: fenced)
    func second(kind: String) throws {
        let storage = try storage(kind)
        let start = try Run(countingWorkflow(to: 5), .with(storage), input: "0")
        let ids = try play(start, checkpoints: 2)
        let other = try Run(countingWorkflow(to: 5), .with(storage), resuming: ids[1])
        let third = try play(start, checkpoints: 1)
        let count = try storage.list(workflow: nil).count
        let (lines, reason) = other.playOut()
        #expect(reason?.status == .conflict)
        #expect(reason?.message.contains(third[0]) == true && reason?.message.contains(ids[1]) == true)
        #expect(!lines.contains { $0.hasPrefix("checkpoint") })
        #expect(lines.suffix(2) == ["failed", "status FAILED"])
        #expect(try storage.list(workflow: nil).count == count)
        try start.play()
        #expect(start.state == .idle)
        #expect(try storage.latest(workflow: nil).id == storage.head(run: start.id.string))
    }

    @Test("Whoever resumes later takes the run over", arguments: fenced)
    func takeOver(kind: String) throws {
        let storage = try storage(kind)
        let frozen = try Run(countingWorkflow(to: 5), .with(storage), input: "0")
        _ = try play(frozen, checkpoints: 3)
        let next = try Run(countingWorkflow(to: 5), .with(storage), resuming: nil)
        try next.play()
        let head = try storage.head(run: next.id.string)
        let (_, reason) = frozen.playOut()
        #expect(reason?.status == .conflict)
        #expect(try storage.head(run: next.id.string) == head)
    }

    @Test("A new run with an id that is there is refused before anything runs", arguments: fenced)
    func sameID(kind: String) throws {
        let storage = try storage(kind)
        var options = RunOptions.with(storage)
        options.runID = "order-17"
        try Run(countingWorkflow(to: 2), options, input: "0").play()
        let (lines, reason) = try Run(countingWorkflow(to: 2), options, input: "0").playOut()
        #expect(reason?.status == .conflict)
        #expect(reason?.message.contains("order-17") == true)
        #expect(!lines.contains { $0.hasPrefix("executor_invoked") })
        options.runID = "order-18"
        try Run(countingWorkflow(to: 2), options, input: "0").play()
    }

    @Test("A run that went back keeps its place as the writer", arguments: fenced)
    func rewound(kind: String) throws {
        let storage = try storage(kind)
        let run = try Run(countingWorkflow(to: 5), .with(storage), input: "0")
        let ids = try play(run, checkpoints: 4)
        try run.rewind(to: ids[1])
        try run.play()
        #expect(run.state == .idle)
        let latest = try #require(try storage.latest(workflow: nil).id)
        #expect(try storage.head(run: run.id.string) == latest)
        #expect(try Run(countingWorkflow(to: 5), .with(storage), resuming: nil).play().contains("status IDLE"))
    }

    @Test("A run whose checkpoints were all deleted is not brought back", arguments: fenced)
    func deleted(kind: String) throws {
        let storage = try storage(kind)
        let run = try Run(countingWorkflow(to: 5), .with(storage), input: "0")
        for id in try play(run, checkpoints: 2) { #expect(try storage.delete(id)) }
        #expect(try storage.head(run: run.id.string) == nil)
        #expect(run.playOut().failure?.status == .conflict)
        #expect(try storage.list(workflow: nil).isEmpty)
    }

    @Test("A document that the host saves becomes the head if it is later", arguments: fenced)
    func hostDocument(kind: String) throws {
        let (from, to) = (MemoryStorage(), try storage(kind))
        let run = try Run(countingWorkflow(to: 3), .with(from), input: "0")
        let ids = try play(run, checkpoints: 3)
        for id in [ids[1], ids[2], ids[0]] {
            let document = try from.load(id)
            guard case .good(let summary)? = from.list(workflow: nil).first(where: { if case .good(let one) = $0 { one.id == id } else { false } })
            else { continue }
            try to.save(document, summary)
        }
        #expect(try to.head(run: run.id.string) == ids[2])
        try Run(countingWorkflow(to: 3), .with(to), resuming: nil).play()
    }

    @Test("A checkpoint that the host gave an id greater than ours can be gone on from", arguments: fenced)
    func ownID(kind: String) throws {
        let storage = try storage(kind)
        let run = try Run(countingWorkflow(to: 5), .with(storage), input: "0")
        let id = try #require(try play(run, checkpoints: 2).last)
        let text = try storage.load(id).string
        var summary = try CheckpointDocument.summary(of: Text(text), as: "it")
        let document = Text(text.replacing("\"checkpoint_id\": \"\(id)\"", with: "\"checkpoint_id\": \"z-fixed\""))
        summary.id = "z-fixed"
        try storage.save(document, summary)
        #expect(try storage.head(run: summary.runID) == "z-fixed")
        let next = try Run(countingWorkflow(to: 5), .with(storage), resuming: "z-fixed")
        #expect(next.playOut().lines.last == "status IDLE")
        #expect(run.playOut().failure?.status == .conflict)
    }

    @Test("A fork under the id of a run that is there is refused", arguments: fenced)
    func forkInto(kind: String) throws {
        let storage = try storage(kind)
        let run = try Run(countingWorkflow(to: 5), .with(storage), input: "0")
        let ids = try play(run, checkpoints: 2)
        var options = RunOptions.with(storage)
        options.runID = "fork"
        try Run(countingWorkflow(to: 5), options, resuming: ids[1]).play()
        #expect(try Run(countingWorkflow(to: 5), options, resuming: ids[1]).playOut().failure?.status == .conflict)
        options.runID = nil
        #expect(try Run(countingWorkflow(to: 5), options, resuming: storage.head(run: "fork")).play().last == "status IDLE")
    }

    @Test("What another writer commits while a run is taken up is not passed over")
    func takenUpMeanwhile() throws {
        let storage = Overtaken()
        let first = try Run(countingWorkflow(to: 5), .with(storage), input: "0")
        _ = try play(first, checkpoints: 2)
        storage.meanwhile.withLock { $0 = { _ = try? self.play(first, checkpoints: 1) } }
        let second = try Run(countingWorkflow(to: 5), .with(storage), resuming: nil)
        let latest = try #require(storage.kept.latest(workflow: nil).id)
        #expect(second.last.summary?.id == latest)
        #expect(first.superstep == second.superstep)
        try second.play()
        #expect(first.playOut().failure?.status == .conflict)
    }
}

/// Lets something happen before the first head that it is asked for.
private final class Overtaken: Storage {
    let kept = MemoryStorage()
    let meanwhile = Locked<(@Sendable () -> Void)?>(nil)

    func head(run: String) throws(Failure) -> String? {
        let something = meanwhile.withLock { body in
            defer { body = nil }
            return body
        }
        something?()
        return kept.head(run: run)
    }

    func save(_ commit: Commit) throws(Failure) { try kept.save(commit) }
    func load(_ id: String) throws(Failure) -> Text { try kept.load(id) }
    func list(workflow: String?) throws(Failure) -> [StoredCheckpoint] { kept.list(workflow: workflow) }
    func latest(workflow: String?) throws(Failure) -> LatestCheckpoint { kept.latest(workflow: workflow) }
    func delete(_ id: String) throws(Failure) -> Bool { try kept.delete(id) }
}

/// The schemes of the storages that have a fence, and those of hosts.
let fenced = ["memory", "directory", "sqlite", "host", "strict host"]
