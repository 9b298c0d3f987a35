import CShims
import Glibc
import Synchronization
import WorkflowKernel
import WorkflowModel

/// Where calls that went pending report, from any thread, and where the driving thread waits for them.
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

    // The C objects do not move: they live in an allocation of their own until deinit.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let arrival = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var reports: [Report] = []  // protected by mutex
    private var isClosed = false  // protected by mutex

    /// Counts the times that the run was taken back to a checkpoint: calls and requests of an earlier epoch count no more.
    /// Written with the mutex held.
    let epoch = Atomic<Int>(0)

    init() {
        mutex.initialize(to: pthread_mutex_t())
        arrival.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // The monotonic clock: a waiting run must not care when somebody sets the time.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(arrival, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(arrival)
        pthread_mutex_destroy(mutex)
        arrival.deallocate()
        mutex.deallocate()
    }

    /// For what a pending call and the driving thread share. No host code may run inside `body`.
    func withLock<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    /// False if nobody will read it: the run is gone, or `epoch` is over.
    func put(_ report: Report, epoch: Int? = nil) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed, epoch == nil || epoch == self.epoch.load(ordering: .relaxed) else { return false }
        reports.append(report)
        if case .cancel = report { isCancelled.store(true, ordering: .relaxed) }
        isFull.store(true, ordering: .releasing)
        pthread_cond_signal(arrival)
        return true
    }

    /// What arrived, oldest first, without waiting.
    func take() -> [Report] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let taken = reports
        reports.removeAll()
        isFull.store(false, ordering: .relaxed)
        return taken
    }

    /// Waits until there is something to take, or until the deadline (nil: forever). False: nothing came.
    func wait(until deadline: timespec?) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while reports.isEmpty {
            if var deadline {
                if pthread_cond_timedwait(arrival, mutex, &deadline) == ETIMEDOUT { return !reports.isEmpty }
            } else {
                pthread_cond_wait(arrival, mutex)
            }
        }
        return true
    }

    /// Somebody asked the run to stop, or it is gone.
    let isCancelled = Atomic<Bool>(false)

    /// Begins the next epoch, and gives its number: drops what waits, and refuses what comes late.
    func restart() -> Int {
        pthread_mutex_lock(mutex)
        let dropped = reports
        reports.removeAll()
        isFull.store(false, ordering: .relaxed)
        isCancelled.store(false, ordering: .relaxed)
        let next = epoch.add(1, ordering: .releasing).newValue
        pthread_mutex_unlock(mutex)
        withExtendedLifetime(dropped) {}  // As in `close`.
        return next
    }

    /// Refuses all further reports and drops those that wait.
    func close() {
        pthread_mutex_lock(mutex)
        let dropped = reports
        reports.removeAll()
        isClosed = true
        isCancelled.store(true, ordering: .relaxed)
        pthread_mutex_unlock(mutex)
        // Released only now: dropping the last reference to host code runs its finalizer, and no lock is held then.
        withExtendedLifetime(dropped) {}
    }

    /// The moment `milliseconds` from now; nil for a negative number.
    static func deadline(in milliseconds: Int64) -> timespec? {
        guard milliseconds >= 0 else { return nil }
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        // A century is forever, and cannot overflow.
        let wait = min(milliseconds, 100 * 365 * 86_400_000)
        time.tv_sec += Int(wait / 1000)
        time.tv_nsec += Int(wait % 1000) * 1_000_000
        if time.tv_nsec >= 1_000_000_000 {
            time.tv_sec += 1
            time.tv_nsec -= 1_000_000_000
        }
        return time
    }
}
