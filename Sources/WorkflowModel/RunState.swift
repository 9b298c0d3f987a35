/// How far a run is, with the numbers of `enum wf_run_state`.
public enum RunState: Int32, Sendable {
    case started = 0
    case inProgress = 1
    case inProgressPendingRequests = 2
    case idle = 3
    case idleWithPendingRequests = 4
    case failed = 5
    case cancelled = 6

    /// The name that events show.
    public var name: String {
        switch self {
        case .started: "STARTED"
        case .inProgress: "IN_PROGRESS"
        case .inProgressPendingRequests: "IN_PROGRESS_PENDING_REQUESTS"
        case .idle: "IDLE"
        case .idleWithPendingRequests: "IDLE_WITH_PENDING_REQUESTS"
        case .failed: "FAILED"
        case .cancelled: "CANCELLED"
        }
    }
}
