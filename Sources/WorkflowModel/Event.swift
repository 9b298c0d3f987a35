/// What an event tells, with the numbers of `enum wf_event_kind`.
public enum EventKind: Int32, Sendable, CaseIterable {
    case started = 1
    case status = 2
    case failed = 3
    case output = 4
    case superstepStarted = 5
    case superstepCompleted = 6
    case executorInvoked = 7
    case executorCompleted = 8
    case executorFailed = 9
    case checkpoint = 10
    case warning = 11
    case requestInfo = 12
    case cancelled = 13
    case intermediate = 14
    case custom = 15

    /// The word that hosts compare with.
    public var name: StaticString {
        switch self {
        case .started: "started"
        case .status: "status"
        case .failed: "failed"
        case .output: "output"
        case .superstepStarted: "superstep_started"
        case .superstepCompleted: "superstep_completed"
        case .executorInvoked: "executor_invoked"
        case .executorCompleted: "executor_completed"
        case .executorFailed: "executor_failed"
        case .checkpoint: "checkpoint"
        case .warning: "warning"
        case .requestInfo: "request_info"
        case .cancelled: "cancelled"
        case .intermediate: "intermediate"
        case .custom: "custom"
        }
    }

    /// Not to be had for events of the host's own.
    public static let reservedNames = Set(allCases.map { "\($0.name)" })
}

/// The kinds that nobody wants to see, one bit each. Events of these kinds are not built.
public struct HiddenEvents: Sendable {
    public var bits: UInt64

    public init(bits: UInt64 = 0) { self.bits = bits }

    public func contains(_ kind: EventKind) -> Bool { bits & (1 &<< UInt64(truncatingIfNeeded: kind.rawValue)) != 0 }
}

/// One thing that happened in a run. Its data stays in pieces until somebody asks for the JSON.
public struct Event: Sendable {
    /// What is large and rare is indirect: events are handed on a lot.
    public enum Data: Sendable {
        case none
        case payload(Text)
        /// The one message of a call that has sent nothing else, as most do: it needs no list.
        case result(Text)
        /// Sent messages, then outputs.
        case results([Text])
        case state(RunState)
        indirect case failure(Failure)
        indirect case checkpoint(CheckpointSummary)
        indirect case warning(reason: String, message: String)
        case request(Request)
        indirect case cancelled(reason: String)
        /// An event of the host's own, by the name that it gave.
        indirect case custom(name: Text, Text)
    }

    public var kind: EventKind
    public var superstep: Int
    /// The executor concerned, or -1.
    public var executor: Int
    public var data: Data

    public init(_ kind: EventKind, superstep: Int, executor: Int = -1, data: Data = .none) {
        self.kind = kind
        self.superstep = superstep
        self.executor = executor
        self.data = data
    }
}
