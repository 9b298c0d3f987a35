import Synchronization
import WorkflowJSON
public import WorkflowKernel
public import WorkflowModel
import WorkflowStorage

/// One call of host code: what it was given, what it may read, and what it did so far.
///
/// Everything it does is staged here and handed to the kernel when the call ends; a call that fails leaves no trace.
/// One thread at a time, except `finish`.
public final class Context: ProcessBound, @unchecked Sendable {
    /// What all calls of a run have in common.
    final class Site: Sendable {
        let workflow: Workflow
        let runID: Text
        let inbox: Inbox
        /// Where memos go.
        let storage: any Storage
        let clock: @Sendable () -> UInt64
        /// The graph's: here because every call looks.
        let policies: [Int: Policy]

        init(workflow: Workflow, runID: Text, inbox: Inbox, storage: any Storage, clock: @escaping @Sendable () -> UInt64) {
            self.workflow = workflow
            self.runID = runID
            self.inbox = inbox
            self.storage = storage
            self.clock = clock
            policies = workflow.graph.policies
        }
    }

    private let site: Site
    private let call: Call
    private let epoch: Int
    public let kind: Call.Kind
    public let executor: Int

    public var workflow: Workflow { site.workflow }
    public var runID: Text { site.runID }
    public var input: Text { call.input }
    public var superstep: Int { call.superstep }
    /// The request that the input answers.
    public var request: Request? { call.request }
    /// How often this piece of work was tried before.
    public var failedAttempts: Int { call.failedAttempts }
    private var inbox: Inbox { site.inbox }
    var storage: any Storage { site.storage }

    // Swift need not look for overlapping changes of these two: none of them calls anything that could come back here. It would look in a
    // table of the thread, so it would not find another thread either.
    @exclusivity(unchecked) private var desk: Desk
    @exclusivity(unchecked) private var emissions = Emissions()  // protected by the lock of the inbox

    /// In one place, so that the end of the call clears it in one go.
    private struct Desk {
        /// What the executor sees of the state.
        var state: Call.State
        /// What the call did.
        var outcome: Outcome
        /// Values that were lent to the host: they live as long as the call.
        var lent: [Text] = []

        /// Everything that was there, for others to release: that may run code of the host's.
        mutating func clear() -> Desk {
            var old = Desk(state: Call.State(), outcome: Outcome())
            swap(&old, &self)
            return old
        }
    }

    /// Shared between the thread that makes them and, when the call goes pending, the driving thread.
    private struct Emissions {
        var all: [Emission] = []
        /// How many of them, from the first, were told to the host.
        var told = 0
        /// The callback has returned and the call goes on: from then on each is told at once.
        var isDetached = false
    }

    enum Phase: Int, AtomicRepresentable {
        case active
        /// It took too long: the run goes on without it.
        case expired
        case finished
    }
    private let phase = Atomic<Phase>(.active)
    /// When the call is too late, whatever it does: microseconds since 1970.
    private let deadline: UInt64?
    /// When the host last gave a sign of life; 0 before it has the call.
    private let lastSign = Atomic<UInt64>(0)

    /// `outcome` is empty; it may have room.
    init(_ call: consuming Call, at site: Site, now: UInt64 = 0, _ outcome: consuming Outcome = Outcome()) {
        desk = Desk(state: call.takeState(), outcome: outcome)
        kind = call.kind
        executor = call.executor
        epoch = site.inbox.epoch.load(ordering: .relaxed)
        let timeout = site.policies.isEmpty || call.kind != .invoke ? nil : site.policies[call.executor]?.timeout
        deadline = timeout.map { now &+ UInt64($0) &* 1000 }
        self.site = site
        self.call = call
    }

    public var executorID: Text { workflow.graph.executors[executor] }

    /// The same for every attempt at this piece of work. Lengths keep ids with slashes apart.
    public var idempotencyKey: Text {
        Text("\(runID.count):\(runID)/\(superstep)/\(executorID.count):\(executorID)/\(call.invocation)")
    }

    /// Ids of the executors that the message came from; for an input `internal:` and the start executor.
    public var sourceIDs: [String] {
        let graph = workflow.graph
        return call.sources.map { $0 == Message.outside ? "internal:" + graph.executorID(executor) : graph.executorID($0) }
    }

    /// What the input is taken for: the most specific of the types that the executor accepts, else the input's own type.
    public var inputType: Text {
        let type = call.type ?? PayloadType.name(of: input)
        guard kind == .invoke, request == nil else { return type }
        return workflow.graph.acceptedTypes(of: executor).match(type) ?? type
    }

    /// Keeps `text` alive until the call ends, and gives it back.
    public func lend(_ text: Text) -> Text {
        desk.lent.append(text)
        return text
    }

    // MARK: Effects

    public func send(_ payload: Text, to target: String?) throws(Failure) {
        try require(.invoke, "send a message")
        guard let target else { return send(payload, to: Message.everyone) }
        guard let index = workflow.graph.index(ofExecutor: target, beside: executor) else {
            let node = workflow.graph.node(around: executor)
            let place = node == Graph.outermost ? "workflow '\(workflow.graph.name)'" : "sub-workflow '\(workflow.graph.executorID(node))'"
            throw Failure(
                .notFound, "executor '\(executorID)' sends to '\(target.printable)', but the \(place) has no such executor",
                executorID: executorID.string)
        }
        send(payload, to: index)
    }

    private func send(_ payload: Text, to target: Int) {
        desk.outcome.messages.append(Message(source: executor, target: target, payload: payload))
    }

    public func output(_ payload: Text) throws(Failure) {
        try require(.invoke, "give an output")
        try add(.output(payload))
    }

    /// An event of the host's own, in its place among the outputs.
    public func emit(_ name: String, _ data: Text) throws(Failure) {
        try require(.invoke, "emit an event")
        try Name.check(name, as: "event name")
        guard !EventKind.reservedNames.contains(name) else {
            throw Failure(
                .invalid, "executor '\(executorID)' cannot emit an event named '\(name)': events of the engine have that name",
                executorID: executorID.string)
        }
        try add(.custom(name: Text(name), data))
    }

    private func add(_ emission: Emission) throws(Failure) {
        let isLive = inbox.withLock {
            emissions.all.append(emission)
            if emissions.isDetached { emissions.told += 1 }
            return emissions.isDetached
        }
        if isLive, !inbox.put(.emission(executor: executor, emission), epoch: epoch) { throw gone }
    }

    /// Asks the world outside. The call goes on; the answer comes as a message of its own.
    public func ask(_ data: Text, id: Text?, responseType: Text?) throws(Failure) {
        try require(.invoke, "ask for something")
        // The same after a crash and a resume: whoever answers by id cannot answer the wrong question.
        let id = id ?? Text("\(executorID).\(superstep).\(call.invocation).\(desk.outcome.requests.count)")
        guard let node = workflow.graph.interceptor(of: executor) else {
            desk.outcome.requests.append(Request(id: id, executor: executor, data: data, responseType: responseType, lane: call.lane))
            return
        }
        let question = Request(id: id, executor: executor, data: data, responseType: responseType, lane: call.lane, interceptor: node)
        desk.outcome.requests.append(
            Request(
                id: id, executor: executor, data: data, responseType: responseType, lane: call.lane, interceptor: node,
                notice: InterceptedRequest.message(of: question, at: node, graph: workflow.graph)))
    }

    /// Answers a request that came out of a sub-workflow beside this executor.
    public func answer(_ id: Text, _ payload: Text) throws(Failure) {
        try require(.invoke, "answer a request")
        let graph = workflow.graph
        let beside = { (request: Request) in
            request.interceptor.map { graph.node(around: $0) == graph.node(around: self.executor) } ?? false
        }
        guard let request = call.requests.first(where: { $0.id == id && beside($0) }) else {
            throw Failure(
                .notFound, "no sub-workflow beside executor '\(executorID)' waits for an answer to '\(id.string.printable)'",
                executorID: executorID.string)
        }
        guard !desk.outcome.answers.contains(where: { $0.request === request }) else {
            throw Failure(.conflict, "the request '\(id.string.printable)' was answered already", executorID: executorID.string)
        }
        try request.check(answer: payload)
        desk.outcome.answers.append((request, payload))
    }

    /// Lets the run rest after this superstep, as if nothing were left to deliver.
    public func halt() throws(Failure) {
        try require(.invoke, "halt the run")
        desk.outcome.halts = true
    }

    /// A failure of this call is for good.
    public func giveUp() throws(Failure) {
        try require(.invoke, "give up")
        desk.outcome.givesUp = true
    }

    public func save(_ state: Text) throws(Failure) {
        try require(.save, "save its state")
        desk.outcome.saved = state
    }

    public enum Scope: Sendable { case executor, shared }

    public func state(_ key: Text, in scope: Scope) throws(Failure) -> Text? {
        try requireOpen()
        return value(of: key, in: scope)
    }

    /// A list that grew in this superstep is put together here; the others are where they are.
    private func value(of key: Text, in scope: Scope) -> Text? {
        let (writes, earlier, state) = (desk.outcome.writes[scope], desk.state.writes[scope], desk.state[scope])
        func before() -> Text? { earlier[key].map { $0.result(on: state[key]) } ?? state[key] }
        return writes[key].map { $0.result(on: before()) } ?? before()
    }

    /// Whether there is a value, without putting it together.
    public func hasState(_ key: Text, in scope: Scope) throws(Failure) -> Bool {
        try requireOpen()
        if let write = desk.outcome.writes[scope][key] ?? desk.state.writes[scope][key] { return write != .deletion }
        return desk.state[scope][key] != nil
    }

    /// Nil deletes the key.
    public func setState(_ key: Text, _ value: Text?, in scope: Scope) throws(Failure) {
        try require(.invoke, "write state")
        try check(key)
        desk.outcome.writes[scope][key] = StateWrite(value)
    }

    /// Puts an element behind those of a list; a key without a value becomes a list of it.
    public func appendState(_ key: Text, _ element: Text, in scope: Scope) throws(Failure) {
        try require(.invoke, "append to state")
        try check(key)
        let bytes = element.count + 1 + (try list(key, in: scope))
        guard bytes <= JSON.largestText else {
            throw Failure(
                .limit,
                "the list '\(key.string.printable)' would have \(bytes) bytes; at most \(JSON.largestText) are allowed. Begin another one, "
                    + "or keep it elsewhere", executorID: executorID.string)
        }
        desk.outcome.writes[scope].merge(.addition(Addition([JSONValue(trusting: element).raw])), to: key)
    }

    /// How many bytes a key's list has, 0 if there is none yet.
    private func list(_ key: Text, in scope: Scope) throws(Failure) -> Int {
        var bytes = 0
        for write in [desk.outcome.writes[scope][key], desk.state.writes[scope][key], desk.state[scope][key].map { .value($0) }] {
            switch write {
            case nil: break
            case .deletion: return bytes
            case .addition(let addition): bytes += addition.bytes
            case .value(let value):
                guard value.isList else {
                    throw Failure(
                        .invalid,
                        "executor '\(executorID)' appends to \(scope == .shared ? "the shared state" : "its own state") '\(key.string.printable)', "
                            + "which is no list but of the type '\(PayloadType.name(of: value))'; set it to a list first",
                        executorID: executorID.string)
                }
                return bytes + value.count
            }
        }
        return bytes
    }

    private func check(_ key: Text) throws(Failure) {
        guard !key.isEmpty else { throw Failure(.invalid, "the state key is empty") }
        // JSON has no names with a NUL: the checkpoint could not be read again.
        guard !key.withBytes({ $0.contains(0) }) else { throw Failure(.invalid, "the state key contains a NUL") }
    }

    /// The keys that begin with `prefix`, in the order of their bytes, with what this executor wrote.
    public func stateKeys(beginningWith prefix: Text, in scope: Scope) throws(Failure) -> [Text] {
        try requireOpen()
        let writes = desk.state.writes[scope].merging(desk.outcome.writes[scope]) { $1 }
        return desk.state[scope].keys(beginningWith: prefix, after: writes)
    }

    /// Deletes every key that can be seen.
    public func clearState(in scope: Scope) throws(Failure) {
        try require(.invoke, "clear state")
        for key in try stateKeys(beginningWith: Text(""), in: scope) { try setState(key, nil, in: scope) }
    }

    public var isCancelled: Bool { inbox.isCancelled.load(ordering: .relaxed) || isOver || !isOpen }

    /// The run was taken back to a checkpoint since this call began.
    private var isOver: Bool { inbox.epoch.load(ordering: .acquiring) != epoch }

    /// Records why the call is about to fail. The last sentence before the end counts.
    public func fail(_ failure: Failure) {
        guard isOpen else { return }
        desk.outcome.failure = failure
    }

    /// The same for the one who has ended the call and not reported yet.
    public func conclude(_ failure: Failure) { desk.outcome.failure = failure }

    /// Tells the run that the call belongs to from all others, without keeping it.
    var runMark: UInt { inbox.mark }

    private var isOpen: Bool { phase.load(ordering: .acquiring) == .active }

    private func requireOpen() throws(Failure) {
        guard isOpen else {
            throw Failure(
                .closed, "this call of executor '\(executorID)' has ended; its context cannot be used any more",
                executorID: executorID.string)
        }
    }

    func require(_ kind: Call.Kind, _ action: String) throws(Failure) {
        try requireOpen()
        guard self.kind == kind else {
            throw Failure(
                .misuse, "executor '\(executorID)' cannot \(action) while it is asked to \(self.kind.verb)",
                executorID: executorID.string)
        }
    }

    // MARK: The end

    public enum End { case first, late, again }

    /// Ends the call, for the callback's return or a finish from any thread. `late`: the run has given it up.
    public func end() -> End {
        switch phase.exchange(.finished, ordering: .acquiringAndReleasing) {
        case .active: .first
        case .expired: .late
        case .finished: .again
        }
    }

    /// Gives the call up. False if it has just ended.
    func expire() -> Bool {
        phase.compareExchange(expected: .active, desired: .expired, ordering: .acquiringAndReleasing).exchanged
    }

    /// The host has the call, or is still at work on it. Any thread.
    public func keepAlive() throws(Failure) {
        try requireOpen()
        lastSign.store(site.clock(), ordering: .relaxed)
    }

    /// When the call is too late, with a lease that begins anew with every sign of life; nil if it has ended.
    func deadline(lease: UInt64?) -> UInt64? {
        guard isOpen else { return nil }
        let sign = lastSign.load(ordering: .relaxed)
        guard let lease, sign > 0 else { return deadline }
        return min(deadline ?? .max, sign &+ lease)
    }

    /// Whether the call has taken longer than its executor may.
    func isLate(at now: UInt64) -> Bool { deadline.map { $0 <= now } ?? false }

    var late: Failure {
        let limit = workflow.graph.policies[executor]?.timeout
        let reason = isLate(at: site.clock())
            ? "did not end within its \(limit ?? 0) ms" : "gave no sign of life for the lease of the run"
        return Failure(.late, "executor '\(executorID)' \(reason)", executorID: executorID.string, superstep: superstep)
    }

    /// After `end`: tells the run how a pending call ended.
    public func report(_ status: Status) throws(Failure) {
        guard inbox.put(.finished(self, status), epoch: epoch) else { throw gone }
    }

    public var finishedTooLate: Failure {
        Failure(
            .closed, "this call of executor '\(executorID)' took too long: the run has gone on without it",
            executorID: executorID.string)
    }

    public var finishedBefore: Failure {
        Failure(.closed, "this call of executor '\(executorID)' was finished already", executorID: executorID.string)
    }

    private var gone: Failure {
        let what = isOver ? "was restored from a checkpoint meanwhile: this call counts no more" : "is gone"
        return Failure(.closed, "the run that called executor '\(executorID)' \(what)", executorID: executorID.string)
    }

    /// The callback has returned `pending`. Gives the emissions so far, for the driving thread to tell first.
    func detach() -> [Emission] {
        inbox.withLock {
            emissions.isDetached = true
            emissions.told = emissions.all.count
            return emissions.all
        }
    }

    /// What the call did, if it ended with `status`. The context is empty afterwards. A call that never went pending was
    /// alone with its emissions.
    func takeOutcome(_ status: Status, wasPending: Bool) -> Outcome {
        // Before the kernel adopts it: a list that somebody else holds would have to be copied to grow.
        var old = desk.clear()
        var result = Outcome()
        swap(&result, &old.outcome)
        let emissions = wasPending ? inbox.withLock { self.emissions } : self.emissions
        (result.emissions, result.toldEmissions) = (emissions.all, emissions.told)
        if status.isError {
            let reason = "executor '\(executorID)' failed with status \(status.rawValue) while it was asked to \(kind.verb)"
            var failure = result.failure ?? Failure(status, reason)
            failure.status = status
            result.failure = failure
        } else {
            result.failure = nil
        }
        return result
    }
}

extension Call.State {
    fileprivate subscript(scope: Context.Scope) -> StateMap { scope == .shared ? shared : own }
}

extension StateWrites {
    fileprivate subscript(scope: Context.Scope) -> [Text: StateWrite] {
        get { scope == .shared ? shared : own }
        _modify { if scope == .shared { yield &shared } else { yield &own } }
    }
}

extension Call.Kind {
    var verb: String {
        switch self {
        case .invoke: "handle a message"
        case .save: "save its state"
        case .restore: "restore its state"
        }
    }
}
