public import WorkflowModel
public import WorkflowStorage

/// The least that a host must write, over a dictionary; it may fail, lose, damage and reformat what it has.
public final class ScriptedStorage: StorageCode {
    private let kept = Locked<[String: (workflow: String, document: Text)]>([:])
    /// Of each run its head and the checkpoints that were committed. Taken before `kept`.
    private let runs = Locked<[Text: (head: String, ids: Set<String>)]>([:])
    private let memos = Locked<[Text: [Text: Text]]>([:])
    public let reformats: Bool
    public let findsLatest: Bool
    public let isFenced: Bool
    /// Throws what this says for the function of that name.
    public let trouble = Locked<[String: Failure]>([:])

    public init(reformats: Bool = false, findsLatest: Bool = false, isFenced: Bool = false) {
        self.reformats = reformats
        self.findsLatest = findsLatest
        self.isFenced = isFenced
    }

    public func commit(
        _ id: String, run: Text, expected: String?, head: String, workflow: String, _ document: Text
    ) throws(Failure) -> CommitAnswer {
        try check("commit")
        return try runs.withLock { runs throws(Failure) in
            guard runs[run]?.head == expected else { return .conflict }
            guard try save(id, workflow: workflow, document) else { return .exists }
            runs[run, default: (head, [])].head = head
            runs[run]?.ids.insert(id)
            return .kept
        }
    }

    public func head(run: Text) throws(Failure) -> String? {
        try check("head")
        return runs.withLock { $0[run]?.head }
    }

    public func save(_ id: String, workflow: String, _ document: Text) throws(Failure) -> Bool {
        try check("save")
        return kept.withLock { kept in
            guard kept[id] == nil else { return false }
            kept[id] = (workflow, document)
            return true
        }
    }

    public func load(_ id: String) throws(Failure) -> Text? {
        try check("load")
        let document = kept.withLock { $0[id]?.document }
        return reformats ? document.map(reformatted) : document
    }

    public func list(workflow: String?) throws(Failure) -> [String] {
        try check("list")
        return kept.withLock { $0.filter { workflow == nil || $0.value.workflow == workflow }.map(\.key) }
    }

    public func latest(workflow: String?) throws(Failure) -> String? {
        try check("latest")
        return try list(workflow: workflow).max()
    }

    public func remove(_ id: String) throws(Failure) -> Bool {
        try check("remove")
        return runs.withLock { runs in
            for run in runs.keys {
                runs[run]?.ids.remove(id)
                if runs[run]?.ids.isEmpty == true { runs[run] = nil }
            }
            return kept.withLock { $0.removeValue(forKey: id) != nil }
        }
    }

    public var keepsMemos: Bool { true }

    public func remember(_ key: Text, run: Text, _ memo: Text) throws(Failure) -> Bool {
        try check("remember")
        return memos.withLock { memos in
            guard memos[run]?[key] == nil else { return false }
            memos[run, default: [:]][key] = memo
            return true
        }
    }

    public func recall(_ key: Text, run: Text) throws(Failure) -> Text? {
        try check("recall")
        let memo = memos.withLock { $0[run]?[key] }
        return reformats ? memo.map(reformatted) : memo
    }

    public func forget(run: Text) throws(Failure) -> Bool {
        try check("forget")
        return memos.withLock { $0.removeValue(forKey: run) != nil }
    }

    /// What the memos are from now on.
    public func putMemo(_ key: Text, run: Text, _ memo: Text?) { memos.withLock { $0[run, default: [:]][key] = memo } }

    public func memo(_ key: Text, run: Text) -> Text? { memos.withLock { $0[run]?[key] } }

    /// Puts something there that was never saved.
    public func put(_ id: String, _ document: Text, workflow: String = "flow") {
        kept.withLock { $0[id] = (workflow, document) }
    }

    /// What it has, as it got it.
    public func document(_ id: String) -> Text? { kept.withLock { $0[id]?.document } }

    private func check(_ function: String) throws(Failure) {
        if let failure = trouble.withLock({ $0[function] }) { throw failure }
    }

    /// The white space between its members is not kept.
    private func reformatted(_ document: Text) -> Text {
        Text(document.string.split(separator: "\n").joined(separator: " \t"))
    }
}
