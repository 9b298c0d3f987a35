extension Status {
    /// Its name in C, and what it means in a few words.
    public var words: (name: StaticString, text: StaticString) {
        switch self {
        case .ok: ("WF_OK", "done")
        case .timeout: ("WF_TIMEOUT", "nothing within the given time")
        case .done: ("WF_DONE", "nothing further will come")
        case .pending: ("WF_PENDING", "will be finished later")
        case .none: ("WF_NONE", "there is no such value")
        case .invalid: ("WF_E_INVALID", "an argument has a value that cannot be right")
        case .misuse: ("WF_E_MISUSE", "a wrong handle, or a call at the wrong place")
        case .outOfMemory: ("WF_E_NOMEM", "out of memory")
        case .notFound: ("WF_E_NOTFOUND", "there is nothing of that name")
        case .exists: ("WF_E_EXISTS", "the name is taken")
        case .conflict: ("WF_E_CONFLICT", "another writer was first")
        case .busy: ("WF_E_BUSY", "another thread is driving this run")
        case .reentrant: ("WF_E_REENTRANT", "called from inside a callback of the same run")
        case .cancelled: ("WF_E_CANCELLED", "the run was cancelled")
        case .closed: ("WF_E_CLOSED", "the object has ended")
        case .json: ("WF_E_JSON", "the text is not the JSON that was expected")
        case .graph: ("WF_E_GRAPH", "the workflow is not valid")
        case .checkpoint: ("WF_E_CHECKPOINT", "the checkpoint is damaged, cut short, or foreign")
        case .mismatch: ("WF_E_MISMATCH", "the checkpoint was made by a different graph")
        case .storage: ("WF_E_STORAGE", "the storage could not read or write")
        case .executor: ("WF_E_EXECUTOR", "host code failed")
        case .limit: ("WF_E_LIMIT", "a limit was reached")
        case .unsupported: ("WF_E_UNSUPPORTED", "not possible here")
        case .late: ("WF_E_TIMEOUT", "took longer than it may")
        case .forked: ("WF_E_FORKED", "made before fork(), used in the child")
        case .internal: ("WF_E_INTERNAL", "a defect of the library")
        case let status where status.rawValue <= Status.host.rawValue: ("WF_E_HOST", "a status of the host's own")
        default: ("WF_UNKNOWN", "a status that this version of the library does not know")
        }
    }
}
