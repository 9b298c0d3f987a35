import Testing
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
}

/// The schemes of the storages that have a fence, and those of hosts.
let fenced = ["memory", "sqlite", "host", "strict host"]
