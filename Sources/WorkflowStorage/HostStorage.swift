import WorkflowJSON
public import WorkflowModel

/// A storage that the host wrote: where the documents are is its business, that they are whole is ours.
///
/// Documents go out sealed, as into a file, unless the host reformats them. No lock is held while its code runs.
public final class HostStorage: Storage {
    let code: any StorageCode
    static let place = "the host's storage"

    public init(_ code: any StorageCode) { self.code = code }

    public var keepsBytes: Bool { !code.reformats }

    public func save(_ commit: Commit) throws(Failure) {
        let id = commit.summary.id
        try CheckpointID.check(id)
        try requireName(commit.summary.runID, "run id")
        try requireName(commit.summary.workflowName, "workflow name")
        let document = try commit.document()
        let kept = code.reformats ? document : try SealedDocument.seal(document)
        if code.isFenced { return try save(commit.summary, document, as: kept, commit.expected) }
        guard try !code.save(id, workflow: commit.summary.workflowName, kept) else { return }
        guard let other = try? read(id).document, isSame(other, document) else { throw CheckpointID.taken(id, in: Self.place) }
    }

    /// The callbacks are told texts up to their NUL: two names must not look the same to them.
    func requireName(_ name: String, _ kind: String) throws(Failure) {
        guard !name.utf8.contains(0) else {
            throw Failure(.invalid, "the \(kind) '\(name.printable)' has a NUL in it: \(Self.place) cannot be told of it")
        }
    }

    func isSame(_ left: Text, _ right: Text) -> Bool {
        code.reformats ? JSON.isSame(left, right) : left == right
    }

    public func load(_ id: String) throws(Failure) -> Text {
        try CheckpointID.check(id)
        return try read(id).document
    }

    func read(_ id: String) throws(Failure) -> (document: Text, summary: CheckpointSummary) {
        guard let text = try code.load(id) else { throw CheckpointID.unknown(id, in: Self.place) }
        let what = "the checkpoint '\(id)' from \(Self.place)"
        let document = try opened(text, what)
        let summary = try CheckpointDocument.summary(of: document, as: what)
        guard summary.id == id else {
            throw Failure(.checkpoint, "\(what) is the checkpoint '\(summary.id.printable)': \(Self.place) has mixed them up")
        }
        return (document, summary)
    }

    private func opened(_ text: Text, _ what: String) throws(Failure) -> Text {
        do throws(Failure) {
            guard code.reformats else { return try SealedDocument.open(text, as: what) }
            try JSON.check(text, as: what)
            return CheckpointDocument.normalized(text)
        } catch {
            let hint =
                code.reformats
                ? ". It is damaged or cut short"
                : ". If the storage writes documents in its own way, as JSON columns of a database do, set WF_UNSEALED"
            throw Failure(.checkpoint, error.message + hint, offset: error.offset)
        }
    }

    public func list(workflow: String?) throws(Failure) -> [StoredCheckpoint] {
        var found: [StoredCheckpoint] = []
        for id in try ids(workflow) {
            if let entry = try look(id, workflow) { found.append(entry) }
        }
        return found
    }

    public func latest(workflow: String?) throws(Failure) -> LatestCheckpoint {
        if code.findsLatest {
            guard let id = try code.latest(workflow: workflow) else { return LatestCheckpoint(id: nil) }
            if case .good? = try look(id, workflow) { return LatestCheckpoint(id: id) }
        }
        var latest = LatestCheckpoint(id: nil)
        for id in try ids(workflow).reversed() {
            switch try look(id, workflow) {
            case .good:
                latest.id = id
                return latest
            case .damaged(_, let problem): latest.skipped.append(problem)
            case nil: continue
            }
        }
        return latest
    }

    /// Nil if it is gone by now or of another workflow. A storage that cannot be read at all is not a damaged checkpoint:
    /// nobody is to go on from an older one for that.
    private func look(_ id: String, _ workflow: String?) throws(Failure) -> StoredCheckpoint? {
        do throws(Failure) {
            try CheckpointID.check(id)
            let summary = try read(id).summary
            return summary.isOf(workflow: workflow) ? .good(summary) : nil
        } catch {
            switch error.status {
            case .notFound: return nil
            case .storage: throw error
            default: return .damaged(id: id, problem: error.message)
            }
        }
    }

    public func delete(_ id: String) throws(Failure) -> Bool {
        try CheckpointID.check(id)
        return try code.remove(id)
    }

    public func remember(_ value: Text, key: Text, run: String) throws(Failure) {
        guard code.keepsMemos else { throw Memo.unsupported }
        try requireName(run, "run id")
        try requireName(key.string, "key")
        let memo = Memo.text(of: value, key: key, run: run)
        guard try !code.remember(key, run: Text(run), code.reformats ? memo : try SealedDocument.seal(memo)) else { return }
        guard let other = try recall(key, run: run), isSame(other, value) else { throw Memo.taken(key, in: Self.place) }
    }

    public func recall(_ key: Text, run: String) throws(Failure) -> Text? {
        guard code.keepsMemos else { throw Memo.unsupported }
        try requireName(run, "run id")
        try requireName(key.string, "key")
        guard let text = try code.recall(key, run: Text(run)) else { return nil }
        let what = "the memo '\(key.string.printable)' from \(Self.place)"
        return try Memo.value(of: try opened(text, what), key: key, run: run, as: what)
    }

    public func forget(run: String) throws(Failure) -> Bool {
        guard code.keepsMemos else { return false }
        try requireName(run, "run id")
        return try code.forget(run: Text(run))
    }

    /// It recalls by key, and lists none.
    public func memos(run: String) -> [(key: Text, value: Text)]? { code.keepsMemos ? nil : [] }

    /// Each once, in the order of their bytes.
    private func ids(_ workflow: String?) throws(Failure) -> [String] {
        Set(try code.list(workflow: workflow)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
