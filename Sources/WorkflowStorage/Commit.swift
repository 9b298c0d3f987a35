import WorkflowJSON
public import WorkflowModel

/// A checkpoint on its way into a storage. A class, as its boundary, because it has many parts and goes through many hands.
public final class Commit: Sendable {
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
    public final class Boundary: Sendable {
        public let snapshot: Snapshot
        public let graph: Graph
        private let line: DefinitionLine
        /// What has changed since the checkpoint `previousID`; nil if that is not known.
        public let changes: StateChanges?

        public init(_ snapshot: Snapshot, graph: Graph, definition: DefinitionLine, changes: StateChanges?) {
            self.snapshot = snapshot
            self.graph = graph
            line = definition
            self.changes = changes
        }

        /// Of the graph, in one line.
        public var definition: Text { line.text }

        /// The same for keeping: without what was there before, and without objects of the host's, which were encoded for the commit.
        /// `other` says the same as its own snapshot.
        func kept(with other: Snapshot? = nil) -> Boundary {
            let hasValues = snapshot.messages.contains(where: \.payload.isHostValue)
            if !hasValues, other == nil, changes?.all.isEmpty ?? true { return self }
            var snapshot = other ?? snapshot
            if hasValues { for place in snapshot.messages.indices { snapshot.messages[place].payload.forgetValue() } }
            return Boundary(snapshot, graph: graph, definition: line, changes: nil)
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
            let document = boundary.document(summary)
            try summary.check(size: document.count)
            return document
        }
    }
}

extension Commit.Boundary {
    func document(_ summary: CheckpointSummary) -> Text {
        CheckpointDocument.text(of: Checkpoint(summary: summary, snapshot: snapshot), graph: graph, definition: definition)
    }

    /// Whether it may be kept as it is and written down later, at the price of what has changed since the one before: all that
    /// is written later is a copy then, because this one has it too.
    var canWait: Bool {
        // Who else would have to be copied.
        guard snapshot.partial == nil, snapshot.fanIns.isEmpty, snapshot.unknownMembers.isEmpty,
            snapshot.executors.count <= Self.mostExecutors else { return false }
        // Where nobody knows what changed, as at the first of a run, there must be no state yet.
        guard changes != nil || isEmptyOfState else { return false }
        guard snapshot.messages.count + snapshot.requests.count <= Self.mostPieces else { return false }
        let bytes = snapshot.messages.reduce(0) { $0 + $1.payload.count + ($1.request?.data.count ?? 0) }
            + snapshot.requests.reduce(0) { $0 + $1.data.count + ($1.notice?.count ?? 0) }
        // What is larger may have a document that is too large, and must say so now.
        return bytes <= Self.mostBytes && snapshot.metadata.count <= Self.mostBytes && stateIsSmall
    }

    private static let mostExecutors = 4096
    private static let mostPieces = 100_000
    private static let mostBytes = 64 << 20
    private static let mostKeys = 1000

    private var isEmptyOfState: Bool {
        snapshot.shared.isEmpty && snapshot.scopes.isEmpty && snapshot.executors.isEmptyOfState
    }

    private var stateIsSmall: Bool {
        if isEmptyOfState { return true }
        var total = Total()
        total.add(snapshot.shared)
        for state in snapshot.scopes.values { total.add(state) }
        for executor in snapshot.executorsWithState {
            total.bytes += snapshot.executors[executor].saved?.count ?? 0
            total.add(snapshot.executors[executor].state)
        }
        return total.keys <= Self.mostKeys && total.bytes <= Self.mostBytes
    }

    private struct Total {
        var keys = 0
        var bytes = 0

        mutating func add(_ state: StateMap) {
            keys += state.count
            guard keys <= mostKeys else { return }
            for key in state.keys { bytes += key.count + (state[key]?.count ?? 0) }
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
