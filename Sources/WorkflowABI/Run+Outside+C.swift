import CWorkflow
import WorkflowJSON
import WorkflowModel
import WorkflowRuntime

/// Gives the run one more input for its start executor: the next turn of a conversation.
///
/// It is taken in at the next superstep boundary, after which a checkpoint of kind "entry" is made; state stays as it is.
/// A run that was idle goes on: call wf_run_next. The input is durable with that checkpoint, not before. The superstep
/// limit counts anew. Any thread, any time.
/// - Parameters:
///   - run: Borrowed.
///   - json: The input. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_JSON with the offset; WF_E_LIMIT; WF_E_INVALID for a type that the start executor does not accept;
///   WF_E_CLOSED if the run failed or was cancelled; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_run_input")
public func wf_run_input(
    _ run: UnsafeMutablePointer<wf_run>?, _ json: UnsafePointer<CChar>?, _ length: UInt,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        try Handle.object(run).input(try CText.json(json, length, "the input"))
    }
}

/// Answers a pending request. The first answer counts; one of a wrong type changes nothing.
///
/// The executor that asked gets the answer as a message, in the superstep after the next boundary, where a checkpoint of
/// kind "response" is made: from then on the answer is durable. Requests of a resumed run can be answered at once. The
/// superstep limit counts anew. Any thread, any time.
/// - Parameters:
///   - run: Borrowed.
///   - request_id: Which.
///   - json: The answer. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_NOTFOUND if no such request is pending; WF_E_CONFLICT if it was answered or withdrawn already;
///   WF_E_INVALID if the answer has a wrong type: the request stays pending; WF_E_JSON with the offset; WF_E_LIMIT;
///   WF_E_CLOSED if the run failed, was cancelled, or goes back to a checkpoint at this moment; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_run_respond")
public func wf_run_respond(
    _ run: UnsafeMutablePointer<wf_run>?, _ request_id: UnsafePointer<CChar>?, _ json: UnsafePointer<CChar>?,
    _ length: UInt, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let run = try Handle.object(run)
        let id = Text(try CText.string(request_id, "request id"))
        try run.respond(id, try CText.json(json, length, "the answer"))
    }
}

/// Withdraws a pending request: nobody needs to answer it any more, and nobody can.
///
/// Any thread, any time.
/// - Parameters:
///   - run: Borrowed.
///   - request_id: Which.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_NOTFOUND if no such request is pending; WF_E_CONFLICT if it was answered or withdrawn already;
///   WF_E_CLOSED if the run failed, was cancelled, or goes back to a checkpoint at this moment; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_run_withdraw")
public func wf_run_withdraw(
    _ run: UnsafeMutablePointer<wf_run>?, _ request_id: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        try Handle.object(run).withdraw(Text(try CText.string(request_id, "request id")))
    }
}

/// Lists the requests that wait for an answer, in the order of asking, whether or not their events were wanted.
///
/// Each has `request_id`, `source_executor_id`, `response_type` and `data`. Those that executors are to answer
/// (WF_SUB_INTERCEPT_REQUESTS) are not among them. Any thread, any time.
/// - Parameters:
///   - run: Borrowed.
///   - json: Receives a NUL-terminated JSON array, owned by the caller: wf_free. NULL on error.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED; WF_E_NOMEM.
@_cdecl("wf_run_pending_requests")
public func wf_run_pending_requests(
    _ run: UnsafeMutablePointer<wf_run>?, _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ length: UnsafeMutablePointer<UInt>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(json, "list of requests")
        let run = try Handle.object(run)
        try CText.give(EventDocument.list(of: run.pendingRequests, graph: run.workflow.graph), place, length, "list of requests")
    }
}

/// Asks the run to stop. Its last checkpoint can be resumed.
///
/// The superstep in hand has no effect. wf_run_next gives a "cancelled" event, the status CANCELLED, and then answers
/// WF_E_CANCELLED. Executors that are pending count no more; they can ask wf_context_is_cancelled. Any thread, any time.
/// - Parameters:
///   - run: Borrowed.
///   - reason: UTF-8 for people; NULL for none. Copied.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for a reason that is not UTF-8; WF_E_MISUSE for a NULL or another kind of handle;
///   WF_E_FORKED.
@_cdecl("wf_run_cancel")
public func wf_run_cancel(
    _ run: UnsafeMutablePointer<wf_run>?, _ reason: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let run = try Handle.object(run)
        run.cancel(try CText.optionalString(reason, "reason") ?? "the run was cancelled")
    }
}
