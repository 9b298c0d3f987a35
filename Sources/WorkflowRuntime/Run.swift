import CShims
import Glibc
import Synchronization
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
    let idString: String
    let options: RunOptions
    /// By executor. The workflow's: here because every call looks.
    let code: [any ExecutorCode]
    let inbox = Inbox()
    let requests: OpenRequests
    /// For pauses and limits.
    let clock: @Sendable () -> UInt64
    /// Where calls of host code take place, and those that are polled.
    let site: Context.Site
    let polledSite: Context.Site

    // Everything below belongs to the thread that is inside the gate.
    let kernel: Guarded<Kernel>
    var identifiers: Identifiers
    var last: LastCheckpoint
    /// What the storage must have as the run's last checkpoint when the next one is saved.
    var head: String?
    let session = StorageSession()
    /// The last boundary waits for the run to rest before it is saved.
    var isUnsaved = false
    /// It could not be saved, and nobody will find it.
    var isLost = false
    var underWay: CallsUnderWay
    /// Empty, with the room that a call's outcome had: for the next one.
    var spareOutcome = Outcome()
    /// Whether the clock matters to the run.
    let hasLimits: Bool

    /// The thread inside `next`, or 0.
    let driver = Atomic<UInt>(0)
    // Of the thread inside too. A variable of a class is checked for overlapping access each time, which costs ten times as much.
    /// Of the last event.
    private let sequence = Atomic<UInt64>(0)
    /// How many calls of host code have failed.
    let failedCalls = Atomic<Int>(0)

    // Copies for any thread, renewed whenever the gate is entered or left.
    private let shownState = Atomic<Int32>(RunState.started.rawValue)
    private let shownSuperstep: Atomic<Int>

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
        while true {
            let latest = checkpoint == nil ? try storage.latest(workflow: name) : LatestCheckpoint(id: checkpoint)
            guard let id = latest.id else {
                let unreadable = latest.skipped.isEmpty ? "" : "; unreadable: " + latest.skipped.joined(separator: "; ")
                throw Failure(.notFound, "the storage has no checkpoint of the workflow '\(name)'" + unreadable)
            }
            let warnings = latest.skipped.map { (reason: "checkpoint_skipped", message: "\($0). Resumed from '\(id)' instead") }
            let content: StoredContent
            if let read = latest.content { content = read } else { content = try storage.content(id) }
            let found = try Resumption(
                content, as: "the checkpoint '\(id)'", workflow.graph, edits: options.edits, options.migration)
            let head = try Self.head(storage, options, found)
            // What another writer has committed since then must not be passed over: the fence is of the moment of `head`.
            if checkpoint == nil, let head, head != id, try storage.latest(workflow: name).id != id { continue }
            try self.init(workflow, options, found, isStored: true, head: head, warnings)
            return
        }
    }

    /// A run that goes on from a document that the host kept.
    public convenience init(_ workflow: Workflow, _ options: RunOptions, restoring document: Text) throws(Failure) {
        let found = try Resumption(
            .document(document), as: "the checkpoint document", workflow.graph, edits: options.edits, options.migration)
        let head = try Self.head(options.storage, options, found)
        try self.init(workflow, options, found, isStored: false, head: head)
    }

    private convenience init(
        _ workflow: Workflow, _ options: RunOptions, _ found: Resumption, isStored: Bool, head: String?,
        _ warnings: [(reason: String, message: String)] = []
    ) throws(Failure) {
        let summary = found.checkpoint.summary
        let id = try Self.id(options, found)
        let kernel = Kernel(
            graph: workflow.graph, options: Self.kernelOptions(workflow, options), resuming: found.checkpoint.snapshot,
            warnings: warnings, forks: found.isChanged || Name(id) != Name(summary.runID))
        var identifiers = Identifiers(environment: options.environment, after: summary.id)
        if let head { identifiers.advance(beyond: head) }
        self.init(workflow, options, id: id, kernel, identifiers, LastCheckpoint(found, isStored: isStored), head: head)
    }

    private init(
        _ workflow: Workflow, _ options: RunOptions, id: String, _ kernel: consuming Kernel, _ identifiers: Identifiers,
        _ last: LastCheckpoint, head: String? = nil
    ) {
        self.workflow = workflow
        self.options = options
        code = workflow.code.executors
        self.id = Text(id)
        idString = id
        self.identifiers = identifiers
        self.last = last
        self.head = head
        underWay = CallsUnderWay(lease: options.lease.map { UInt64(clamping: $0) &* 1000 })
        hasLimits = options.lease != nil || !workflow.graph.policies.isEmpty
        clock = options.environment.steadyClock
        // Memos go to the storage, or to the run itself.
        let memos = options.storage ?? MemoryStorage()
        site = Context.Site(workflow: workflow, runID: self.id, inbox: inbox, storage: memos, clock: clock)
        if let withoutCode = workflow.withoutCode {
            polledSite = Context.Site(workflow: withoutCode, runID: self.id, inbox: inbox, storage: memos, clock: clock)
        } else {
            polledSite = site
        }
        requests = OpenRequests(kernel.snapshot.hostRequests)
        shownSuperstep = Atomic(kernel.snapshot.superstep)
        if hasLimits { kernel.now = clock() }
        self.kernel = Guarded(kernel)
    }

    deinit {
        _ = try? saveAtRest()
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

    /// What the storage must still have when the run first commits. A run of its own must not be there yet.
    private static func head(_ storage: (any Storage)?, _ options: RunOptions, _ found: Resumption) throws(Failure) -> String? {
        let run = found.checkpoint.summary.runID
        return Name(try id(options, found)) == Name(run) ? try storage?.head(run: run) : nil
    }

    private static func id(_ options: RunOptions, _ found: Resumption) throws(Failure) -> String {
        try checkedID(options) ?? found.checkpoint.summary.runID
    }

    private static func kernelOptions(_ workflow: Workflow, _ options: RunOptions) -> Kernel.Options {
        var result = Kernel.Options(
            maxSupersteps: options.maxSupersteps ?? workflow.graph.maxSupersteps,
            checkpoints: options.checkpoints || options.storage != nil, hidden: options.hidden,
            hooks: workflow.hooks)
        result.strictState = options.strictState
        result.recordsChanges = options.storage != nil && options.durability != .exit
        return result
    }

    /// Any thread, any time.
    public var state: RunState { RunState(rawValue: shownState.load(ordering: .relaxed)) ?? .started }
    /// The last committed superstep. Any thread, any time.
    public var superstep: Int { shownSuperstep.load(ordering: .relaxed) }

    // MARK: Driving

    /// What there is in place of an event.
    public enum Stop {
        /// The time is over; only pending calls are left to wait for.
        case timeout
        /// Nothing further will come.
        case done
    }

    /// Drives until there are `most` events, or one and no other without waiting, or host code has failed behind one. Nil if there was an
    /// event, with its number; what comes behind it is for the next time. Throws why the run failed once all its events are given.
    public func next(timeout milliseconds: Int64, most: UInt, _ give: (consuming Event, UInt64) -> Void) throws(Failure) -> Stop? {
        // A callback on a pool is no less a callback of the run.
        guard options.pool == nil || wfs_current_run() != inbox.mark else { throw reentrant }
        try enter()
        var view = View(state: state, superstep: superstep)
        defer { leave(view) }
        var patience = Patience(milliseconds)
        var count: UInt = 0
        let failedBefore = failedCalls.load(ordering: .relaxed)
        while true {
            if inbox.isFull.load(ordering: .acquiring) { absorb() }
            switch kernel.use({ $0.next(&view) }) {
            case .emit(let event):
                if case .request(let request) = event.data {
                    guard requests.tell(request), !options.hidden.contains(.requestInfo) else { continue }
                }
                let number = sequence.load(ordering: .relaxed) &+ 1
                sequence.store(number, ordering: .relaxed)
                give(consume event, number)
                count += 1
                guard count < most, failedCalls.load(ordering: .relaxed) == failedBefore else { return nil }
                show(view)
                patience = Patience(0)
            case .call(let call): run(consume call)
            case .decide(let condition, let payload): decide(condition, payload)
            case .select(let selector, let payload, let targets): select(selector, payload, targets)
            case .commit(let kind): commit(kind)
            case .wait: if try wait(&patience) { return count > 0 ? nil : .timeout }
            case .rest:
                guard rests() else { continue }
                if count > 0 { return nil }
                if let failure = kernel.use({ $0.failure }) { throw failure }
                return .done
            }
        }
    }

    /// How long whoever drives the run wants to wait.
    private struct Patience {
        let milliseconds: Int64
        /// Counted from the first time that there is something to wait for; nil inside is never.
        var deadline: timespec??

        init(_ milliseconds: Int64) { self.milliseconds = milliseconds }
    }

    /// Waits for a report, or until something is due. True: the patience is over, and nothing has happened.
    @inline(never)  // An event would pay for it.
    private func wait(_ patience: inout Patience) throws(Failure) -> Bool {
        let pause = hasLimits ? pass() : nil
        if pause == 0 { return false }
        if patience.milliseconds == 0 {
            // Waiting for a moment that is now would still put the thread to sleep.
            guard !inbox.isFull.load(ordering: .acquiring) else { return false }
            rest(for: pause)
            return true
        }
        let end = patience.deadline ?? Monitor.deadline(in: patience.milliseconds)
        patience.deadline = .some(end)
        let due = pause.flatMap { Monitor.deadline(in: $0) }
        switch inbox.wait(until: due.map { $0.isBefore(end) ? $0 : end ?? $0 } ?? end) {
        case .arrival: return false
        case .timeout where due?.isBefore(end) == true: return false
        case .timeout:
            rest(for: pause)
            return true
        case .closed: throw Failure(.closed, "the run '\(id)' was freed while it was being driven")
        }
    }

    /// Lets the time pass: takes up what has paused long enough, gives up what takes too long. Gives the milliseconds until
    /// the next such moment, 0 if something happened, nil if nothing will.
    private func pass() -> Int64? {
        let now = clock()
        let due = [kernel.use { $0.dueTime }, underWay.firstDeadline].compactMap { $0 }.min()
        guard let due else { return nil }
        guard due <= now else { return Int64(clamping: (due - now) / 1000) + 1 }
        inbox.silence()
        kernel.use { $0.tick(now) }
        for context in underWay.expire(at: now) {
            var outcome = Outcome()
            outcome.failure = context.late
            finish(context, &outcome)
        }
        return 0
    }

    /// Nothing to do before a while: the host's event loop is woken then.
    private func rest(for milliseconds: Int64?) {
        if let milliseconds { inbox.ring(at: Monitor.deadline(in: milliseconds)) }
    }

    /// Comes to rest, unless there is something to tell or to take up before.
    @inline(never)
    private func rests() -> Bool {
        if isUnsaved, saved() { return false }
        return inbox.beginRest(forGood: kernel.use { $0.failure != nil })
    }

    /// Saves the boundary at which the run rests. What goes wrong is the end of the run; a run that failed before stays so.
    private func saved() -> Bool {
        let hadFailed = kernel.use { $0.failure != nil }
        do throws(Failure) { return try saveAtRest() } catch {
            if !hadFailed { kernel.use { $0.fail(error) } }
            return !hadFailed
        }
    }

    private func absorb() {
        for report in inbox.take() {
            switch report {
            case .emission(let executor, let emission): kernel.use { $0.tell(emission, executor: executor) }
            case .finished(let context, let status):
                underWay.end(context)
                var outcome = context.takeOutcome(status, wasPending: true)
                finish(context, &outcome)
            case .input(let payload): kernel.use { $0.input(payload) }
            case .answer(let request, let payload): kernel.use { $0.answer(request, payload) }
            case .withdrawal(let request): kernel.use { $0.withdraw(request) }
            case .cancel(let reason): kernel.use { $0.cancel(reason) }
            }
        }
    }

    // MARK: The gate

    func enter() throws(Failure) {
        let result = driver.compareExchange(expected: 0, desired: CurrentThread.id, ordering: .acquiring)
        guard !result.exchanged else {
            // Only before the first time has anything changed outside of the gate.
            if state == .started { show(kernel.use { $0.view }) }
            return
        }
        if result.original == CurrentThread.id { throw reentrant }
        throw Failure(.busy, "the run '\(id)' is being driven by another thread")
    }

    var reentrant: Failure {
        Failure(.reentrant, "the run '\(id)' is calling this very thread: a callback must not drive its own run, nor wait for it")
    }

    /// For a look at the run: through the gate, unless this thread is inside already. What a kernel drops while it changes may be the last
    /// of an object of the host's, whose finalizer runs then; and what goes into a fan-in is asked for its text.
    func inside<Result>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        let isInside = driver.load(ordering: .relaxed) == CurrentThread.id
        if isInside, kernel.isInUse {
            throw Failure(.reentrant, "the run '\(id)' is changing: a finalizer of an object that it drops, or what makes the text of one, cannot look at what its run does")
        }
        if !isInside { try enter() }
        defer { if !isInside { leave() } }
        return try body()
    }

    func leave() { leave(kernel.use { $0.view }) }

    /// For who has just looked how far the run is.
    private func leave(_ view: View) {
        show(view)
        driver.store(0, ordering: .releasing)
    }

    private func show(_ view: View) {
        shownState.store(view.state.rawValue, ordering: .relaxed)
        shownSuperstep.store(view.superstep, ordering: .relaxed)
    }

    struct View {
        let state: RunState
        let superstep: Int
    }
}

extension Kernel {
    fileprivate var view: Run.View { Run.View(state: state, superstep: committedSupersteps) }

    /// The next step, and how far the run is then: one look at the run's kernel instead of two.
    fileprivate mutating func next(_ view: inout Run.View) -> Step {
        let step = next()
        view = self.view
        return step
    }
}
