import Glibc
import WorkflowModel
import WorkflowStorage

/// Threads of the suite's own.
enum Crew {
    /// Runs `body` on so many threads at once, each with its number, and waits for all. The first that breaks is told.
    static func work(_ count: Int, _ body: @escaping @Sendable (Int) throws(Verdict) -> Void) throws(Verdict) {
        let verdict = Locked<Verdict?>(nil)
        var threads: [pthread_t] = []
        for number in 0..<count {
            guard let thread = start({
                do throws(Verdict) { try body(number) } catch { verdict.withLock { $0 = $0 ?? error } }
            }) else { break }
            threads.append(thread)
        }
        for thread in threads { pthread_join(thread, nil) }
        if threads.count < count { throw .skipped("the system gave \(threads.count) of \(count) threads") }
        if let verdict = verdict.withLock({ $0 }) { throw verdict }
    }

    private final class Job {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Nil if the system gives none.
    private static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
        var thread = pthread_t()
        let place = UnsafeMutablePointer<Job>.allocate(capacity: 1)
        place.initialize(to: Job(body))
        let problem = pthread_create(
            &thread, nil,
            { place in
                guard let place = place?.assumingMemoryBound(to: Job.self) else { return nil }
                let job = place.move()
                place.deallocate()
                job.body()
                return nil
            }, place)
        guard problem != 0 else { return thread }
        place.deinitialize(count: 1)
        place.deallocate()
        return nil
    }
}
