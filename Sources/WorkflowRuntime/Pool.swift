import CShims
import Glibc
public import WorkflowModel

/// Threads that run calls of host code, for any number of runs at a time.
///
/// Handle and runs keep it; when the last of them lets go, its threads end.
public final class Pool: ProcessBound, @unchecked Sendable {
    public static let sizes = 1...1024

    private let desk = Desk()
    private var threads: [pthread_t] = []

    public init(threads count: Int) throws(Failure) {
        guard Self.sizes.contains(count) else {
            throw Failure(
                .invalid, "a pool of \(count) threads cannot be; it has \(Self.sizes.lowerBound) to \(Self.sizes.upperBound)")
        }
        super.init()
        // Signals are for the host's own threads.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        for made in 0..<count {
            let problem = desk.startThread(&threads)
            guard problem == 0 else {
                throw Failure(
                    .limit,
                    "the system gave \(made) of \(count) threads and no more: \(String(cString: strerror(problem))). Ask for fewer, "
                        + "or raise the limit (ulimit -u)")
            }
        }
    }

    deinit {
        isGone = true
        // The threads are the parent's; a child has none to wait for.
        guard !isForeign else { return }
        desk.close()
        // A thread of a pool waits for none, be it its own or another pool's that does the same: two could wait for ever.
        let waits = wfs_current_pool() == 0
        for thread in threads { _ = waits ? pthread_join(thread, nil) : pthread_detach(thread) }
    }

    /// Whether this very thread is one of the pool's.
    var isHere: Bool { wfs_current_pool() == desk.mark }

    /// Calls `code` on some thread of the pool, for a context that is detached. It reports to the context's run.
    func call(_ code: any ExecutorCode, _ context: Context) { desk.put(Job(code: code, context: context)) }
}

private struct Job {
    let code: any ExecutorCode
    let context: Context
}

/// Where jobs lie until a thread takes one. The threads keep it, not the pool.
private final class Desk: ProcessBound, @unchecked Sendable {
    private let monitor = Monitor()
    private let arrival = Monitor.Condition()
    private var jobs = Queue<Job>()  // protected by monitor
    private var isClosed = false  // protected by monitor

    var mark: UInt { UInt(bitPattern: ObjectIdentifier(self)) }

    func put(_ job: Job) {
        monitor.withLock {
            jobs.put(job)
            arrival.signal()
        }
    }

    /// Those who could be waiting for jobs that are left are gone: a run keeps its pool.
    func close() {
        monitor.withLock {
            isClosed = true
            arrival.broadcast()
        }
    }

    /// Nil when the pool has closed.
    private func take() -> Job? {
        monitor.withLock {
            while !isClosed {
                if let job = jobs.take() { return job }
                _ = monitor.wait(for: arrival, until: nil)
            }
            return nil
        }
    }

    /// 0, or why the system gives no thread.
    func startThread(_ threads: inout [pthread_t]) -> Int32 {
        var thread = pthread_t()
        let place = UnsafeMutablePointer<Desk>.allocate(capacity: 1)
        place.initialize(to: self)
        let problem = pthread_create(
            &thread, nil,
            { place in
                guard let place = place?.assumingMemoryBound(to: Desk.self) else { return nil }
                let desk = place.move()
                place.deallocate()
                desk.serve()
                return nil
            }, place)
        guard problem == 0 else {
            place.deinitialize(count: 1)
            place.deallocate()
            return problem
        }
        threads.append(thread)
        return 0
    }

    private func serve() {
        // In a child that a callback forked, the one thread there is ends with it: nobody waits for its report.
        while !isForeign, let job = take() { serve(job) }
    }

    private func serve(_ job: Job) {
        let context = job.context
        // Its run was cancelled or is gone.
        guard !context.isCancelled else { return }
        wfs_set_current(mark, context.runMark)
        defer { wfs_set_current(mark, 0) }
        let status = job.code.call(context.kind, context)
        // In a child of this thread, the inbox may be locked by a thread that is not there.
        guard status != .pending, !isForeign else { return }
        // Refused if the run is gone meanwhile: then nobody wants to know.
        _ = try? context.report(status)
    }
}
