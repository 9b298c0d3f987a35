public import WorkflowModel

/// `memory:` Checkpoints, gone with the storage. Holds no reference to anything that runs.
///
/// A small boundary is kept as it is, and becomes a document when somebody asks for it: most are never asked for.
public final class MemoryStorage: Storage {
    private struct Entry {
        let summary: CheckpointSummary
        var owner: Owner?
        private var content: Content

        private enum Content {
            case document(Text)
            case boundary(Commit.Boundary)
            /// Its lists are those of others too: see `GrownLists`. Its document is not kept, which would have them alone.
            case sharing(Commit.Boundary)
        }

        /// Throws if the document would be too large.
        init(_ commit: Commit) throws(Failure) {
            summary = commit.summary
            if case .boundary(let boundary) = commit.content, boundary.canWait {
                // Its id is one that the library has made.
                content = .boundary(boundary)
            } else {
                try CheckpointID.check(summary.id)
                content = .document(try commit.document())
            }
        }

        /// It has passed the fence.
        mutating func settle(with owner: Owner) {
            self.owner = owner
            guard case .boundary(let boundary) = content else { return }
            if let snapshot = owner.snapshotToKeep(of: boundary, summary) {
                content = .sharing(boundary.kept(with: snapshot))
            } else {
                content = .boundary(boundary.kept())
            }
        }

        /// Written down when it is first asked for.
        var document: Text {
            mutating get {
                switch content {
                case .document(let document): return document
                case .sharing(let boundary): return boundary.document(summary)
                case .boundary(let boundary):
                    let document = boundary.document(summary)
                    content = .document(document)
                    return document
                }
            }
        }
    }

    /// The run of checkpoints. Remembered in its session, so that its commits need not look for it.
    private final class Owner {
        let run: Text
        /// Which storage it belongs to.
        let place: ObjectIdentifier
        var head: String?
        var count = 0
        private var lists: GrownLists?

        init(_ run: Text, in place: ObjectIdentifier) { (self.run, self.place) = (run, place) }

        /// Nil if nothing in it grows.
        func snapshotToKeep(of boundary: Commit.Boundary, _ summary: CheckpointSummary) -> Snapshot? {
            guard let changes = boundary.changes, lists != nil || changes.all.contains(where: { $0.growth != nil }) else {
                lists = nil
                return nil
            }
            let grown = lists ?? GrownLists()
            let snapshot = grown.keep(boundary.snapshot, changes, as: summary)
            lists = snapshot == nil ? nil : grown
            return snapshot
        }
    }

    private struct Kept {
        var checkpoints: [String: Entry] = [:]
        var owners: [Text: Owner] = [:]

        /// Whether it is there already. One id stands for one document.
        mutating func has(_ entry: inout Entry) throws(Failure) -> Bool {
            let id = entry.summary.id
            guard let known = checkpoints[id]?.document else { return false }
            guard known == entry.document else { throw CheckpointID.taken(id, in: MemoryStorage.place) }
            return true
        }

        mutating func remove(_ id: String) -> Bool {
            guard let owner = checkpoints.removeValue(forKey: id)?.owner else { return false }
            owner.count -= 1
            if owner.count == 0 { owners[owner.run] = nil }
            return true
        }

        /// Also for a run that has nothing here yet.
        func owner(of commit: Commit, in place: ObjectIdentifier) -> Owner {
            let known = commit.session.memory as? Owner
            // Without checkpoints a run is forgotten, and may be there anew.
            if let known, known.place == place, known.count > 0 { return known }
            let run = Text(commit.summary.runID)
            let found = owners[run] ?? Owner(run, in: place)
            // Another storage may remember something there.
            if known != nil || commit.session.memory == nil { commit.session.memory = found }
            return found
        }
    }

    private let kept = Locked(Kept())
    /// By run, then by key.
    private let memos = Locked<[Text: [Text: Text]]>([:])
    private static let place = "the memory storage"

    public init() {}

    public func save(_ commit: Commit) throws(Failure) {
        let id = commit.summary.id
        var entry = try Entry(commit)
        try kept.withLock { kept throws(Failure) in
            let owner = kept.owner(of: commit, in: ObjectIdentifier(self))
            if case .head(let expected) = commit.expected, expected != owner.head {
                if try kept.has(&entry) { return }
                throw RunFence.conflict(commit.summary.runID, expected: expected, found: owner.head)
            }
            entry.settle(with: owner)
            // It is nearly always a new one: so it is put there first.
            if let other = kept.checkpoints.updateValue(entry, forKey: id) {
                kept.checkpoints[id] = other
                _ = try kept.has(&entry)
                return
            }
            if owner.count == 0 { kept.owners[owner.run] = owner }
            owner.count += 1
            // What a run commits comes after its head, also if the host has made an id that is greater than ours.
            if case .any = commit.expected, let head = owner.head, id < head { return }
            owner.head = id
        }
    }

    public func head(run: String) -> String? { kept.withLock { $0.owners[Text(run)]?.head } }

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
        kept.withLock { kept in kept.owners[Text(run)]?.head == head ? ids.filter { kept.remove($0) } : [] }
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
