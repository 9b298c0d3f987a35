import Testing
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

@Suite("Resuming")
struct ResumeTests {
    /// A finished run: its storage, the ids of its checkpoints and its outputs.
    private func straight(to limit: Int = 5) throws -> (storage: MemoryStorage, ids: [String], outputs: [String]) {
        let storage = MemoryStorage()
        let lines = try Run(countingWorkflow(to: limit), .with(storage), input: "0").play()
        let ids = storage.list(workflow: nil).map { if case .good(let summary) = $0 { summary.id } else { "" } }
        return (storage, ids, lines.filter { $0.hasPrefix("output") })
    }

    @Test("From every checkpoint, by id or as a document, the rest of the run is the same")
    func everyCheckpoint() throws {
        let (storage, ids, outputs) = try straight()
        let contents = try ids.map { content(try storage.load($0)) }
        for (index, id) in ids.enumerated() {
            for byDocument in [false, true] {
                let own = MemoryStorage()
                let document = try storage.load(id)
                let run: Run
                if byDocument {
                    run = try Run(countingWorkflow(to: 5), .with(own), restoring: document)
                } else {
                    try own.save(document, SampleDocument(id).summary)
                    run = try Run(countingWorkflow(to: 5), .with(own), resuming: id)
                }
                #expect(run.superstep == index)
                let lines = try run.play()
                #expect(lines.filter { $0.hasPrefix("output") } == (index < 5 ? outputs : []))
                let later = own.list(workflow: nil).compactMap {
                    if case .good(let summary) = $0 { summary.id } else { nil }
                }.filter { $0 != id }
                #expect(try later.map { content(try own.load($0)) } == Array(contents[(index + 1)...]))
            }
        }
    }

    @Test("Without an id the latest checkpoint of this workflow is meant")
    func latest() throws {
        let (storage, ids, _) = try straight()
        try storage.save(SampleDocument("zzz", workflow: "another").text, SampleDocument("zzz", workflow: "another").summary)
        let run = try Run(countingWorkflow(to: 5), .with(storage), resuming: nil)
        #expect(run.superstep == ids.count - 1)
        #expect(try run.play() == ["started", "status IN_PROGRESS", "status IDLE"])
    }

    @Test("A damaged latest checkpoint is passed over with a warning that names it, and the work is done again")
    func skipped() throws {
        let place = TemporaryDirectory()
        let storage = try DirectoryStorage(path: place.path)
        try Run(countingWorkflow(to: 5), .with(storage), input: "0").play()
        let files = place.names.filter { $0.hasSuffix(".json") }
        for name in files.suffix(2) { place.write(Array(place.read(name).dropLast(20)), to: name) }
        let run = try Run(countingWorkflow(to: 5), .with(storage), resuming: nil)
        #expect(run.superstep == 3)
        let lines = try run.play()
        #expect(
            lines.prefix(5) == [
                "started", "status IN_PROGRESS", "warning checkpoint_skipped ", "warning checkpoint_skipped ",
                "superstep_started 4",
            ])
        #expect(try storage.latest(workflow: "flow").skipped.isEmpty)
        for name in files { place.write("{", to: name) }
        for name in place.names where name.hasSuffix(".json") && !files.contains(name) { _ = try storage.delete(String(name.dropLast(5))) }
        let refused = failure { _ = try Run(countingWorkflow(to: 5), .with(storage), resuming: nil) }
        #expect(refused?.status == .notFound)
        for name in files { #expect(refused?.message.contains(name) == true) }
    }

    @Test("A resumed run is the same run, and its checkpoints descend from where it came from; a fork has both")
    func lineage() throws {
        let (storage, ids, _) = try straight()
        let first = try Run(countingWorkflow(to: 5), .with(storage), resuming: ids[2])
        try first.play()
        let second = try Run(countingWorkflow(to: 5), .with(storage), resuming: ids[2])
        try second.play()
        let summaries = storage.list(workflow: nil).compactMap { if case .good(let summary) = $0 { summary } else { nil } }
        #expect(Set(summaries.map(\.runID)).count == 1)
        #expect(summaries.filter { $0.previousID == ids[2] }.count == 3)
        #expect(summaries.filter { $0.previousID == nil }.map(\.id) == [ids[0]])
    }

    @Test("A run without a storage gives its checkpoints itself; never half a superstep")
    func ownCheckpoints() throws {
        let reference = try straight(to: 3)
        let contents = try reference.ids.map { content(try reference.storage.load($0)) }
        let run = try Run(countingWorkflow(to: 3), .with(checkpoints: true), input: "0")
        #expect(try run.checkpoint() == nil)
        var boundaries = 0
        try run.play { event in
            if event.kind == .checkpoint { boundaries += 1 }
            let document = try run.checkpoint()
            #expect(
                document.map(content) == (boundaries == 0 ? nil : contents[boundaries - 1]),
                "after \(event.line(run.workflow.graph))")
        }
        #expect(boundaries == 4)
    }

    @Test("A checkpoint taken at a warning is a whole one: the last, or the next if that is made already")
    func checkpointAtWarning() throws {
        let writer = ScriptedExecutor {
            try $0.setState("k", "1", in: .shared); return .ok
        }
        let workflow = try makeWorkflow(
            { draft throws(Failure) in try draft.addFanOut("a", ["b", "c"]) },
            [
                "a": ScriptedExecutor {
                    try $0.send("1", to: nil); return .ok
                }, "b": writer, "c": writer,
            ])
        let run = try Run(workflow, .with(checkpoints: true), input: "0")
        var told: [Text?] = []
        var taken: [Text?] = []
        try run.play { event in
            if event.kind == .checkpoint { told.append(try run.checkpoint()) }
            guard event.kind == .warning else { return }
            taken.append(try run.checkpoint())
            #expect(try run.checkpoint().map { member("superstep", of: $0) } == "\(run.superstep)")
        }
        #expect(taken.count == 1)
        #expect(told.contains(taken[0]))
    }

    @Test("A checkpoint may be taken inside a callback and inside a condition")
    func checkpointInside() throws {
        let found = Collector<String>()
        let place = Collector<Run>()
        let look: @Sendable () -> Void = {
            guard let run = place.all.first else { return }
            found.add((try? run.checkpoint()).flatMap { $0.map { member("superstep", of: $0) } } ?? "error")
        }
        let workflow = try makeWorkflow(
            conditions: [
                "look": ScriptedCondition { _ in
                    look(); return true
                }
            ],
            { draft throws(Failure) in try draft.addEdge("a", "b", condition: "look") },
            [
                "a": ScriptedExecutor {
                    look(); try $0.send("1", to: nil); return .ok
                },
                "b": ScriptedExecutor { _ in
                    look(); return .ok
                },
            ])
        let run = try Run(workflow, .with(MemoryStorage()), input: "0")
        place.add(run)
        try run.play()
        #expect(found.all == ["0", "1", "1"])
    }

    @Test("A resumed run gives the checkpoint that it came from until it has one of its own")
    func checkpointOfResumed() throws {
        let (storage, ids, _) = try straight()
        let document = try storage.load(ids[1])
        let run = try Run(countingWorkflow(to: 5), .with(checkpoints: true), restoring: document)
        #expect(try run.checkpoint() == document)
        try run.play()
        #expect(try run.checkpoint().map { member("superstep", of: $0) } == "5")
    }

    @Test("A file of a directory storage is a document that can be restored")
    func restoredFile() throws {
        let place = TemporaryDirectory()
        let storage = try DirectoryStorage(path: place.path)
        let workflow = try countingWorkflow(to: 3)
        try Run(workflow, .with(storage), input: "0").play()
        let file = Text(bytes: place.read(place.names[1]))
        let copy = MemoryStorage()
        try Run(countingWorkflow(to: 3), .with(copy), restoring: file).play()
        let last = try copy.load(try #require(copy.latest(workflow: nil).id))
        #expect(member("checksum", of: last) == "absent")
        #expect(content(last) == content(try storage.load(try #require(try storage.latest(workflow: nil).id))))
    }

    @Test("What cannot be resumed is refused before anything happens")
    func refusals() throws {
        let (storage, ids, _) = try straight()
        let other = try makeWorkflow(
            { draft throws(Failure) in try draft.addEdge("a", "b") },
            ["a": ScriptedExecutor { _ in .ok }, "b": ScriptedExecutor { _ in .ok }])
        let same = try countingWorkflow(to: 5)
        #expect(failure { _ = try Run(same, .with(), resuming: nil) }?.status == .invalid)
        #expect(failure { _ = try Run(same, .with(MemoryStorage()), resuming: nil) }?.status == .notFound)
        #expect(failure { _ = try Run(same, .with(storage), resuming: "nowhere") }?.status == .notFound)
        #expect(failure { _ = try Run(same, .with(storage), resuming: "../x") }?.status == .invalid)
        #expect(failure { _ = try Run(other, .with(storage), resuming: ids[0]) }?.status == .mismatch)
        #expect(failure { _ = try Run(same, .with(), restoring: "{}") }?.status == .checkpoint)
        #expect(failure { _ = try Run(same, .with(), input: "0").checkpoint() }?.status == .unsupported)
    }

    @Test("Resuming the same checkpoint twice gives the same result twice")
    func twice() throws {
        let (storage, ids, outputs) = try straight()
        for _ in 0..<2 {
            let lines = try Run(countingWorkflow(to: 5), .with(storage), resuming: ids[3]).play()
            #expect(lines.filter { $0.hasPrefix("output") } == outputs)
        }
    }
}
