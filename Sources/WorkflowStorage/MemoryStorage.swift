public import WorkflowModel

/// `memory:` Checkpoints as bytes, gone with the storage. Holds no reference to anything that runs.
public final class MemoryStorage: Storage {
    private let kept = Locked<[String: (document: Text, summary: CheckpointSummary)]>([:])
    /// By run, then by key.
    private let memos = Locked<[Text: [Text: Text]]>([:])
    private static let place = "the memory storage"

    public init() {}

    public func save(_ document: Text, _ summary: CheckpointSummary) throws(Failure) {
        try CheckpointID.check(summary.id)
        try kept.withLock { kept throws(Failure) in
            if let other = kept[summary.id], other.document != document {
                throw CheckpointID.taken(summary.id, in: Self.place)
            }
            kept[summary.id] = (document, summary)
        }
    }

    public func load(_ id: String) throws(Failure) -> Text {
        try CheckpointID.check(id)
        guard let document = kept.withLock({ $0[id]?.document }) else {
            throw CheckpointID.unknown(id, in: Self.place)
        }
        return document
    }

    public func list(workflow: String?) -> [StoredCheckpoint] {
        kept.withLock { $0.values.map(\.summary) }
            .filter { workflow == nil || $0.workflowName == workflow }
            .sorted { $0.id < $1.id }
            .map { .good($0) }
    }

    public func latest(workflow: String?) -> LatestCheckpoint {
        kept.withLock { kept in
            let own = kept.values.lazy.map(\.summary).filter { workflow == nil || $0.workflowName == workflow }
            return LatestCheckpoint(id: own.map(\.id).max())
        }
    }

    public func delete(_ id: String) throws(Failure) -> Bool {
        try CheckpointID.check(id)
        return kept.withLock { $0.removeValue(forKey: id) != nil }
    }

    public func remember(_ value: Text, key: Text, run: String) throws(Failure) {
        let run = Text(run)
        try memos.withLock { memos throws(Failure) in
            if let other = memos[run]?[key] {
                guard other == value else { throw Memo.taken(key, in: Self.place) }
            } else {
                memos[run, default: [:]][key] = value
            }
        }
    }

    public func recall(_ key: Text, run: String) -> Text? {
        let run = Text(run)
        return memos.withLock { $0[run]?[key] }
    }

    public func forget(run: String) -> Bool {
        let run = Text(run)
        return memos.withLock { $0.removeValue(forKey: run) != nil }
    }
}
