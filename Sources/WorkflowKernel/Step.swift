public import WorkflowModel

/// What the kernel wants its driver to do next.
public enum Step: Sendable {
    /// Tell the host. Nothing comes back.
    case emit(Event)
    /// Run host code; `Kernel.finish` when it has ended. Other steps may be taken meanwhile.
    case call(Call)
    /// Ask the edge condition of that number about a payload; `Kernel.decided` with the answer.
    case decide(condition: Int, payload: Text)
    /// Ask the selector of that number which of the targets get a payload; `Kernel.selected` with the answer.
    case select(selector: Int, payload: Text, targets: [Int])
    /// Make `Kernel.snapshot` durable; then `Kernel.committed`, or `Kernel.fail`.
    case commit(CheckpointKind)
    /// Nothing to do until one of the calls has ended or, if a moment is given, until that time: then `Kernel.tick`.
    case wait(until: UInt64?)
    /// Finished or failed: see `Kernel.state`.
    case rest
}

/// One call of host code. An executor has at most one at a time.
///
/// A class, because it goes through several hands and has many parts; it does not change once the kernel has given it, but
/// for the one who takes its state.
public final class Call: @unchecked Sendable {
    public enum Kind: Sendable {
        case invoke
        /// Asks for the executor's state.
        case save
        /// Gives back what save once gave.
        case restore
    }

    public let kind: Kind
    public let executor: Int
    /// The superstep that this call is part of.
    public let superstep: Int
    private let delivery: Delivery
    /// The requests that were pending at the last boundary.
    public let requests: [Request]
    /// How often it was tried before.
    public let failedAttempts: Int
    /// Which of the executor's messages of this superstep it is, from 0.
    public let invocation: Int
    private var state: State

    /// What an executor sees of the state.
    public struct State: Sendable {
        /// At the last boundary.
        public var shared = StateMap()
        public var own = StateMap()
        /// What this executor wrote since: its reads see these first.
        public var writes = StateWrites()

        public init() {}
    }

    /// The handling of a delivery.
    init(
        _ delivery: Delivery, executor: Int, superstep: Int, state: consuming State, requests: [Request], failedAttempts: Int, invocation: Int
    ) {
        kind = .invoke
        self.executor = executor
        self.superstep = superstep
        self.delivery = delivery
        self.state = state
        self.requests = requests
        self.failedAttempts = failedAttempts
        self.invocation = invocation
    }

    /// A call of a hook.
    init(_ kind: Kind, _ input: Text, executor: Int, superstep: Int, state: State) {
        self.kind = kind
        self.executor = executor
        self.superstep = superstep
        delivery = Delivery(payload: input, source: Message.outside)
        self.state = state
        requests = []
        failedAttempts = 0
        invocation = 0
    }

    /// The message, the state to restore, or null.
    public var input: Text { delivery.payload }
    /// The request that the input answers.
    public var request: Request? { delivery.request }
    /// Where the message came from: several after a fan-in; `Message.outside` for an input.
    public var sources: [Int] { kind == .invoke ? delivery.sources : [] }
    /// The input's type, if it is known already.
    public var type: Text? { delivery.type }
    /// The input of a sub-workflow that the message belongs to.
    public var lane: Lane { delivery.lane }

    public var shared: StateMap { state.shared }
    public var own: StateMap { state.own }
    public var writes: StateWrites { state.writes }

    /// Moves the state to whoever handles the call. Once that one lets go of it, nobody but the kernel holds it, and what
    /// grows can grow in its place.
    public func takeState() -> State {
        var taken = State()
        swap(&taken, &state)
        return taken
    }
}

/// What host code tells whoever watches the run.
public enum Emission: Sendable {
    case output(Text)
    case custom(name: Text, Text)
}

/// How a call ended. Nothing of it counts before the superstep commits.
public struct Outcome: Sendable {
    /// In the order of sending. The kernel fills in from whom, and the lane.
    public var messages: [Message] = []
    /// Outputs and events of the host's own, in the order of giving.
    public var emissions: [Emission] = []
    /// How many of them, from the first, were already told with `Kernel.tell`.
    public var toldEmissions = 0
    /// What it wrote itself, not what earlier calls of its executor did.
    public var writes = StateWrites()
    /// Nil in nearly every outcome, which makes it small.
    private var more: More?

    public init() {}

    /// What few calls do.
    private final class More: @unchecked Sendable {
        var requests: [Request] = []
        var answers: [(request: Request, payload: Text)] = []
        var halts = false
        var saved: Text?
        var failure: Failure?
        var givesUp = false

        init() {}

        init(copying other: More) {
            (requests, answers, halts, saved, failure, givesUp) =
                (other.requests, other.answers, other.halts, other.saved, other.failure, other.givesUp)
        }
    }

    private mutating func own() -> More {
        if isKnownUniquelyReferenced(&more), let more { return more }
        let new = more.map { More(copying: $0) } ?? More()
        more = new
        return new
    }

    /// Whether there is more than messages, emissions and writes.
    var hasMore: Bool { more != nil }

    public var requests: [Request] {
        get { more?.requests ?? [] }
        _modify { yield &own().requests }
    }

    /// Answers to requests that came out of a sub-workflow, each once.
    public var answers: [(request: Request, payload: Text)] {
        get { more?.answers ?? [] }
        _modify { yield &own().answers }
    }

    /// The run is to rest after this superstep, although messages may wait.
    public var halts: Bool {
        get { more?.halts ?? false }
        set { if newValue != halts { own().halts = newValue } }
    }

    /// What a save call gave.
    public var saved: Text? {
        get { more?.saved }
        set { own().saved = newValue }
    }

    public var failure: Failure? {
        get { more?.failure }
        set { if newValue != nil || more != nil { own().failure = newValue } }
    }

    /// The failure is for good: another attempt would fail too.
    public var givesUp: Bool {
        get { more?.givesUp ?? false }
        set { if newValue != givesUp { own().givesUp = newValue } }
    }

    /// The outputs among the emissions.
    public var outputs: [Text] {
        get { emissions.compactMap { if case .output(let payload) = $0 { payload } else { nil } } }
        set {
            emissions.removeAll { if case .output = $0 { true } else { false } }
            emissions += newValue.map { .output($0) }
        }
    }

    /// Keeps the room for the messages of another one.
    public mutating func clear() {
        messages.empty()
        if !emissions.isEmpty { emissions.removeAll() }
        toldEmissions = 0
        if !writes.isEmpty { writes = StateWrites() }
        if more != nil { more = nil }
    }
}
