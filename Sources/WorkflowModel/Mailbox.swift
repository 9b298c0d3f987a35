/// A message in an executor's mailbox.
public struct Delivery: Sendable, Equatable {
    public var payload: Text
    /// Where it came from, if it came from one place.
    private var source: Int
    /// Where it came from after a fan-in.
    private var joined: [Int]?
    /// The request that the payload answers.
    public var request: Request?
    public var lane: Lane
    /// The payload's type, if somebody had to know it on the way.
    public var type: Text?

    public init(payload: Text, source: Int, request: Request? = nil, lane: Lane = .main, type: Text? = nil) {
        self.payload = payload
        self.source = source
        self.request = request
        self.lane = lane
        self.type = type
    }

    public init(payload: Text, sources: [Int], request: Request? = nil, lane: Lane = .main, type: Text? = nil) {
        self.init(payload: payload, source: sources.first ?? Message.outside, request: request, lane: lane, type: type)
        if sources.count != 1 { joined = sources }
    }

    /// Where it came from: several after a fan-in; `Message.outside` for an input.
    public var sources: [Int] { joined ?? [source] }
}

/// What the calls of an executor have done in a superstep, to take effect when it commits.
public struct Staged: Sendable {
    public var messages: [Message] = []
    public var requests: [Request] = []
    /// Answers to requests that came out of a sub-workflow.
    public var answers: [(request: Request, payload: Text)] = []
    public var writes = StateWrites()
    /// The run is to rest after this superstep.
    public var halts = false

    public init() {}

    /// For the next superstep, with the room that it has.
    public mutating func clear() {
        messages.empty()
        requests.empty()
        answers.empty()
        if !writes.isEmpty { writes = StateWrites() }
        halts = false
    }
}

extension Array {
    /// Removes everything and keeps the room. For lists that hold little most of the time, over and over again.
    @inlinable
    public mutating func empty() {
        if count == 1 { removeLast() } else if count > 1 { removeAll(keepingCapacity: true) }
    }
}
