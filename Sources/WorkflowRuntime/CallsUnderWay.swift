import WorkflowKernel
import WorkflowModel

/// The calls of a run that other threads handle, and until when they may take.
struct CallsUnderWay {
    private var contexts: [ObjectIdentifier: Context] = [:]
    /// How long a call may give no sign of life, in microseconds; nil for any time.
    let lease: UInt64?

    init(lease: UInt64?) { self.lease = lease }

    mutating func begin(_ context: Context) { contexts[ObjectIdentifier(context)] = context }
    mutating func end(_ context: Context) { contexts[ObjectIdentifier(context)] = nil }
    mutating func clear() { contexts.removeAll() }

    /// In the order of executors.
    var all: [Context] { contexts.values.sorted { $0.executor < $1.executor } }

    /// The first moment at which a call is too late; nil if none can be.
    var firstDeadline: UInt64? { contexts.values.compactMap { $0.deadline(lease: lease) }.min() }

    /// Takes out the calls that are too late, in the order of executors.
    mutating func expire(at now: UInt64) -> [Context] {
        let late = all.filter { context in context.deadline(lease: lease).map { $0 <= now } == true && context.expire() }
        for context in late { end(context) }
        return late
    }
}
