/// A run at a superstep boundary: everything needed to go on from there.
public struct Snapshot: Sendable {
    /// Supersteps committed so far.
    public var superstep = 0
    /// The value of `superstep` when the last input came from outside; the superstep limit counts from here.
    public var inputSuperstep = 0
    /// Sent, not yet delivered, in the order of delivery.
    public var messages: [Message] = []
    /// Only fan-ins that wait for something have an entry.
    public var fanIns: [FanIn: FanInBuffer] = [:]
    /// How many inputs have entered sub-workflows: the next one's number.
    public var lanes = 0
    public var shared = StateMap()
    /// By node: the shared states of sub-workflows that have one of their own.
    public var scopes: [Int: StateMap] = [:]
    /// What the superstep after the boundary has achieved, if it did not commit.
    public var partial: Partial?
    /// Asked and not answered, in the order of asking.
    public var requests: [Request] = []
    /// By executor.
    public var executors: ExecutorStates
    /// The host's own notes: a JSON object.
    public var metadata = Text("{}")
    /// Members of the document that this version does not know, kept for those who do.
    public var unknownMembers: [(name: String, value: Text)] = []

    public init(graph: Graph) {
        executors = ExecutorStates(count: graph.executors.count)
    }

    /// The shared state that executors of a scope see.
    public func shared(of scope: Int) -> StateMap {
        scope == Graph.outermost ? shared : scopes[scope] ?? StateMap()
    }

    /// The requests that only the host can answer; the others are for executors around a sub-workflow.
    public var hostRequests: [Request] { (requests + (partial?.requests ?? [])).filter { $0.interceptor == nil } }
    /// Whether there are any.
    public var hasHostRequests: Bool {
        requests.contains { $0.interceptor == nil } || partial?.requests.contains { $0.interceptor == nil } == true
    }

    /// Whether something on its way may be an object of the host's: only then is there anything for `unencodable` to ask.
    public var mayHoldValues: Bool { partial != nil || messages.contains(where: \.payload.isHostValue) }

    /// The first message on its way that has no text: it could not be found again.
    public var unencodable: (source: Int, failure: Failure)? {
        for message in messages {
            if let failure = message.payload.unencodable { return (message.source, failure) }
        }
        for work in partial?.work ?? [] {
            for message in work.staged.messages {
                if let failure = message.payload.unencodable { return (message.source, failure) }
            }
            for delivery in work.deliveries {
                if let failure = delivery.payload.unencodable { return (delivery.sources.first ?? Message.outside, failure) }
            }
        }
        return nil
    }

    /// The executors that have any state, in the order of declaration.
    public var executorsWithState: [Int] { executors.withState }
}

public struct ExecutorState: Sendable, Equatable {
    /// What the host's save hook gave.
    public var saved: Text?
    /// The private keys that handlers set.
    public var state = StateMap()

    public init() {}

    public var isEmpty: Bool { saved == nil && state.isEmpty }
}
