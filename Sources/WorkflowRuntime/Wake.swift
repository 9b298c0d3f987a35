import CShims
import Glibc
import WorkflowModel

/// How a run tells the host's event loop that something has arrived: a descriptor, a callback, both or none.
///
/// Protected by the lock of the inbox.
struct Wake {
    /// The host's callback. Called, and released, without a lock.
    var callback: (@Sendable () -> Void)?
    private var alarm: Alarm?
    /// When the run has to go on although nothing arrives: also for a descriptor that is not made yet.
    private var due: timespec?

    /// The descriptor, made when somebody first asks.
    mutating func descriptor() throws(Failure) -> Int32 {
        if let alarm { return alarm.descriptor }
        let new = try Alarm()
        alarm = new
        if let due { new.ring(at: due) }
        return new.descriptor
    }

    func ring() { alarm?.ring() }

    mutating func ring(at moment: timespec) {
        due = moment
        alarm?.ring(at: moment)
    }

    mutating func silence() {
        due = nil
        alarm?.silence()
    }

    /// A timer's descriptor: readable when its moment has come, and a moment that is past has come at once.
    private final class Alarm: Sendable {
        let descriptor: Int32

        init() throws(Failure) {
            descriptor = wfs_alarm_new()
            guard descriptor >= 0 else {
                throw Failure(
                    .limit,
                    "the system gives no descriptor to wake this process: \(String(cString: strerror(errno))). Close some, or "
                        + "raise the limit (ulimit -n)")
            }
        }

        deinit { close(descriptor) }

        func ring() { wfs_alarm_set(descriptor, 0, 1) }
        func ring(at moment: timespec) { wfs_alarm_set(descriptor, Int64(moment.tv_sec), Int64(moment.tv_nsec)) }
        func silence() { wfs_alarm_set(descriptor, 0, 0) }
    }
}
