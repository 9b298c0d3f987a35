public import WorkflowModel

/// The host's own code behind a storage. Any thread may call any method at any time.
public protocol StorageCode: Sendable {
    /// Whether it gives back the JSON value that it got, but perhaps not its bytes.
    var reformats: Bool { get }
    /// Whether `latest` is there; without it `list` serves.
    var findsLatest: Bool { get }

    /// False if it has something of that id already, and then it has changed nothing.
    func save(_ id: String, workflow: String, _ document: Text) throws(Failure) -> Bool
    /// Nil if there is none.
    func load(_ id: String) throws(Failure) -> Text?
    /// In any order; more than those of the workflow is no harm.
    func list(workflow: String?) throws(Failure) -> [String]
    /// Nil if there is none.
    func latest(workflow: String?) throws(Failure) -> String?
    /// False if there was none.
    func remove(_ id: String) throws(Failure) -> Bool

    /// Whether the three below are there.
    var keepsMemos: Bool { get }
    /// False if it has something for that run and key already, and then it has changed nothing.
    func remember(_ key: Text, run: Text, _ memo: Text) throws(Failure) -> Bool
    /// Nil if there is none.
    func recall(_ key: Text, run: Text) throws(Failure) -> Text?
    /// All memos of the run. False if there were none.
    func forget(run: Text) throws(Failure) -> Bool

    /// Whether the two below are there; then `save` is not called.
    var isFenced: Bool { get }
    /// Keeps a document and makes `head` the head of its run, in one step, if `expected` is the head: nil if the run must be
    /// new. Otherwise it changes nothing.
    func commit(
        _ id: String, run: Text, expected: String?, head: String, workflow: String, _ document: Text
    ) throws(Failure) -> CommitAnswer
    /// Nil for a run that is not known.
    func head(run: Text) throws(Failure) -> String?
}

public enum CommitAnswer: Sendable {
    case kept
    /// There is something of that id already.
    case exists
    /// Another head than the expected one.
    case conflict
}

/// One that cannot tell who else writes.
extension StorageCode {
    public var isFenced: Bool { false }

    public func commit(
        _ id: String, run: Text, expected: String?, head: String, workflow: String, _ document: Text
    ) throws(Failure) -> CommitAnswer {
        try save(id, workflow: workflow, document) ? .kept : .exists
    }

    public func head(run: Text) throws(Failure) -> String? { nil }
}
