/// How far a run is, with the numbers of `enum wf_run_state`.
public enum RunState: Int32, Sendable {
    case started = 0
    case inProgress = 1
    case idle = 3
    case failed = 5

    /// The name that events show.
    public var name: String {
        switch self {
        case .started: "STARTED"
        case .inProgress: "IN_PROGRESS"
        case .idle: "IDLE"
        case .failed: "FAILED"
        }
    }
}
