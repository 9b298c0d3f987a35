import WorkflowKernel
import WorkflowModel

/// The calls of a run that other threads handle, and until when they may take.
struct CallsUnderWay {
    private var contexts: [ObjectIdentifier: Context] = [:]
    /// How long a call may give no sign of life, in microseconds; nil for any time.
    let lease: UInt64?

    /// No call is too late before, so that a wait need not look at all of them; nil if none can be.
    private(set) var firstDeadline: UInt64?

    init(lease: UInt64?) { self.lease = lease }

    mutating func begin(_ context: Context, at now: UInt64) {
        contexts[ObjectIdentifier(context)] = context
        watch(context, at: now)
    }

    mutating func end(_ context: Context) { contexts[ObjectIdentifier(context)] = nil }

    mutating func clear() {
        contexts.removeAll()
        firstDeadline = nil
    }

    /// In the order of executors.
    var all: [Context] { contexts.values.sorted { $0.executor < $1.executor } }

    /// Takes out the calls that are too late, in the order of executors.
    mutating func expire(at now: UInt64) -> [Context] {
        let late = all.filter { context in context.deadline(lease: lease).map { $0 <= now } == true && context.expire() }
        for context in late { end(context) }
        firstDeadline = nil
        for context in contexts.values { watch(context, at: now) }
        return late
    }

    /// A sign of life can only move the deadline on; one that is still to begin the lease comes later than now.
    private mutating func watch(_ context: Context, at now: UInt64) {
        let deadlines = [firstDeadline, context.deadline(lease: lease), lease.map { now &+ $0 }]
        firstDeadline = deadlines.compactMap { $0 }.min()
    }
}
