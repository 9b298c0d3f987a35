public import WorkflowModel
import WorkflowJSON

/// Which runs or checkpoints of a storage, and how many at a time.
public struct StorageQuery: Sendable, Equatable {
    public enum Order: String, Sendable, CaseIterable { case oldest, newest }

    public var runID: String?
    public var workflowName: String?
    public var status: CheckpointStatus?
    public var kind: CheckpointKind?
    /// Only ids smaller than this one.
    public var before: String?
    /// Only ids greater than this one.
    public var after: String?
    public var limit = 100
    public var order = Order.newest

    public static let largestLimit = 10_000

    public init() {}

    /// What a host wrote as JSON.
    public init(_ text: Text) throws(Failure) {
        let fields = try JSONFields(
            text, as: "the query", known: ["run_id", "workflow_name", "status", "kind", "before", "after", "limit", "order"])
        runID = try fields.string("run_id")
        workflowName = try fields.string("workflow_name")
        status = try fields.choice("status", of: CheckpointStatus.self)
        kind = try fields.choice("kind", of: CheckpointKind.self)
        before = try fields.string("before")
        after = try fields.string("after")
        limit = try fields.integer("limit", in: 1...Self.largestLimit) ?? limit
        order = try fields.choice("order", of: Order.self) ?? order
    }

    /// Whether an id is between `after` and `before`.
    public func spans(_ id: String) -> Bool {
        if let before, !id.utf8.lexicographicallyPrecedes(before.utf8) { return false }
        if let after, !after.utf8.lexicographicallyPrecedes(id.utf8) { return false }
        return true
    }

    /// All but `status`, which does not stand in the head of a document.
    public func fits(_ summary: CheckpointSummary) -> Bool {
        spans(summary.id) && isOf(summary) && (kind == nil || kind?.rawValue == summary.kind)
    }

    /// Whether it is of the run and of the workflow.
    func isOf(_ summary: CheckpointSummary) -> Bool {
        (runID.map { Name($0) == Name(summary.runID) } ?? true)
            && (workflowName.map { Name($0) == Name(summary.workflowName) } ?? true)
    }

    /// What is in the order of ids in the order of the query.
    func ordered<Element>(_ entries: [Element]) -> [Element] { order == .oldest ? entries : entries.reversed() }
}

/// A part of an answer, in the order of the query.
public struct StoragePage<Entry: Sendable>: Sendable {
    public var entries: [Entry] = []
    /// Nil when this is all. Else the `before` (newest first) or `after` (oldest first) of the next page.
    public var next: String?

    public init(_ entries: [Entry] = [], next: String? = nil) {
        self.entries = entries
        self.next = next
    }
}

extension StoragePage: Equatable where Entry: Equatable {}
