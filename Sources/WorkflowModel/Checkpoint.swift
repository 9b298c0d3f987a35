/// Why a checkpoint was made.
public enum CheckpointKind: String, Sendable, CaseIterable {
    /// The input is queued; no superstep has run on it.
    case entry
    /// A superstep is committed.
    case superstep
    /// Answers to requests are queued, or requests were withdrawn.
    case response
    /// A superstep failed, or waits before it tries again: what succeeded in it.
    case partial
    /// Taken up from a checkpoint of another run, or from one that was edited or migrated; nothing has run since.
    case fork

    /// Storages keep the places in this list: new kinds go to its end.
    public static let all: [CheckpointKind] = [.entry, .superstep, .response, .partial, .fork]
}

/// What a storage shows of a checkpoint without loading it.
public struct CheckpointSummary: Sendable, Equatable {
    public var id: String
    public var previousID: String?
    public var runID: String
    public var workflowName: String
    public var signature: String
    public var kind: String
    public var superstep: Int
    /// UTC, ISO 8601 with microseconds.
    public var timestamp: String

    public init(
        id: String, previousID: String?, runID: String, workflowName: String, signature: String, kind: String,
        superstep: Int, timestamp: String
    ) {
        self.id = id
        self.previousID = previousID
        self.runID = runID
        self.workflowName = workflowName
        self.signature = signature
        self.kind = kind
        self.superstep = superstep
        self.timestamp = timestamp
    }

    /// Whether it is of that workflow, whose name is compared by its bytes; nil stands for all.
    public func isOf(workflow: String?) -> Bool { workflow.map { Name($0) == Name(workflowName) } ?? true }
}

/// A snapshot with its place in the tree of its run.
public struct Checkpoint: Sendable {
    public var summary: CheckpointSummary
    public var snapshot: Snapshot

    public init(summary: CheckpointSummary, snapshot: Snapshot) {
        self.summary = summary
        self.snapshot = snapshot
    }
}
