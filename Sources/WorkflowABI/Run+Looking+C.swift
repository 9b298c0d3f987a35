import CWorkflow
import WorkflowModel
import WorkflowRuntime

/// How far the run is.
///
/// Any thread, any time.
/// - Parameter run: Borrowed.
/// - Returns: The state; WF_E_MISUSE for a NULL or another kind of handle.
@_cdecl("wf_run_state")
public func wf_run_state(_ run: UnsafePointer<wf_run>?) -> wf_run_state_t {
    Handle.peek(run)?.state.rawValue ?? Status.misuse.rawValue
}

/// How many supersteps are committed.
///
/// Any thread, any time.
/// - Parameter run: Borrowed.
/// - Returns: The number; 0 for anything but a run.
@_cdecl("wf_run_superstep")
public func wf_run_superstep(_ run: UnsafePointer<wf_run>?) -> UInt64 {
    UInt64(clamping: Handle.peek(run)?.superstep ?? 0)
}

/// The run's id: the host's own, or one that the library made. A resumed run has the id of its checkpoint.
///
/// Any thread, any time.
/// - Parameter run: Borrowed.
/// - Returns: NUL-terminated text, borrowed: valid until the run is freed. Empty for anything but a run.
@_cdecl("wf_run_id")
public func wf_run_id(_ run: UnsafePointer<wf_run>?) -> UnsafePointer<CChar> {
    CText.lend(Handle.peek(run)?.id ?? emptyText, nil)
}

/// Gives the last checkpoint of the run as one JSON document, never half a superstep.
///
/// The run needs a storage or WF_RUN_CHECKPOINTS. A resumed run gives the checkpoint it came from until it has made
/// one of its own. May be called inside a callback of this run; otherwise one thread at a time with wf_run_next.
/// - Parameters:
///   - run: Borrowed.
///   - json: Receives NUL-terminated JSON, owned by the caller: wf_free. NULL unless WF_OK.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_NONE if there is none yet; WF_E_UNSUPPORTED if the run makes none; WF_E_STORAGE or
///   WF_E_CHECKPOINT if the storage cannot give it back; WF_E_BUSY while another thread drives the run; WF_E_REENTRANT in
///   the finalizer of an object that the run is dropping; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED;
///   WF_E_NOMEM.
@_cdecl("wf_run_checkpoint")
public func wf_run_checkpoint(
    _ run: UnsafeMutablePointer<wf_run>?, _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ length: UnsafeMutablePointer<UInt>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.status(error) { () throws(Failure) in
        let place = try Boundary.place(json, "checkpoint")
        guard let document = try Handle.object(run).checkpoint() else { return .none }
        try CText.give(document, place, length, "checkpoint")
        return .ok
    }
}

/// Says what the run waits for: for the person who asks why nothing happens.
///
/// {"why": a sentence, "state", "superstep", "halted", "undelivered_messages", "requests": as wf_run_pending_requests, and
/// those that executors around a sub-workflow are to answer, "fan_ins": [{"target", "lane": inside a sub-workflow, which of its
/// inputs, "arrived": {executor: number}, "waiting_for": [executor]}], "calls": host code that has not ended: [{"executor_id", "asked_to", "failed_attempts",
/// "deadline_in_ms"}], "retries": [{"executor_id", "failed_attempts", "in_ms"}]}. May be called inside a callback of this run;
/// otherwise one thread at a time with wf_run_next.
/// - Parameters:
///   - run: Borrowed.
///   - json: Receives NUL-terminated JSON, owned by the caller: wf_free. NULL unless WF_OK.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_BUSY while another thread drives the run; WF_E_REENTRANT in the
///   finalizer of an object that the run is dropping; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED;
///   WF_E_NOMEM.
@_cdecl("wf_run_why_waiting")
public func wf_run_why_waiting(
    _ run: UnsafeMutablePointer<wf_run>?, _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ length: UnsafeMutablePointer<UInt>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(json, "answer")
        try CText.give(try Handle.object(run).whyWaiting(), place, length, "answer")
    }
}

/// Releases a run, finished or not. What is stored stays stored.
///
/// Executors that are still pending are not called again. They must still be finished, which answers WF_E_CLOSED: until
/// then their contexts keep the host code alive. (Those that came from wf_run_poll do not: the host has no code in them.)
/// If the run is the last to use a pool, see wf_pool_free. Any thread; not while another thread drives the run.
/// - Parameter run: Consumed. NULL does nothing, and so does a run of the parent in a forked child.
@_cdecl("wf_run_free")
public func wf_run_free(_ run: UnsafeMutablePointer<wf_run>?) {
    // Threads that wait in it keep it until they wake.
    if let object = try? Handle.object(run) { object.close() }
    Handle.free(run)
}
