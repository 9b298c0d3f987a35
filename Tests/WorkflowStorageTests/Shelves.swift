import Testing
import WorkflowModel
import WorkflowStorage
import WorkflowTestSupport

/// Three runs of two workflows, their checkpoints in turn: `r` is done, `s` waits for an answer, `t` is in the middle of
/// its work. Each has three checkpoints, which were made an hour apart, and a memo.
enum Shelf {
    static let ids = ["a1", "b1", "c1", "a2", "b2", "c2", "a3", "b3", "c3"]
    static let hour: UInt64 = 3_600_000_000

    /// Microseconds since 1970: four hours after the first checkpoint of a run.
    static let now: UInt64 = 10 * hour

    static func fill(_ storage: any Storage) throws {
        for (index, id) in ids.enumerated() {
            let (run, status, workflow): (String, CheckpointStatus, String) = [
                ("r", .idle, "x"), ("s", .waiting, "x"), ("t", .working, "y"),
            ][index % 3]
            let step = index / 3 + 1
            let document = try SampleDocument(
                id, run: run, after: step == 1 ? nil : ids[index - 3], step == 3 ? status : .working, workflow: workflow,
                superstep: step, timestamp: Timestamp.text(microseconds: now - UInt64(5 - step) * hour))
            try storage.save(document)
        }
        for run in ["r", "s", "t"] { try storage.remember("1", key: "k", run: run) }
    }

    static func filled(_ kind: StorageKind) throws -> (storage: any Storage, place: TemporaryDirectory) {
        let (storage, place) = try kind.make()
        try fill(storage)
        return (storage, place)
    }
}

extension Storage {
    /// The ids of all that is there.
    var ids: [String] { get throws { try list(workflow: nil).map(\.id) } }

    func find(_ json: Text) throws -> StoragePage<StoredCheckpoint> { try find(StorageQuery(json)) }
    func runs(_ json: Text) throws -> StoragePage<RunEntry> { try runs(StorageQuery(json)) }
    func prune(_ json: Text) throws -> PruneReport { try prune(PrunePolicy(json), now: Shelf.now) }
}
