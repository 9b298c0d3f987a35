import CShims
import Glibc
import Synchronization
import WorkflowJSON
import WorkflowKernel
public import WorkflowModel
import WorkflowStorage

/// One execution of a workflow: the kernel, the host's code and a storage, driven by whoever calls `next`.
///
/// It has no thread of its own. `next` drives supersteps on the caller's thread until there is an event to give. Calls of
/// host code that went pending, or to a pool, or to whoever polls, end on other threads: they report through the inbox.
public final class Run: ProcessBound, @unchecked Sendable {
    public let workflow: Workflow
    public let id: Text
    let options: RunOptions
    let inbox = Inbox()
    let requests: OpenRequests
    /// Where memos go: the storage, or the run itself.
    private let memos: any Storage

    // Everything below belongs to the thread that is inside the gate.
    var kernel: Kernel
    private var sequence: UInt64 = 0
    var identifiers: Identifiers
    var last: LastCheckpoint
    var underWay: CallsUnderWay
    /// Whether the clock matters to the run.
    private let hasLimits: Bool

    /// The thread inside `next`, or 0.
    private let driver = Atomic<UInt>(0)
    // Copies for any thread, renewed whenever the gate is entered or left.
    private let shownState = Atomic<Int32>(RunState.started.rawValue)
    private let shownSuperstep: Atomic<Int>

    enum LastCheckpoint {
        case none
        /// The document that the run was restored from: the host's own, or one that was changed on the way, which makes
        /// this run a fork.
        case given(document: Text, CheckpointSummary, isChanged: Bool = false)
        case stored(CheckpointSummary)
        /// Without a storage: the kernel's snapshot is the checkpoint.
        case boundary(CheckpointSummary)

        init(_ found: Resumption, isStored: Bool) {
            self = isStored && !found.isChanged
                ? .stored(found.checkpoint.summary)
                : .given(document: found.document, found.checkpoint.summary, isChanged: found.isChanged)
        }

        var summary: CheckpointSummary? {
            switch self {
            case .none: nil
            case .given(_, let summary, _), .stored(let summary), .boundary(let summary): summary
            }
        }
    }

    /// A run that begins with `input`.
    public convenience init(_ workflow: Workflow, _ options: RunOptions, input: Text) throws(Failure) {
        guard options.edits == nil else {
            throw Failure(.invalid, "edits are for the checkpoint that a run resumes; this one starts from its input")
        }
        try workflow.graph.check(input: input)
        var identifiers = Identifiers(environment: options.environment)
        let id = try Self.checkedID(options) ?? identifiers.next()
        let kernel = Kernel(graph: workflow.graph, options: Self.kernelOptions(workflow, options), input: input)
        self.init(workflow, options, id: id, kernel, identifiers, .none)
    }

    /// A run that goes on from a checkpoint of the options' storage; the latest of the workflow if `checkpoint` is nil.
    public convenience init(_ workflow: Workflow, _ options: RunOptions, resuming checkpoint: String?) throws(Failure) {
        guard let storage = options.storage else {
            throw Failure(.invalid, "there is no storage to resume from; give one in the options, or restore a document")
        }
        let name = workflow.graph.name
        let latest = checkpoint == nil ? try storage.latest(workflow: name) : LatestCheckpoint(id: checkpoint)
        guard let id = latest.id else {
            let unreadable = latest.skipped.isEmpty ? "" : "; unreadable: " + latest.skipped.joined(separator: "; ")
            throw Failure(.notFound, "the storage has no checkpoint of the workflow '\(name)'" + unreadable)
        }
        let warnings = latest.skipped.map { (reason: "checkpoint_skipped", message: "\($0). Resumed from '\(id)' instead") }
        let found = try Resumption(
            try storage.load(id), as: "the checkpoint '\(id)'", workflow.graph, edits: options.edits, options.migration)
        try self.init(workflow, options, found, isStored: true, warnings)
    }

    /// A run that goes on from a document that the host kept.
    public convenience init(_ workflow: Workflow, _ options: RunOptions, restoring document: Text) throws(Failure) {
        let found = try Resumption(
            document, as: "the checkpoint document", workflow.graph, edits: options.edits, options.migration)
        try self.init(workflow, options, found, isStored: false)
    }

    private convenience init(
        _ workflow: Workflow, _ options: RunOptions, _ found: Resumption, isStored: Bool,
        _ warnings: [(reason: String, message: String)] = []
    ) throws(Failure) {
        let summary = found.checkpoint.summary
        let id = try Self.checkedID(options) ?? summary.runID
        let kernel = Kernel(
            graph: workflow.graph, options: Self.kernelOptions(workflow, options), resuming: found.checkpoint.snapshot,
            warnings: warnings, forks: found.isChanged || Name(id) != Name(summary.runID))
        self.init(
            workflow, options, id: id, kernel,
            Identifiers(environment: options.environment, after: summary.id), LastCheckpoint(found, isStored: isStored))
    }

    private init(
        _ workflow: Workflow, _ options: RunOptions, id: String, _ kernel: Kernel, _ identifiers: Identifiers,
        _ last: LastCheckpoint
    ) {
        self.workflow = workflow
        self.options = options
        self.id = Text(id)
        self.kernel = kernel
        self.identifiers = identifiers
        self.last = last
        memos = options.storage ?? MemoryStorage()
        underWay = CallsUnderWay(lease: options.lease.map { UInt64(clamping: $0) &* 1000 })
        hasLimits = options.lease != nil || !workflow.graph.policies.isEmpty
        if hasLimits { self.kernel.now = options.environment.now() }
        requests = OpenRequests(kernel.snapshot.hostRequests)
        shownSuperstep = Atomic(kernel.snapshot.superstep)
    }

    deinit {
        isGone = true
        inbox.close()
        inbox.empty()
    }

    /// The host lets go of the run: whoever waits for it stops waiting.
    public func close() { inbox.close() }

    /// The host's own id. Every checkpoint carries it, so it must be one that can be read again.
    private static func checkedID(_ options: RunOptions) throws(Failure) -> String? {
        if let id = options.runID { try Name.check(id, as: "run id") }
        return options.runID
    }

    private static func kernelOptions(_ workflow: Workflow, _ options: RunOptions) -> Kernel.Options {
        var result = Kernel.Options(
            maxSupersteps: options.maxSupersteps ?? workflow.graph.maxSupersteps,
            checkpoints: options.checkpoints || options.storage != nil, hidden: options.hidden,
            hooks: workflow.hooks)
        result.strictState = options.strictState
        return result
    }

    /// Any thread, any time.
    public var state: RunState { RunState(rawValue: shownState.load(ordering: .relaxed)) ?? .started }
    /// The last committed superstep. Any thread, any time.
    public var superstep: Int { shownSuperstep.load(ordering: .relaxed) }

    // MARK: Driving

    public enum Next {
        case event(Event, sequence: UInt64)
        /// The time is over; only pending calls are left to wait for.
        case timeout
        /// Nothing further will come.
        case done
    }

    /// Drives until there is an event. Throws why the run failed once all its events are given.
    public func next(timeout milliseconds: Int64) throws(Failure) -> Next {
        // A callback on a pool is no less a callback of the run.
        guard options.pool == nil || wfs_current_run() != inbox.mark else { throw reentrant }
        try enter()
        defer { leave() }
        var deadline: timespec??
        while true {
            if inbox.isFull.load(ordering: .acquiring) { absorb() }
            switch kernel.next() {
            case .emit(let event):
                if case .request(let request) = event.data {
                    guard requests.tell(request), !options.hidden.contains(.requestInfo) else { continue }
                }
                sequence += 1
                return .event(event, sequence: sequence)
            case .call(let call): run(call)
            case .decide(let condition, let payload): decide(condition, payload)
            case .select(let selector, let payload, let targets): select(selector, payload, targets)
            case .commit(let kind): commit(kind)
            case .wait:
                let pause = hasLimits ? pass() : nil
                if pause == 0 { continue }
                if milliseconds == 0 {
                    // Waiting for a moment that is now would still put the thread to sleep.
                    guard inbox.isFull.load(ordering: .acquiring) else { return rest(for: pause) }
                    continue
                }
                let end = deadline ?? Monitor.deadline(in: milliseconds)
                deadline = .some(end)
                let due = pause.flatMap { Monitor.deadline(in: $0) }
                switch inbox.wait(until: due.map { $0.isBefore(end) ? $0 : end ?? $0 } ?? end) {
                case .arrival: continue
                case .timeout where due?.isBefore(end) == true: continue
                case .timeout: return rest(for: pause)
                case .closed: throw Failure(.closed, "the run '\(id)' was freed while it was being driven")
                }
            case .rest:
                guard inbox.beginRest(forGood: kernel.failure != nil) else { continue }
                if let failure = kernel.failure { throw failure }
                return .done
            }
        }
    }

    /// Lets the time pass: takes up what has paused long enough, gives up what takes too long. Gives the milliseconds until
    /// the next such moment, 0 if something happened, nil if nothing will.
    private func pass() -> Int64? {
        let now = options.environment.now()
        let due = [kernel.dueTime, underWay.firstDeadline].compactMap { $0 }.min()
        guard let due else { return nil }
        guard due <= now else { return Int64(clamping: (due - now) / 1000) + 1 }
        inbox.silence()
        kernel.tick(now)
        for context in underWay.expire(at: now) {
            var outcome = Outcome()
            outcome.failure = context.late
            finish(context, outcome)
        }
        return 0
    }

    /// Nothing to do before a while: the host's event loop is woken then.
    private func rest(for milliseconds: Int64?) -> Next {
        if let milliseconds { inbox.ring(at: Monitor.deadline(in: milliseconds)) }
        return .timeout
    }

    private func finish(_ context: Context, _ outcome: Outcome) {
        if hasLimits, outcome.failure != nil {
            kernel.now = options.environment.now()
            kernel.chance = options.environment.random()
        }
        kernel.finish(context.kind, executor: context.executor, outcome)
    }

    private func run(_ call: Call) {
        let code = workflow.code.executors[call.executor]
        if call.kind == .invoke {
            if code.isPolled { return inbox.leave(detached(call, workflow.withoutCode ?? workflow, isPolled: true)) }
            // A run that is driven from inside the pool must not wait for a thread of it: they may all do the same.
            if let pool = options.pool, !pool.isHere { return pool.call(code, detached(call, workflow)) }
        }
        let context = makeContext(call, workflow)
        let status = code.call(call.kind, context)
        if status == .pending {
            for emission in context.detach() { kernel.tell(emission, executor: call.executor) }
            begin(context)
        } else {
            var outcome = context.takeOutcome(status, wasPending: false)
            // It could not be interrupted, but what came too late does not count.
            if hasLimits, outcome.failure == nil, context.isLate(at: options.environment.now()) { outcome.failure = context.late }
            finish(context, outcome)
        }
    }

    private func makeContext(_ call: Call, _ workflow: Workflow) -> Context {
        Context(
            call, workflow: workflow, runID: id, inbox: inbox, storage: memos, environment: options.environment,
            now: hasLimits ? options.environment.now() : 0)
    }

    /// From now on the call has a lease, if the run has one; a call that is to be polled not before somebody has it.
    private func begin(_ context: Context, isPolled: Bool = false) {
        underWay.begin(context)
        if underWay.lease != nil, !isPolled { try? context.keepAlive() }
    }

    /// The context of a call that another thread handles: it has been pending from the beginning.
    private func detached(_ call: Call, _ workflow: Workflow, isPolled: Bool = false) -> Context {
        let context = makeContext(call, workflow)
        _ = context.detach()
        begin(context, isPolled: isPolled)
        return context
    }

    private func absorb() {
        for report in inbox.take() {
            switch report {
            case .emission(let executor, let emission): kernel.tell(emission, executor: executor)
            case .finished(let context, let status):
                underWay.end(context)
                finish(context, context.takeOutcome(status, wasPending: true))
            case .input(let payload): kernel.input(payload)
            case .answer(let request, let payload): kernel.answer(request, payload)
            case .withdrawal(let request): kernel.withdraw(request)
            case .cancel(let reason): kernel.cancel(reason)
            }
        }
    }

    private func decide(_ condition: Int, _ payload: Text) {
        do throws(Failure) {
            if let failure = payload.unencodable { throw failure }
            kernel.decided(try workflow.code.conditions[condition].evaluate(payload))
        } catch {
            kernel.fail(error)
        }
    }

    private func select(_ selector: Int, _ payload: Text, _ targets: [Int]) {
        let selection = Selection(graph: workflow.graph, targets: targets)
        defer { selection.close() }
        do throws(Failure) {
            if let failure = payload.unencodable { throw failure }
            try workflow.code.selectors[selector].select(payload, among: selection)
            kernel.selected(selection.chosen)
        } catch {
            kernel.fail(error)
        }
    }

    // MARK: From outside, on any thread

    /// One more input for the start executor, taken in at the next boundary. A resting run goes on.
    public func input(_ payload: Text) throws(Failure) {
        try requireAlive()
        try workflow.graph.check(input: payload)
        _ = inbox.put(.input(payload))
    }

    /// Answers a pending request, once; an answer of a wrong type changes nothing.
    public func respond(_ id: Text, _ payload: Text) throws(Failure) {
        try requireAlive()
        let (request, epoch) = try requests.close(id, answer: payload)
        guard inbox.put(.answer(request, payload), epoch: epoch) else { throw wasRewound(id) }
    }

    public func withdraw(_ id: Text) throws(Failure) {
        try requireAlive()
        let (request, epoch) = try requests.close(id, answer: nil)
        guard inbox.put(.withdrawal(request), epoch: epoch) else { throw wasRewound(id) }
    }

    private func wasRewound(_ request: Text) -> Failure {
        Failure(
            .closed, "the run '\(id)' was restored from a checkpoint while the request '\(request.string.printable)' was answered or "
                + "withdrawn; if it is pending there, do so again")
    }

    public func cancel(_ reason: String) { _ = inbox.put(.cancel(reason: reason)) }

    public enum Poll {
        /// `Context.report` must follow, after `Context.end`.
        case call(Context)
        case timeout
        /// Nothing further will come without new input from the host.
        case done
    }

    /// Takes a call of a polled executor; waits for one while the run goes on.
    public func poll(timeout milliseconds: Int64) throws(Failure) -> Poll {
        let isInside = driver.load(ordering: .relaxed) == Self.thisThread
        switch inbox.poll(until: Monitor.deadline(in: isInside ? 0 : milliseconds)) {
        case .call(let context):
            if options.lease != nil { try? context.keepAlive() }
            return .call(context)
        case .timeout where isInside && milliseconds != 0: throw reentrant
        case .timeout: return .timeout
        case .idle: return .done
        case .ended:
            throw Failure(.closed, "the run '\(id)' has no calls to give any more: it failed, was cancelled or is gone")
        }
    }

    // MARK: Waking the host's event loop

    /// Readable while `next` has something to do that came from another thread. Closed with the run.
    public func wakeDescriptor() throws(Failure) -> Int32 { try inbox.wakeDescriptor() }

    /// Called when something arrives and nothing waited before, on the thread that brings it. Nil: no more.
    public func setWake(_ callback: (@Sendable () -> Void)?) { inbox.setWake(callback) }

    /// In the order of asking.
    public var pendingRequests: [Request] { requests.all }

    private func requireAlive() throws(Failure) {
        guard state != .failed, state != .cancelled else {
            throw Failure(.closed, "the run '\(id)' has ended as \(state.name); resume its last checkpoint, or rewind it")
        }
    }

    // MARK: Checkpoints

    private func commit(_ kind: CheckpointKind) {
        let summary = CheckpointSummary(
            id: identifiers.next(), previousID: last.summary?.id, runID: id.string, workflowName: workflow.graph.name,
            signature: workflow.graph.signature.string, kind: kind.rawValue, superstep: kernel.snapshot.superstep,
            timestamp: Timestamp.text(microseconds: options.environment.now()))
        guard let storage = options.storage else {
            last = .boundary(summary)
            return kernel.committed(summary)
        }
        do throws(Failure) {
            let document = try document(summary)
            guard document.count <= JSON.largestText else {
                throw Failure(
                    .limit,
                    "the checkpoint of superstep \(summary.superstep) has \(document.count) bytes; at most \(JSON.largestText) "
                        + "can be read again. Keep large data elsewhere and send its name", superstep: summary.superstep)
            }
            try storage.save(document, summary)
            last = .stored(summary)
            kernel.committed(summary)
        } catch {
            kernel.fail(error)
        }
    }

    private func document(_ summary: CheckpointSummary) throws(Failure) -> Text {
        if let (source, failure) = kernel.snapshot.unencodable { throw failure.unsendable(from: workflow.graph.executorID(source)) }
        return CheckpointDocument.text(
            of: Checkpoint(summary: summary, snapshot: kernel.snapshot), graph: workflow.graph, definition: workflow.definition)
    }

    /// The last checkpoint as a document, or nil if none was made yet. On the driving thread also inside a callback.
    public func checkpoint() throws(Failure) -> Text? {
        guard options.checkpoints || options.storage != nil else {
            throw Failure(
                .unsupported, "this run makes no checkpoints: give it a storage, or start it with WF_RUN_CHECKPOINTS")
        }
        return try inside { () throws(Failure) in try lastDocument() }
    }

    /// For a look at the run: through the gate, unless this thread is inside already.
    func inside<Result>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        let isInside = driver.load(ordering: .relaxed) == Self.thisThread
        if !isInside { try enter() }
        defer { if !isInside { leave() } }
        return try body()
    }

    func lastDocument() throws(Failure) -> Text? {
        switch last {
        case .none: nil
        case .given(let document, _, _): document
        case .boundary(let summary): try document(summary)
        case .stored(let summary): try options.storage?.load(summary.id)
        }
    }

    // MARK: The gate

    private static var thisThread: UInt { UInt(pthread_self()) }

    func enter() throws(Failure) {
        let result = driver.compareExchange(expected: 0, desired: Self.thisThread, ordering: .acquiring)
        guard !result.exchanged else { return show() }
        if result.original == Self.thisThread { throw reentrant }
        throw Failure(.busy, "the run '\(id)' is being driven by another thread")
    }

    private var reentrant: Failure {
        Failure(.reentrant, "the run '\(id)' is calling this very thread: a callback must not drive its own run, nor wait for it")
    }

    func leave() {
        show()
        driver.store(0, ordering: .releasing)
    }

    private func show() {
        shownState.store(kernel.state.rawValue, ordering: .relaxed)
        shownSuperstep.store(kernel.committedSupersteps, ordering: .relaxed)
    }
}
