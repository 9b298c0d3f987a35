/// A message in an executor's mailbox.
public struct Delivery: Sendable, Equatable {
    public var payload: Text
    /// Where it came from: several after a fan-in; `Message.outside` for an input.
    public var sources: [Int]
    /// The request that the payload answers.
    public var request: Request?
    public var lane: Lane
    /// The payload's type, if somebody had to know it on the way.
    public var type: Text?

    public init(payload: Text, sources: [Int], request: Request? = nil, lane: Lane = .main, type: Text? = nil) {
        self.payload = payload
        self.sources = sources
        self.request = request
        self.lane = lane
        self.type = type
    }
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
}
