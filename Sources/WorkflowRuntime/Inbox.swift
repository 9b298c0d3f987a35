import Glibc
import Synchronization
import WorkflowKernel
import WorkflowModel

/// Between the thread that drives a run and all others: what they report to it, and the calls that it leaves for them.
final class Inbox: @unchecked Sendable {
    enum Report {
        case emission(executor: Int, Emission)
        case finished(Context, Status)
        case input(Text)
        case answer(Request, Text)
        case withdrawal(Request)
        case cancel(reason: String)
    }

    /// Whether there is something to take: looked at without the lock, on every turn of the run.
    let isFull = Atomic<Bool>(false)
    /// Somebody asked the run to stop, or it is gone.
    let isCancelled = Atomic<Bool>(false)

    /// Counts the times that the run was taken back to a checkpoint: calls and requests of an earlier epoch count no more.
    /// Written with the lock held.
    let epoch = Atomic<Int>(0)

    private let monitor = Monitor()
    /// For the driving thread: a report, or the end.
    private let arrival = Monitor.Condition()
    /// For threads that poll: a call, or a rest.
    private let work = Monitor.Condition()

    // Protected by monitor:
    private var reports: [Report] = []
    private var calls = Queue<Context>()
    private var wake = Wake()
    private var rest = Rest.none
    private var isClosed = false

    private enum Rest {
        case none
        /// Until something arrives.
        case idle
        case ended
    }

    /// One for each run.
    var mark: UInt { UInt(bitPattern: ObjectIdentifier(self)) }

    /// For what a pending call and the driving thread share. No host code may run inside `body`.
    func withLock<Result>(_ body: () -> Result) -> Result { monitor.withLock(body) }

    // MARK: Reports

    /// False if nobody will read it: the run is gone, or `epoch` is over.
    func put(_ report: Report, epoch: Int? = nil) -> Bool {
        var wakeUp: (@Sendable () -> Void)?
        let isOpen = monitor.withLock {
            guard !isClosed, epoch == nil || epoch == self.epoch.load(ordering: .relaxed) else { return false }
            if reports.isEmpty {
                wake.ring()
                wakeUp = wake.callback
            }
            reports.append(report)
            isFull.store(true, ordering: .releasing)
            if case .cancel = report {
                // After the report: who sees it and gives up its call can rely on the run to stop.
                isCancelled.store(true, ordering: .releasing)
                work.broadcast()
            }
            if rest == .idle { rest = .none }
            arrival.signal()
            return true
        }
        wakeUp?()
        return isOpen
    }

    /// What arrived, oldest first, without waiting.
    func take() -> [Report] {
        monitor.withLock {
            let taken = reports
            reports.removeAll()
            isFull.store(false, ordering: .relaxed)
            wake.silence()
            return taken
        }
    }

    enum Wait { case arrival, timeout, closed }

    /// Waits until there is something to take, or until the deadline (nil: forever).
    func wait(until deadline: timespec?) -> Wait {
        monitor.withLock {
            var isInTime = true
            while true {
                if !reports.isEmpty { return .arrival }
                if isClosed { return .closed }
                if !isInTime { return .timeout }
                isInTime = monitor.wait(for: arrival, until: deadline)
            }
        }
    }

    // MARK: Calls for threads that poll

    /// Leaves a call, whose context is detached, for whoever polls.
    func leave(_ context: Context) {
        monitor.withLock {
            calls.put(context)
            work.signal()
        }
    }

    /// The run rests, for good or until something arrives. False: something has arrived.
    func beginRest(forGood: Bool) -> Bool {
        monitor.withLock {
            guard reports.isEmpty else { return false }
            rest = forGood ? .ended : .idle
            work.broadcast()
            return true
        }
    }

    enum Poll {
        case call(Context)
        case timeout
        case idle
        /// The run failed, was cancelled, or is gone.
        case ended
    }

    /// Waits for a call until the deadline (nil: forever).
    func poll(until deadline: timespec?) -> Poll {
        monitor.withLock {
            var isInTime = true
            while true {
                if isClosed || rest == .ended || isCancelled.load(ordering: .relaxed) { return .ended }
                while let context = calls.take() { if !context.isCancelled { return .call(context) } }
                if rest == .idle { return .idle }
                if !isInTime { return .timeout }
                isInTime = monitor.wait(for: work, until: deadline)
            }
        }
    }

    // MARK: Waking the host

    /// Readable while there is something to take.
    func wakeDescriptor() throws(Failure) -> Int32 {
        let result = monitor.withLock { () -> Result<Int32, Failure> in
            do throws(Failure) {
                let descriptor = try wake.descriptor()
                if !reports.isEmpty { wake.ring() }
                return .success(descriptor)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// The moment of `ring(at:)` has come.
    func silence() {
        monitor.withLock { if reports.isEmpty { wake.silence() } }
    }

    /// Makes the descriptor readable at that moment, if nothing is there to take before.
    func ring(at moment: timespec?) {
        monitor.withLock { if let moment, reports.isEmpty { wake.ring(at: moment) } }
    }

    /// Takes the place of the callback before. Called at once if there is something to take already.
    func setWake(_ callback: (@Sendable () -> Void)?) {
        var old: (@Sendable () -> Void)?
        let isLate = monitor.withLock {
            old = wake.callback
            wake.callback = callback
            return !reports.isEmpty
        }
        if isLate { callback?() }
        withExtendedLifetime(old) {}
    }

    // MARK: The end

    /// Begins the next epoch, and gives its number: drops what waits, and refuses what comes late.
    func restart() -> Int {
        let (dropped, next) = monitor.withLock {
            defer {
                (reports, calls, rest) = ([], Queue(), .none)
                isFull.store(false, ordering: .relaxed)
                isCancelled.store(false, ordering: .relaxed)
                wake.silence()
            }
            return ((reports, calls), epoch.add(1, ordering: .releasing).newValue)
        }
        withExtendedLifetime(dropped) {}  // As in `empty`.
        return next
    }

    /// Refuses all further reports, and wakes all who wait.
    func close() {
        monitor.withLock {
            isClosed = true
            isCancelled.store(true, ordering: .releasing)
            arrival.broadcast()
            work.broadcast()
        }
    }

    /// Lets go of everything, after `close`.
    func empty() {
        // Released without the lock: dropping the last reference to host code runs its finalizer.
        let dropped = monitor.withLock {
            defer { (reports, calls, wake) = ([], Queue(), Wake()) }
            return (reports, calls, wake)
        }
        withExtendedLifetime(dropped) {}
    }
}
