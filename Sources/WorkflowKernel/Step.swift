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
    /// The message, the state to restore, or null.
    public internal(set) var input = Text.null
    /// The request that the input answers.
    public internal(set) var request: Request?
    /// Where the message came from: several after a fan-in; `Message.outside` for an input.
    public internal(set) var sources: [Int] = []
    /// The input's type, if it is known already.
    public internal(set) var type: Text?
    /// The input of a sub-workflow that the message belongs to.
    public internal(set) var lane = Lane.main
    /// The requests that were pending at the last boundary.
    public internal(set) var requests: [Request] = []
    /// The superstep that this call is part of.
    public let superstep: Int
    /// How often it was tried before.
    public internal(set) var failedAttempts = 0
    /// Which of the executor's messages of this superstep it is, from 0.
    public internal(set) var invocation = 0
    /// The state at the last boundary.
    public private(set) var shared: StateMap
    public private(set) var own: StateMap
    /// What this executor wrote since: its reads see these first.
    public private(set) var writes: StateWrites

    init(kind: Kind, executor: Int, superstep: Int, shared: StateMap, own: StateMap, writes: StateWrites) {
        self.kind = kind
        self.executor = executor
        self.superstep = superstep
        self.shared = shared
        self.own = own
        self.writes = writes
    }

    /// Moves the state to whoever handles the call. Once that one lets go of it, nobody but the kernel holds it, and what
    /// grows can grow in its place.
    public func takeState() -> (shared: StateMap, own: StateMap, writes: StateWrites) {
        defer { (shared, own, writes) = (StateMap(), StateMap(), StateWrites()) }
        return (shared, own, writes)
    }
}

/// What host code tells whoever watches the run.
public enum Emission: Sendable {
    case output(Text)
    case custom(name: Text, Text)
}

/// How a call ended. Nothing of it counts before the superstep commits.
public struct Outcome: Sendable {
    /// Messages as (target or `Message.everyone`, payload), in the order of sending.
    public var sends: [(target: Int, payload: Text)] = []
    /// Outputs and events of the host's own, in the order of giving.
    public var emissions: [Emission] = []
    /// How many of them, from the first, were already told with `Kernel.tell`.
    public var toldEmissions = 0
    public var requests: [Request] = []
    /// Answers to requests that came out of a sub-workflow, each once.
    public var answers: [(request: Request, payload: Text)] = []
    /// The run is to rest after this superstep, although messages may wait.
    public var halts = false
    /// What it wrote itself, not what earlier calls of its executor did.
    public var writes = StateWrites()
    /// What a save call gave.
    public var saved: Text?
    public var failure: Failure?
    /// The failure is for good: another attempt would fail too.
    public var givesUp = false

    public init() {}

    /// The outputs among the emissions.
    public var outputs: [Text] {
        get { emissions.compactMap { if case .output(let payload) = $0 { payload } else { nil } } }
        set {
            emissions.removeAll { if case .output = $0 { true } else { false } }
            emissions += newValue.map { .output($0) }
        }
    }
}
