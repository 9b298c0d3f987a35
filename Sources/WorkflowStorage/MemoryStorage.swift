public import WorkflowModel

/// `memory:` Checkpoints as bytes, gone with the storage. Holds no reference to anything that runs.
public final class MemoryStorage: Storage {
    private struct Kept {
        var checkpoints: [String: (document: Text, summary: CheckpointSummary)] = [:]
        var runs: [Text: (head: String, count: Int)] = [:]

        mutating func remove(_ id: String) -> Bool {
            guard let run = (checkpoints.removeValue(forKey: id)?.summary.runID).map({ Text($0) }) else { return false }
            runs[run]?.count -= 1
            if runs[run]?.count == 0 { runs[run] = nil }
            return true
        }
    }

    private let kept = Locked(Kept())
    /// By run, then by key.
    private let memos = Locked<[Text: [Text: Text]]>([:])
    private static let place = "the memory storage"

    public init() {}

    public func save(_ commit: Commit) throws(Failure) {
        let (id, run) = (commit.summary.id, Text(commit.summary.runID))
        try CheckpointID.check(id)
        let document = try commit.document()
        try kept.withLock { kept throws(Failure) in
            if let other = kept.checkpoints[id] {
                guard other.document == document else { throw CheckpointID.taken(id, in: Self.place) }
                return
            }
            let head = kept.runs[run]?.head
            if case .head(let expected) = commit.expected, expected != head {
                throw RunFence.conflict(commit.summary.runID, expected: expected, found: head)
            }
            kept.checkpoints[id] = (document, commit.summary)
            // What a run commits comes after its head, also if the host has made an id that is greater than ours.
            let newHead = if case .any = commit.expected, let head, id < head { head } else { id }
            kept.runs[run] = (newHead, (kept.runs[run]?.count ?? 0) + 1)
        }
    }

    public func head(run: String) -> String? { kept.withLock { $0.runs[Text(run)]?.head } }

    public func load(_ id: String) throws(Failure) -> Text {
        try CheckpointID.check(id)
        guard let document = kept.withLock({ $0.checkpoints[id]?.document }) else {
            throw CheckpointID.unknown(id, in: Self.place)
        }
        return document
    }

    public func list(workflow: String?) -> [StoredCheckpoint] {
        kept.withLock { $0.checkpoints.values.map(\.summary) }
            .filter { $0.isOf(workflow: workflow) }
            .sorted { $0.id < $1.id }
            .map { .good($0) }
    }

    public func latest(workflow: String?) -> LatestCheckpoint {
        kept.withLock { kept in
            let own = kept.checkpoints.values.lazy.map(\.summary).filter { $0.isOf(workflow: workflow) }
            return LatestCheckpoint(id: own.map(\.id).max())
        }
    }

    public func delete(_ id: String) throws(Failure) -> Bool {
        try CheckpointID.check(id)
        return kept.withLock { $0.remove(id) }
    }

    public func delete(_ ids: [String], run: String, whileHeadIs head: String?) -> [String] {
        kept.withLock { kept in kept.runs[Text(run)]?.head == head ? ids.filter { kept.remove($0) } : [] }
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

    public func memos(run: String) -> [(key: Text, value: Text)]? {
        let run = Text(run)
        return memos.withLock { $0[run] ?? [:] }.map { (key: $0.key, value: $0.value) }.sorted { $0.key < $1.key }
    }

    public func verifyMemos() -> MemoReport? {
        var report = MemoReport()
        report.memos = memos.withLock { $0.values.reduce(0) { $0 + $1.count } }
        return report
    }

    public func forget(run: String) -> Bool {
        let run = Text(run)
        return memos.withLock { $0.removeValue(forKey: run) != nil }
    }
}
