/// A run at a superstep boundary: everything needed to go on from there.
public struct Snapshot: Sendable {
    /// Supersteps committed so far.
    public var superstep = 0
    /// The value of `superstep` when the last input came from outside; the superstep limit counts from here.
    public var inputSuperstep = 0
    /// Sent, not yet delivered, in the order of delivery.
    public var messages: [Message] = []
    /// By edge group; only fan-ins that wait for something have an entry.
    public var fanIns: [Int: FanInBuffer] = [:]
    public var shared = StateMap()
    /// Asked and not answered, in the order of asking.
    public var requests: [Request] = []
    /// By executor.
    public var executors: [ExecutorState]
    /// The host's own notes: a JSON object.
    public var metadata = Text("{}")
    /// Members of the document that this version does not know, kept for those who do.
    public var unknownMembers: [(name: String, value: Text)] = []

    public init(graph: Graph) {
        executors = Array(repeating: ExecutorState(), count: graph.executors.count)
    }

    /// The executors that have any state. Looked at in place: in a large graph most have none, and every checkpoint asks.
    public var executorsWithState: [Int] {
        executors.withUnsafeBufferPointer { states in states.indices.filter { !states[$0].isEmpty } }
    }
}

public struct ExecutorState: Sendable, Equatable {
    /// What the host's save hook gave.
    public var saved: Text?
    /// The private keys that handlers set.
    public var state = StateMap()

    public init() {}

    public var isEmpty: Bool { saved == nil && state.isEmpty }
}
