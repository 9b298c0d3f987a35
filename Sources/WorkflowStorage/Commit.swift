import WorkflowJSON
public import WorkflowModel

/// A checkpoint on its way into a storage.
public struct Commit: Sendable {
    public let summary: CheckpointSummary
    let content: Content
    /// Which checkpoint of the run it must follow.
    public let expected: ExpectedHead
    public let durability: Durability
    /// What the storage wants to remember between the commits of one run.
    let session: StorageSession

    enum Content: Sendable {
        case document(Text)
        case boundary(Boundary)
    }

    /// A run's last boundary, before anybody has written it down.
    public struct Boundary: Sendable {
        public let snapshot: Snapshot
        public let graph: Graph
        /// Of the graph, in one line.
        public let definition: Text
        /// What has changed since the checkpoint `previousID`; nil if that is not known.
        public let changes: StateChanges?

        public init(_ snapshot: Snapshot, graph: Graph, definition: Text, changes: StateChanges?) {
            self.snapshot = snapshot
            self.graph = graph
            self.definition = definition
            self.changes = changes
        }
    }

    /// A document that the host brings.
    public init(document: Text, _ summary: CheckpointSummary, expected: ExpectedHead = .any, durability: Durability = .full) {
        self.summary = summary
        content = .document(document)
        self.expected = expected
        self.durability = durability
        session = StorageSession()
    }

    /// A boundary of a run.
    public init(
        _ boundary: Boundary, _ summary: CheckpointSummary, expected: ExpectedHead, durability: Durability, in session: StorageSession
    ) {
        self.summary = summary
        content = .boundary(boundary)
        self.expected = expected
        self.durability = durability
        self.session = session
    }

    /// The checkpoint document. Made by each call.
    public func document() throws(Failure) -> Text {
        switch content {
        case .document(let document): return document
        case .boundary(let boundary):
            let document = CheckpointDocument.text(
                of: Checkpoint(summary: summary, snapshot: boundary.snapshot), graph: boundary.graph, definition: boundary.definition)
            try summary.check(size: document.count)
            return document
        }
    }
}

extension CheckpointSummary {
    /// What is saved must be readable again.
    func check(size: Int) throws(Failure) {
        guard size <= JSON.largestText else {
            throw Failure(
                .limit,
                "the checkpoint of superstep \(superstep) has \(size) bytes; at most \(JSON.largestText) can be read again. "
                    + "Keep large data elsewhere and send its name", superstep: superstep)
        }
    }
}

/// The fence: which checkpoint must be the head of the run when the next one is committed.
public enum ExpectedHead: Sendable, Equatable {
    /// A document that the host saves: it becomes the head if its id is greater.
    case any
    /// Of a run; nil: the storage must not know the run yet.
    case head(String?)
}

/// What a checkpoint survives once `save` has returned.
public enum Durability: Sendable {
    /// Power loss.
    case full
    /// The death of the process, not that of the machine.
    case process
}

/// What a storage remembers between the commits of one run. Belongs to the run; used by one thread at a time.
public final class StorageSession: @unchecked Sendable {
    var memory: AnyObject?

    public init() {}
}
