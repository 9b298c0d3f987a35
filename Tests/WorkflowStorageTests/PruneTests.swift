import Testing
import WorkflowModel
import WorkflowStorage
import WorkflowTestSupport

@Suite("Pruning and deleting runs")
struct PruneTests {
    /// A policy, what goes, and how many live runs were spared.
    static let policies: [(policy: Text, gone: [String], skipped: Int)] = [
        (#"{"keep_last": 1}"#, ["a1", "a2"], 2),
        (#"{"keep_last": 3}"#, [], 0),
        (#"{"keep_last": 100}"#, [], 0),
        (#"{"keep_last": 0}"#, ["a1", "a2", "a3"], 2),
        (#"{"keep_last": 2, "trim_live": true}"#, ["a1", "b1", "c1"], 0),
        (#"{"keep_last": 0, "trim_live": true}"#, ["a1", "a2", "a3", "b1", "b2", "c1", "c2"], 0),
        (#"{"keep_last": 0, "trim_live": true, "workflow_name": "y"}"#, ["c1", "c2"], 0),
        (#"{"keep_last": 0, "run_id": "s"}"#, [], 1),
        (#"{"keep_last": 0, "run_id": "s", "trim_live": true}"#, ["b1", "b2"], 0),
        (#"{"keep_last": 0, "run_id": "nobody"}"#, [], 0),
        (#"{"keep_last": 0, "pinned": ["a2", "none"]}"#, ["a1"], 2),
        (#"{"keep_last": 0, "pinned": ["a3"]}"#, ["a1", "a2"], 2),
        (#"{"keep_last": 0, "pinned": ["b1"], "trim_live": true, "workflow_name": "x"}"#, ["a1", "a2", "a3", "b2"], 0),
        (#"{"older_than_ms": 10800001}"#, ["a1"], 2),
        (#"{"older_than_ms": 10800000}"#, ["a1"], 2),
        (#"{"older_than_ms": 10799999}"#, ["a1", "a2"], 2),
        (#"{"older_than_ms": 0}"#, ["a1", "a2", "a3"], 2),
        (#"{"older_than_ms": 9007199254740992}"#, [], 0),
        (#"{"older_than_ms": 0, "keep_last": 2}"#, ["a1"], 2),
        (#"{"older_than_ms": 14400001, "keep_last": 0}"#, [], 0),
    ]

    @Test("Only what the policy names goes, and a dry run says the same", arguments: StorageKind.allCases, policies.indices)
    func policy(kind: StorageKind, index: Int) throws {
        let (storage, place) = try Shelf.filled(kind)
        defer { withExtendedLifetime(place) {} }
        let (json, gone, skipped) = Self.policies[index]
        var policy = try PrunePolicy(json)
        policy.isDryRun = true
        let dry = try storage.prune(policy, now: Shelf.now)
        #expect(try storage.ids == Shelf.ids.sorted())
        let sizes = Dictionary(uniqueKeysWithValues: try Shelf.ids.map { ($0, try storage.size(of: $0)) })
        policy.isDryRun = false
        let report = try storage.prune(policy, now: Shelf.now)
        #expect(try storage.ids == Shelf.ids.sorted().filter { !gone.contains($0) }, "\(json)")
        #expect(dry == report)
        #expect(report.deleted == gone.count)
        #expect(report.liveRunsSkipped == skipped)
        #expect(report.runsDeleted == (gone.filter { $0.hasPrefix("a") }.count == 3 ? 1 : 0))
        #expect(report.bytesBefore - report.bytesAfter == gone.reduce(0) { $0 + (sizes[$1] ?? 0) })
        if policy.runID == nil && policy.workflowName == nil { #expect(report.kept == 9 - gone.count) }
        #expect(try (storage.recall("k", run: "r") == nil) == (report.runsDeleted == 1), "memos go with the last checkpoint")
        for run in ["s", "t"] { #expect(try storage.recall("k", run: run) == "1") }
    }

    @Test("What remains is still good, and prune may be called again", arguments: StorageKind.allCases)
    func again(kind: StorageKind) throws {
        let (storage, place) = try Shelf.filled(kind)
        defer { withExtendedLifetime(place) {} }
        let policy: Text = #"{"keep_last": 1, "trim_live": true}"#
        #expect(try storage.prune(policy).deleted == 6)
        let second = try storage.prune(policy)
        #expect(second.deleted == 0 && second.kept == 3 && second.bytesBefore == second.bytesAfter)
        let report = try storage.verify()
        #expect(report.problems == [] && report.missingParents == ["a2", "b2", "c2"])
        #expect(try storage.latest(workflow: nil).id == "c3")
    }

    @Test("A policy that says nothing, or something unknown, deletes nothing", arguments: [
        (#"{}"#, "keep_last"), (#"{"run_id": "r"}"#, "keep_last"), (#"{"keep": 1}"#, "'keep'"), (#"{"keep_last": -1}"#, "keep_last"),
        (#"{"older_than_ms": 1e3}"#, "older_than_ms"), (#"{"keep_last": 1, "pinned": "a"}"#, "pinned"),
        (#"{"keep_last": 1, "pinned": [1]}"#, "pinned"), (#"{"keep_last": 1, "dry_run": 1}"#, "dry_run"), (#"7"#, "object"),
    ] as [(Text, String)])
    func bad(policy: Text, word: String) throws {
        let storage = MemoryStorage()
        try Shelf.fill(storage)
        let refused = failure { _ = try storage.prune(policy) }
        #expect(refused?.status == .invalid)
        #expect(refused?.message.contains(word) == true, "\(refused?.message ?? "")")
        #expect(try storage.ids.count == 9)
    }

    @Test("A time that nobody can read is not long ago")
    func times() throws {
        let storage = MemoryStorage()
        for (index, time) in ["once", "1969", "1970-01-01T00:00:00", "1970-01-01T00:00:00+02:00"].enumerated() {
            try storage.save(SampleDocument("\(index)", run: "r\(index)", .idle, timestamp: time))
        }
        try storage.save(SampleDocument("8", run: "r8", .idle, timestamp: "1970-01-01T00:00:00Z"))
        try storage.save(SampleDocument("9", run: "r9", .idle, timestamp: "1970-01-01T00:00:00+00:00"))
        #expect(try storage.prune(#"{"older_than_ms": 0}"#).deleted == 2)
        #expect(try storage.ids == ["0", "1", "2", "3"])
    }

    @Test("A run whose last checkpoint is damaged is not touched")
    func damagedHead() throws {
        let host = MemoryStorage()
        let storage = Meddler(host)
        for id in ["1", "2", "3"] { try storage.save(SampleDocument(id, run: "r", .idle)) }
        storage.damaged.add("3")
        #expect(try storage.prune(#"{"keep_last": 0}"#).liveRunsSkipped == 1)
        #expect(host.list(workflow: nil).count == 3)
        let entry = try storage.runs("{}").entries.first
        #expect(entry?.head == "2" && entry?.status == nil && entry?.problem?.contains("'3'") == true)
    }

    /// Something happens at the nth look at a head.
    @Test("A run that goes on while it is pruned keeps its head and what is before it", arguments: 1...7)
    func race(moment: Int) throws {
        let kept = MemoryStorage()
        for id in ["1", "2", "3"] { try kept.save(SampleDocument(id, run: "r", .idle)) }
        try kept.remember("1", key: "k", run: "r")
        let storage = Meddler(kept) { call in
            guard call == moment else { return }
            let next = try SampleDocument("4", run: "r", after: "3", .working)
            // As the run itself would do.
            try kept.save(Commit(document: next.text, next.summary, expected: .head("3")))
        }
        let report = try storage.prune(#"{"keep_last": 0}"#)
        let ids = try kept.ids
        if let failure = storage.meddled.all.first ?? nil {
            // All was gone already: the run was told, and stopped.
            #expect(failure.status == .conflict && ids == [] && report.runsDeleted == 1)
        } else if storage.meddled.all.isEmpty {
            #expect(ids == [] && kept.recall("k", run: "r") == nil)
        } else {
            #expect(ids.contains("3") && ids.contains("4") && kept.head(run: "r") == "4")
            #expect(report.runsDeleted == 0 && kept.recall("k", run: "r") == "1")
            #expect(report.deleted == 4 - ids.count)
        }
    }

    @Test("A run is deleted with its memos, and nothing else is", arguments: StorageKind.allCases)
    func deleteRun(kind: StorageKind) throws {
        let (storage, place) = try Shelf.filled(kind)
        defer { withExtendedLifetime(place) {} }
        #expect(try storage.delete(run: "t"))
        #expect(try storage.ids == ["a1", "a2", "a3", "b1", "b2", "b3"])
        #expect(try storage.recall("k", run: "t") == nil)
        #expect(try storage.recall("k", run: "s") == "1")
        #expect(try storage.head(run: "t") == nil)
        #expect(try !storage.delete(run: "t"))
        #expect(try !storage.delete(run: "a1"))
        try storage.save(SampleDocument("c3", run: "t", .idle))
        #expect(try storage.delete(run: "t"))
        try storage.remember("1", key: "alone", run: "u")
        #expect(try storage.delete(run: "u"))
    }

    @Test("A run that commits while it is deleted is gone in the end, and told")
    func deleteWhileRunning() throws {
        let kept = MemoryStorage()
        try kept.save(SampleDocument("1", run: "r"))
        let storage = Meddler(kept, atDelete: { call in
            let head = kept.head(run: "r")
            guard call <= 3, let number = head.flatMap(Int.init) else { return }
            let next = try SampleDocument("\(number + 1)", run: "r", after: head)
            try kept.save(Commit(document: next.text, next.summary, expected: .head(head)))
        })
        #expect(try storage.delete(run: "r"))
        #expect(try kept.ids == [] && kept.head(run: "r") == nil)
        let next = try SampleDocument("9", run: "r", after: "4")
        #expect(failure { try kept.save(Commit(document: next.text, next.summary, expected: .head("4"))) }?.status == .conflict)
    }
}

/// A storage in which things happen at the wrong moment.
final class Meddler: Storage {
    private let kept: MemoryStorage
    private let atHead: @Sendable (Int) throws -> Void
    private let atDelete: @Sendable (Int) throws -> Void
    private let heads = Collector<Void>()
    private let deletes = Collector<Void>()
    let damaged = Collector<String>()
    /// What came of it: nil if it worked.
    let meddled = Collector<Failure?>()

    init(
        _ kept: MemoryStorage, atHead: @escaping @Sendable (Int) throws -> Void = { _ in },
        atDelete: @escaping @Sendable (Int) throws -> Void = { _ in }
    ) {
        (self.kept, self.atHead, self.atDelete) = (kept, atHead, atDelete)
    }

    private func meddle(_ counter: Collector<Void>, _ body: (Int) throws -> Void) {
        counter.add(())
        let before = kept.head(run: "r")
        let failure = failure { try body(counter.all.count) }
        if failure != nil || kept.head(run: "r") != before { meddled.add(failure) }
    }

    func head(run: String) -> String? {
        meddle(heads, atHead)
        return kept.head(run: run)
    }

    func delete(_ id: String) throws(Failure) -> Bool {
        meddle(deletes, atDelete)
        return try kept.delete(id)
    }

    func list(workflow: String?) -> [StoredCheckpoint] {
        kept.list(workflow: workflow).map { damaged.all.contains($0.id) ? .damaged(id: $0.id, problem: "torn") : $0 }
    }

    func save(_ commit: Commit) throws(Failure) { try kept.save(commit) }
    func load(_ id: String) throws(Failure) -> Text { try kept.load(id) }
    func latest(workflow: String?) -> LatestCheckpoint { kept.latest(workflow: workflow) }
    func remember(_ value: Text, key: Text, run: String) throws(Failure) { try kept.remember(value, key: key, run: run) }
    func recall(_ key: Text, run: String) -> Text? { kept.recall(key, run: run) }
    func forget(run: String) -> Bool { kept.forget(run: run) }
}
