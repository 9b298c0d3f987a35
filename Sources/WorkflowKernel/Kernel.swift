public import WorkflowModel

/// The rules of the superstep, as a value.
///
/// It never blocks, locks, reads a clock or calls the host: `next()` says what to do, and the driver reports back
/// with `finish`, `decided`, `committed` and `fail`. Whatever the order of the reports, the effects of a superstep
/// are put together by (executor, message), so the same inputs give the same snapshot.
///
///     start ─► entering ─┐                      ┌──────────── boundary ◄─────────────┐
///     restore ─► restoring ─► boundary ─► routing ─► running ─► saving ─► committing ─┘
///                               └─► idle                └─► failed (from any phase)
public struct Kernel: Sendable {
    /// A document may claim any number of supersteps; counting further must not overflow.
    public static let lastSuperstep = 1 << 53

    public struct Options: Sendable {
        /// Supersteps since the last input from outside.
        public var maxSupersteps: Int
        /// Whether boundaries are made durable: if not, nobody is asked to save and nothing is committed to disk.
        public var checkpoints: Bool
        public var hidden: HiddenEvents
        public var hooks: Hooks
        /// Two executors that write one shared key in one superstep fail the run, instead of a warning.
        public var strictState = false
        /// Whether the driver wants to know where each commit changed the state.
        public var recordsChanges = false

        public init(
            maxSupersteps: Int, checkpoints: Bool, hidden: HiddenEvents = HiddenEvents(), hooks: Hooks = Hooks()
        ) {
            self.maxSupersteps = maxSupersteps
            self.checkpoints = checkpoints
            self.hidden = hidden
            self.hooks = hooks
        }
    }

    /// Which executors have state of their own outside the engine, in the order of declaration.
    public struct Hooks: Sendable {
        /// They give their state: asked when a run begins and whenever they ran.
        public var savers: [Int]
        /// Those savers that are asked at every boundary.
        public var alwaysSavers: [Int]
        /// They take their state back.
        public var restorers: [Int]

        public init(savers: [Int] = [], alwaysSavers: [Int] = [], restorers: [Int] = []) {
            self.savers = savers
            self.alwaysSavers = alwaysSavers
            self.restorers = restorers
        }
    }

    enum Phase {
        case started
        case restoring
        case boundary
        case routing
        case running
        /// Save hooks of an entry or of a superstep.
        case saving(CheckpointKind)
        case committing(CheckpointKind)
        case resting
    }

    public let graph: Graph
    public let options: Options
    /// The last boundary. Changes with the step `commit`, and not before.
    public internal(set) var snapshot: Snapshot
    public internal(set) var state: RunState = .started
    /// How many supersteps are committed. `snapshot` is ahead of it while a boundary is being made durable.
    public internal(set) var committedSupersteps: Int
    /// What the boundary in the making has changed, if the driver wants to know.
    public internal(set) var changes = StateChanges()
    /// Why the run failed.
    public internal(set) var failure: Failure?
    /// The time, in microseconds since 1970, and any number: the driver keeps them fresh if the graph has policies.
    public var now: UInt64 = 0
    public var chance: UInt64 = 0

    var phase: Phase = .started
    /// Events not yet given to the driver.
    var events = EventQueue()
    /// Executors whose next call may start, first come first served from `nextReady`.
    var ready: [Int] = []
    var nextReady = 0
    /// A call whose `executor_invoked` is still to be told.
    var announced: Call?
    /// Calls that the driver has and did not finish.
    var outstanding = 0
    var work: SuperstepWork
    let savers: Set<Int>
    /// Save hooks' answers, to be adopted with the superstep.
    var saved: [(executor: Int, text: Text?)] = []
    /// Ids of the requests that were pending at the last boundary.
    var requestIDs: Set<Text>
    /// What came from outside and waits for a boundary.
    var incoming: [Incoming] = []
    /// What the boundary in the making has of it.
    var taken: [Incoming] = []
    /// The resumed checkpoint is not the run's own: the first boundary is made durable before anything happens.
    private let forks: Bool
    /// An executor asked for a rest: at the next boundary, until something comes from outside.
    var halts = false

    /// A run that begins with `input` for the start executor.
    public init(graph: Graph, options: Options, input: Text) {
        self.init(graph: graph, options: options, snapshot: Snapshot(graph: graph))
        snapshot.messages = [Message(source: Message.outside, target: graph.start, payload: input)]
        begin()
        phase = .saving(.entry)
        if options.checkpoints { ready = options.hooks.savers }
    }

    /// A run that goes on from `snapshot`, which fits `graph`. `warnings` are told first, as (reason, message). Executors
    /// that are in use already are all asked to restore themselves: one that had saved nothing gets null, and forgets.
    /// What forks makes a checkpoint of its own first.
    public init(
        graph: Graph, options: Options, resuming snapshot: Snapshot, warnings: [(reason: String, message: String)] = [],
        inUse: Bool = false, forks: Bool = false
    ) {
        self.init(graph: graph, options: options, snapshot: snapshot, forks: forks)
        begin()
        for warning in warnings { emit(.warning, data: .warning(reason: warning.reason, message: warning.message)) }
        for request in snapshot.hostRequests { announce(request) }
        phase = .restoring
        ready = options.hooks.restorers.filter { inUse || snapshot.executors[$0].saved != nil }
    }

    private init(graph: Graph, options: Options, snapshot: Snapshot, forks: Bool = false) {
        self.graph = graph
        self.options = options
        self.snapshot = snapshot
        self.forks = forks
        committedSupersteps = snapshot.superstep
        work = SuperstepWork(executors: graph.executors.count)
        savers = Set(options.hooks.savers)
        requestIDs = Set(snapshot.requests.map(\.id))
    }

    private mutating func begin() {
        emit(.started)
        enter(.inProgress)
    }

    /// Calls that the driver has and that still count.
    public var pendingCalls: Int { announced == nil ? outstanding : outstanding - 1 }

    /// What to do now. Call it until it answers `wait` or `rest`.
    public mutating func next() -> Step {
        while true {
            if !events.isEmpty, let event = events.take() { return .emit(event) }
            if let call = announced {
                announced = nil
                return .call(call)
            }
            if let step = advance() { return step }
        }
    }

    /// Nil: something changed, look again.
    private mutating func advance() -> Step? {
        switch phase {
        case .started, .resting: return .rest
        case .restoring: return calls(of: .restore, then: { $0.phase = $0.forks ? .committing(.fork) : .boundary })
        case .boundary:
            turn()
            return nil
        case .routing: return route()
        case .running: return calls(of: .invoke, then: { $0.endRunning() })
        case .saving(let kind): return calls(of: .save, then: { $0.endSaving(kind) })
        case .committing(let kind): return commit(kind)
        }
    }

    /// Starts the calls that are ready, waits for the outstanding ones, then goes on.
    private mutating func calls(of kind: Call.Kind, then end: (inout Kernel) -> Void) -> Step? {
        if failure == nil, nextReady < ready.count {
            let executor = ready[nextReady]
            nextReady += 1
            outstanding += 1
            let call = makeCall(kind, executor)
            guard kind == .invoke, !options.hidden.contains(.executorInvoked) else { return .call(call) }
            emit(.executorInvoked, executor: executor, data: .payload(call.input))
            announced = call
            return nil
        }
        if outstanding > 0 { return .wait(until: dueTime) }
        if kind == .invoke, failure == nil {
            if let (executor, failure) = doubleRequest() {
                emit(.executorFailed, executor: executor, data: .failure(failure))
                stop(failure)
                return nil
            }
            if work.failures.isEmpty, !work.waiting.isEmpty { return pause() }
        }
        ready.empty()
        nextReady = 0
        if let failure { stop(failure) } else { end(&self) }
        return nil
    }

    /// Reports the end of the executor's call.
    ///
    /// What counts of the outcome is taken out of it; its lists can be used again.
    public mutating func finish(_ call: Call.Kind, executor: Int, _ outcome: inout Outcome) {
        // After a cancel, calls that were under way still end; they count no more.
        guard outstanding > 0 else { return }
        outstanding -= 1
        if var failure = outcome.failure ?? duplicateRequest(in: outcome, of: executor) {
            failure.executorID = failure.executorID ?? graph.executorID(executor)
            failure.superstep = failure.superstep ?? superstepAtWork
            guard call == .invoke else {
                self.failure = self.failure ?? failure
                return
            }
            return reject(failure, givesUp: outcome.givesUp, of: executor)
        }
        switch call {
        case .invoke: accept(&outcome, from: executor)
        case .save: saved.append((executor, outcome.saved))
        case .restore: break
        }
    }

    /// Tells of an emission at once, while its call goes on.
    public mutating func tell(_ emission: Emission, executor: Int) {
        guard outstanding > 0 else { return }
        emit(emission, executor)
    }

    /// Ends the run with an error that no call reports: a condition, a storage, a limit.
    public mutating func fail(_ failure: Failure) {
        if self.failure == nil { self.failure = failure }
        if outstanding == 0, let failure = self.failure { stop(failure) }
    }

    /// Mutating, like the other questions of a superstep, although they change nothing: a kernel is large, and would be copied.
    mutating func makeCall(_ kind: Call.Kind, _ executor: Int) -> Call {
        var state = Call.State()
        state.shared = snapshot.shared(of: graph.scope(of: executor))
        state.own = snapshot.executors[executor].state
        state.writes = work.mail[executor].staged.writes
        let superstep = superstepAtWork
        switch kind {
        case .invoke:
            return work.mail[executor].call(of: executor, superstep: superstep, state, requests: snapshot.requests)
        case .restore: return Call(kind, snapshot.executors[executor].saved ?? .null, executor: executor, superstep: superstep, state: state)
        case .save: return Call(kind, .null, executor: executor, superstep: superstep, state: state)
        }
    }

    // MARK: Boundaries

    /// At a boundary: something from outside, finished, too far, or one more superstep.
    private mutating func turn() {
        if let partial = snapshot.partial { return takeUp(partial) }
        guard incoming.isEmpty else { return takeIn() }
        guard !snapshot.messages.isEmpty, !halts else {
            phase = .resting
            return enter(snapshot.hasHostRequests ? .idleWithPendingRequests : .idle)
        }
        guard snapshot.superstep - snapshot.inputSuperstep < options.maxSupersteps else {
            return stop(
                Failure(
                    .limit,
                    "the run did not finish within \(options.maxSupersteps) supersteps; "
                        + "\(snapshot.messages.count) messages wait. Raise the limit and resume from the last checkpoint",
                    superstep: snapshot.superstep))
        }
        guard snapshot.superstep < Self.lastSuperstep else {
            return stop(Failure(.limit, "the run has taken \(snapshot.superstep) supersteps, more than can be counted"))
        }
        emit(.superstepStarted, superstep: snapshot.superstep + 1)
        work.begin(snapshot)
        phase = .routing
    }

    mutating func stop(_ failure: Failure) {
        self.failure = failure
        phase = .resting
        announced = nil
        warnLost()
        if failure.status == .cancelled {
            emit(.cancelled, data: .cancelled(reason: failure.message))
            enter(.cancelled)
        } else {
            emit(.failed, superstep: failure.superstep, data: .failure(failure))
            enter(.failed)
        }
    }

    // MARK: Events

    mutating func enter(_ state: RunState) {
        self.state = state
        emit(.status, data: .state(state))
    }

    mutating func emit(
        _ kind: EventKind, superstep: Int? = nil, executor: Int = -1, data: @autoclosure () -> Event.Data = .none
    ) {
        guard !options.hidden.contains(kind) else { return }
        events.put(Event(kind, superstep: superstep ?? superstepAtWork, executor: executor, data: data()))
    }

    /// The superstep in hand, or the last committed one.
    var superstepAtWork: Int {
        switch phase {
        case .running, .saving(.superstep), .saving(.partial), .committing(.partial): snapshot.superstep + 1
        default: snapshot.superstep
        }
    }
}
