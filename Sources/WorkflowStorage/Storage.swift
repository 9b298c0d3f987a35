public import WorkflowJSON
public import WorkflowModel

/// Where checkpoints are kept. Any thread may call any method at any time.
///
/// `save` returns when the checkpoint is as durable as the storage makes it, and changes nothing when it throws.
/// Ids are compared by their bytes; those that the library makes are in the order of time, so the greatest id is the
/// latest checkpoint.
public protocol Storage: AnyObject, Sendable {
    /// Keeps a checkpoint under its id and makes it the head of its run. Saving the same document again is no error; another
    /// one of that id is. A `conflict` if the head of the run is not the expected one: then somebody else went on from there.
    func save(_ commit: Commit) throws(Failure)
    /// The id that a run's next commit must expect: the greatest that was committed for it. Nil for a run that is not known.
    /// A fence, not a promise: the checkpoint itself may be deleted by now.
    func head(run: String) throws(Failure) -> String?
    /// Whether two writers of one run are kept apart. Without it `save` looks at no head, and `head` is nil.
    var isFenced: Bool { get }
    /// Whether a document comes back byte for byte. Otherwise the JSON value is the same.
    var keepsBytes: Bool { get }
    /// The document as it was saved.
    func load(_ id: String) throws(Failure) -> Text
    /// The same, before it is written down, where that costs less.
    func content(_ id: String) throws(Failure) -> StoredContent
    /// In the order of ids; of all workflows if `workflow` is nil. What cannot be read is listed too.
    func list(workflow: String?) throws(Failure) -> [StoredCheckpoint]
    /// The latest readable checkpoint.
    func latest(workflow: String?) throws(Failure) -> LatestCheckpoint
    /// False if there was none.
    func delete(_ id: String) throws(Failure) -> Bool

    /// Keeps a memo: what a run must know again, whatever becomes of the superstep at hand. As durable as a checkpoint when
    /// it returns. The first value of a key stays: the same again is no error, another one is a `conflict`.
    func remember(_ value: Text, key: Text, run: String) throws(Failure)
    /// Nil if nothing was remembered. A memo that cannot be read is an error: the work it stands for is done.
    func recall(_ key: Text, run: String) throws(Failure) -> Text?
    /// Deletes the memos of a run. False if there were none.
    func forget(run: String) throws(Failure) -> Bool
    /// All memos of a run, in the order of keys. Nil if the storage cannot tell.
    func memos(run: String) throws(Failure) -> [(key: Text, value: Text)]?
    /// Reads all memos of all runs. Nil if the storage cannot tell.
    func verifyMemos() throws(Failure) -> MemoReport?
    /// What is wrong with the form in which all of it is kept, each as a sentence: damage that hides nothing today.
    func verifyForm() throws(Failure) -> [String]

    // What follows is there for every storage, see `Care`; one that need not read documents for it has its own.

    /// Checkpoints. Those that cannot be read are among them, unless it is known that they do not fit.
    func find(_ query: StorageQuery) throws(Failure) -> StoragePage<StoredCheckpoint>
    /// Runs, in the order of their last checkpoints, which `before`, `after`, `kind` and `status` are about.
    func runs(_ query: StorageQuery) throws(Failure) -> StoragePage<RunEntry>
    func details(_ id: String) throws(Failure) -> CheckpointDetails
    /// How many bytes a checkpoint takes.
    func size(of id: String) throws(Failure) -> Int
    /// Deletes checkpoints of one run, one after the other, as long as its head is the one given. Gives those that went.
    func delete(_ ids: [String], run: String, whileHeadIs head: String?) throws(Failure) -> [String]
    /// Gives back the space of what was deleted, as far as that is not done yet.
    func reclaim() throws(Failure)
    /// Deletes the checkpoints of a run, its head and its memos. False if there was nothing.
    func delete(run: String) throws(Failure) -> Bool
    /// Deletes what the policy names; never of a run that is not done, but for `trimsLive`. `now`: microseconds since 1970.
    func prune(_ policy: PrunePolicy, now: UInt64) throws(Failure) -> PruneReport
    /// Reads everything.
    func verify() throws(Failure) -> VerifyReport
}

extension Storage {
    public var isFenced: Bool { true }
    public var keepsBytes: Bool { true }

    public func content(_ id: String) throws(Failure) -> StoredContent { .document(try load(id)) }

    /// Keeps a document that the host brings.
    public func save(_ document: Text, _ summary: CheckpointSummary) throws(Failure) {
        try save(Commit(document: document, summary))
    }
}

/// A storage that keeps checkpoints only.
extension Storage {
    public func remember(_ value: Text, key: Text, run: String) throws(Failure) { throw Memo.unsupported }
    public func recall(_ key: Text, run: String) throws(Failure) -> Text? { throw Memo.unsupported }
    public func forget(run: String) throws(Failure) -> Bool { false }
    public func memos(run: String) throws(Failure) -> [(key: Text, value: Text)]? { nil }
    public func verifyMemos() throws(Failure) -> MemoReport? { nil }
    public func verifyForm() throws(Failure) -> [String] { [] }
}

/// What `latest` found.
public struct LatestCheckpoint: Sendable {
    /// Nil if there is none.
    public var id: String?
    /// Later entries that cannot be read, each as a sentence: whoever resumes must be told.
    public var skipped: [String] = []
    /// The checkpoint itself, if it had to be read to be found.
    public var content: StoredContent?

    public init(id: String?, skipped: [String] = []) {
        self.id = id
        self.skipped = skipped
    }
}

/// A checkpoint that was read.
public enum StoredContent: Sendable {
    case document(Text)
    /// Indirect: it is large.
    indirect case assembly(CheckpointAssembly)

    public var document: Text {
        switch self {
        case .document(let document): document
        case .assembly(let assembly): assembly.document
        }
    }
}

/// One entry of a listing.
public enum StoredCheckpoint: Sendable {
    case good(CheckpointSummary)
    /// It is there but cannot be read; `problem` says why and where.
    case damaged(id: String, problem: String)

    public var id: String {
        switch self {
        case .good(let summary): summary.id
        case .damaged(let id, _): id
        }
    }
}

/// Makes a storage from its address.
public enum StorageURL {
    public static func open(_ url: String) throws(Failure) -> any Storage {
        if url == "memory:" { return MemoryStorage() }
        if let path = try suffix(of: url, after: "directory:") { return try DirectoryStorage(path: path) }
        if let path = try suffix(of: url, after: "sqlite:") { return try SQLiteStorage(path: path) }
        throw Failure(
            .invalid,
            "'\(url.printable)' is no storage that this version knows; use 'sqlite:PATH', 'directory:PATH' or 'memory:'")
    }

    private static func suffix(of url: String, after scheme: String) throws(Failure) -> String? {
        guard url.utf8.starts(with: scheme.utf8) else { return nil }
        let path = String(url.dropFirst(scheme.count))
        guard !path.hasPrefix("//") else {
            throw Failure(
                .invalid, "'\(url.printable)' has '//' where the path begins: write '\(scheme)' and the path as it is, such as "
                    + "'\(scheme)runs' or '\(scheme)/var/lib/runs'")
        }
        return path
    }
}

/// Checkpoint ids come from hosts and become file names.
enum CheckpointID {
    static func check(_ id: String) throws(Failure) {
        var bytes = id
        let isAllowed = bytes.withUTF8 { bytes in
            for byte in bytes {
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    break
                default: return false
                }
            }
            return 1...200 ~= bytes.count && bytes.first != UInt8(ascii: ".")
        }
        guard isAllowed else {
            throw Failure(
                .invalid,
                "'\(id.printable)' cannot be a checkpoint id: ids are 1 to 200 of A-Z a-z 0-9 - _ . and do not start with a dot, "
                    + "so that none can leave its storage")
        }
    }

    static func unknown(_ id: String, in place: String) -> Failure {
        Failure(.notFound, "there is no checkpoint '\(id)' in \(place)")
    }

    static func taken(_ id: String, in place: String) -> Failure {
        Failure(.exists, "\(place) already has a different checkpoint '\(id)'; nothing was changed")
    }
}

/// Two writers of one run.
enum RunFence {
    static func conflict(_ run: String, expected: String?, found: String?) -> Failure {
        let run = run.printable
        guard let expected else {
            return Failure(
                .conflict, "the run '\(run)' is there already, at checkpoint '\(found?.printable ?? "")': resume it, or give the new run "
                    + "another id. Nothing was saved")
        }
        guard let found else {
            return Failure(
                .conflict, "the run '\(run)' has gone from the storage: somebody deleted its checkpoints. Nothing was saved")
        }
        return Failure(
            .conflict, "the run '\(run)' went on elsewhere: its last checkpoint is '\(found.printable)', not '\(expected.printable)'. "
                + "Nothing was saved, and this run stops; resume it to go on from there")
    }
}

extension Failure {
    /// The system did not give what was asked for: that says nothing about what is there. Tomorrow it may be whole.
    var isOfTheSystem: Bool { status == .storage || status == .outOfMemory }
}
