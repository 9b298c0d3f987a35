import Glibc

/// A mutex of the system's, which thread sanitizers know, and what threads wait for under it.
///
/// `@unchecked Sendable` because the C objects are made for many threads; so is `Condition`.
final class Monitor: @unchecked Sendable {
    // The C objects do not move: they live in an allocation of their own until deinit.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    init() {
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// No host code may run inside `body`, and none of its objects may be released there.
    func withLock<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Inside `withLock`: waits for a signal, or until the deadline (nil: forever). False: the time is over. Look again at
    /// what was waited for, whatever the answer is.
    func wait(for condition: Condition, until deadline: timespec?) -> Bool {
        guard var deadline else { return pthread_cond_wait(condition.place, mutex) == 0 }
        return pthread_cond_timedwait(condition.place, mutex, &deadline) != ETIMEDOUT
    }

    final class Condition: @unchecked Sendable {
        fileprivate let place = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

        init() {
            place.initialize(to: pthread_cond_t())
            var attributes = pthread_condattr_t()
            pthread_condattr_init(&attributes)
            // The monotonic clock: a waiting run must not care when somebody sets the time.
            pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
            pthread_cond_init(place, &attributes)
            pthread_condattr_destroy(&attributes)
        }

        deinit {
            pthread_cond_destroy(place)
            place.deallocate()
        }

        func signal() { pthread_cond_signal(place) }
        func broadcast() { pthread_cond_broadcast(place) }
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

extension timespec {
    /// Nil is never.
    func isBefore(_ other: timespec?) -> Bool {
        guard let other else { return true }
        return (tv_sec, tv_nsec) < (other.tv_sec, other.tv_nsec)
    }
}
