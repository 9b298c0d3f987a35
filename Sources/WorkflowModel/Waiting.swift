/// What a run waits for, for the person who asks why nothing happens.
public struct Waiting: Sendable {
    /// A call of host code that has not ended.
    public struct Call: Sendable {
        public var executor: Int
        /// What it is asked to do, such as "handle a message".
        public var verb: String
        public var failedAttempts: Int
        /// When it counts as failed, in microseconds since 1970; nil if it may take any time.
        public var deadline: UInt64?

        public init(executor: Int, verb: String, failedAttempts: Int, deadline: UInt64? = nil) {
            self.executor = executor
            self.verb = verb
            self.failedAttempts = failedAttempts
            self.deadline = deadline
        }
    }

    /// A pause before another attempt.
    public struct Pause: Sendable {
        public var executor: Int
        public var failedAttempts: Int
        /// Microseconds since 1970.
        public var until: UInt64

        public init(executor: Int, failedAttempts: Int, until: UInt64) {
            self.executor = executor
            self.failedAttempts = failedAttempts
            self.until = until
        }
    }

    public var state: RunState
    public var superstep: Int
    /// Why it failed or was cancelled.
    public var failure: Failure?
    /// An executor asked for a rest, and messages wait behind it.
    public var isHalted = false
    /// Sent and not yet delivered.
    public var messages = 0
    /// Those that the host can answer, and those that executors around a sub-workflow can.
    public var requests: [Request] = []
    public var fanIns: [(fanIn: FanIn, buffer: FanInBuffer)] = []
    public var calls: [Call] = []
    public var pauses: [Pause] = []

    public init(state: RunState, superstep: Int) {
        self.state = state
        self.superstep = superstep
    }
}
