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
    /// Behind a reference: it is handed on at every boundary, and eight fields are dear to copy.
    private var fields: Shared

    public var id: String {
        get { fields.of.id }
        set { change { $0.id = newValue } }
    }
    public var previousID: String? {
        get { fields.of.previousID }
        set { change { $0.previousID = newValue } }
    }
    public var runID: String {
        get { fields.of.runID }
        set { change { $0.runID = newValue } }
    }
    public var workflowName: String {
        get { fields.of.workflowName }
        set { change { $0.workflowName = newValue } }
    }
    public var signature: String {
        get { fields.of.signature }
        set { change { $0.signature = newValue } }
    }
    public var kind: String {
        get { fields.of.kind }
        set { change { $0.kind = newValue } }
    }
    public var superstep: Int {
        get { fields.of.superstep }
        set { change { $0.superstep = newValue } }
    }
    /// UTC, ISO 8601 with microseconds.
    public var timestamp: String {
        get { fields.of.time.text }
        set { change { $0.time = .text(newValue) } }
    }

    /// One that was read.
    public init(
        id: String, previousID: String?, runID: String, workflowName: String, signature: String, kind: String,
        superstep: Int, timestamp: String
    ) {
        fields = Shared(
            Fields(
                id: id, previousID: previousID, runID: runID, workflowName: workflowName, signature: signature, kind: kind,
                superstep: superstep, time: .text(timestamp)))
    }

    /// One that is made `now`: in microseconds since 1970.
    public init(
        id: String, previousID: String?, runID: String, workflowName: String, signature: String, kind: CheckpointKind,
        superstep: Int, now: UInt64
    ) {
        fields = Shared(
            Fields(
                id: id, previousID: previousID, runID: runID, workflowName: workflowName, signature: signature,
                kind: kind.rawValue, superstep: superstep, time: .microseconds(now)))
    }

    /// A moment becomes a text when somebody wants to read it: of most checkpoints in memory nobody does.
    private enum Time: Equatable {
        case text(String)
        case microseconds(UInt64)

        var text: String {
            switch self {
            case .text(let text): text
            case .microseconds(let number): Timestamp.text(microseconds: number)
            }
        }

        static func == (one: Self, other: Self) -> Bool { one.text == other.text }
    }

    private struct Fields: Equatable {
        var id: String
        var previousID: String?
        var runID: String
        var workflowName: String
        var signature: String
        var kind: String
        var superstep: Int
        var time: Time
    }

    private final class Shared: Sendable {
        let of: Fields
        init(_ fields: Fields) { of = fields }
    }

    private mutating func change(_ change: (inout Fields) -> Void) {
        var changed = fields.of
        change(&changed)
        fields = Shared(changed)
    }

    public static func == (one: Self, other: Self) -> Bool { one.fields === other.fields || one.fields.of == other.fields.of }

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
