import CWorkflow
import WorkflowJSON
import WorkflowModel
import WorkflowRuntime

/// Starts a run: `input` is queued for the start executor. Nothing runs before wf_run_next.
///
/// One workflow may have any number of runs at a time.
/// - Parameters:
///   - workflow: Borrowed; the run keeps what it needs.
///   - options: How to run; NULL for the defaults. Copied.
///   - input: JSON. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - run: Receives the run, owned by the caller: wf_run_free. NULL on error.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_JSON with the offset; WF_E_LIMIT for a text that is too long or too deep; WF_E_INVALID for bad
///   options, such as edits, and for an input of a type that the start executor does not accept; WF_E_UNSUPPORTED for options
///   from a newer library; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_run_start")
public func wf_run_start(
    _ workflow: UnsafeMutablePointer<wf_workflow>?, _ options: UnsafePointer<wf_run_options>?,
    _ input: UnsafePointer<CChar>?, _ length: UInt, _ run: UnsafeMutablePointer<UnsafeMutablePointer<wf_run>?>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(run, "run")
        let workflow = try Handle.object(workflow)
        let options = try RunOptions(options)
        place.pointee = Handle.make(try Run(workflow, options, input: try CText.json(input, length, "the input")))
    }
}

/// Goes on from a checkpoint in `options->storage`, as the same run.
///
/// The checkpoint is checked in full before anything happens; restore callbacks run inside wf_run_next, before anything
/// is delivered. Resuming one checkpoint twice gives the same result twice. Nothing keeps two processes from doing so at
/// the same time: each then goes on by itself, and their checkpoints branch.
///
/// `options->edits` changes what is in the checkpoint before it is read, such as `{"state": {"limit": 9}}`; an array, such as
/// `messages`, is replaced as a whole, and null removes a member. What the checkpoint is cannot be edited: `format`, `version`,
/// `checkpoint_id`, `previous_checkpoint_id`, `run_id`, `workflow_name`, `graph_signature`, `graph`, `timestamp`, `kind`,
/// `superstep`, `input_superstep`, `checksum`. `options->migrate` is asked, after that, when another graph made it.
///
/// With edits, after a migration, or with a `run_id` that is not the checkpoint's, the run is a fork: if it makes checkpoints, its
/// first is of kind "fork", made before anything is delivered, so that the fork can be resumed by itself. The original stays
/// as it is. What was remembered (wf_context_remember) is found under the run id that the fork has.
/// - Parameters:
///   - workflow: Borrowed; its graph must be the one that made the checkpoint, or `migrate` makes it fit.
///   - options: Needs `storage`. `run_id` gives the continuation a name of its own. Copied.
///   - checkpoint_id: Which; NULL for the latest of this workflow. Later ones that cannot be read are skipped, each
///     with a "warning" event.
///   - run: Receives the run, owned by the caller: wf_run_free. NULL on error.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_NOTFOUND if there is no such checkpoint; WF_E_MISMATCH if a different graph made it and nobody
///   migrates it: the message has the first differences; WF_E_CHECKPOINT if it is damaged, cut short or foreign, or the
///   edits or the migration made it so: the message says which; WF_E_INVALID for bad options, an id that cannot be one, or edits
///   or a migration that change what the checkpoint is; WF_E_JSON with the offset for edits that are not JSON; WF_E_LIMIT for
///   edits that are too long or too deep; WF_E_STORAGE if it cannot be read; WF_E_UNSUPPORTED if it needs a newer library; what
///   `migrate` answered, or WF_E_EXECUTOR if that is no error of its own; WF_E_MISUSE for a NULL or another kind of handle;
///   WF_E_FORKED.
@_cdecl("wf_run_resume")
public func wf_run_resume(
    _ workflow: UnsafeMutablePointer<wf_workflow>?, _ options: UnsafePointer<wf_run_options>?,
    _ checkpoint_id: UnsafePointer<CChar>?, _ run: UnsafeMutablePointer<UnsafeMutablePointer<wf_run>?>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(run, "run")
        let workflow = try Handle.object(workflow)
        let options = try RunOptions(options)
        let id = try CText.optionalString(checkpoint_id, "checkpoint id")
        place.pointee = Handle.make(try Run(workflow, options, resuming: id))
    }
}

/// Goes on from a checkpoint document that the host kept itself, as wf_run_checkpoint gave it.
///
/// Otherwise like wf_run_resume, also with edits and a migration; needs no storage. WF_RUN_CHECKPOINTS does not travel with
/// the checkpoint.
/// - Parameters:
///   - workflow: Borrowed; its graph must be the one that made the checkpoint, or `migrate` makes it fit.
///   - options: How to run; NULL for the defaults. Copied.
///   - checkpoint: The document. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - run: Receives the run, owned by the caller: wf_run_free. NULL on error.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_CHECKPOINT; WF_E_JSON with the offset, for the document or the edits; WF_E_MISMATCH; WF_E_LIMIT;
///   WF_E_INVALID for bad options, or edits or a migration that change what the checkpoint is; WF_E_UNSUPPORTED; what `migrate`
///   answered, or WF_E_EXECUTOR if that is no error of its own; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_run_restore")
public func wf_run_restore(
    _ workflow: UnsafeMutablePointer<wf_workflow>?, _ options: UnsafePointer<wf_run_options>?,
    _ checkpoint: UnsafePointer<CChar>?, _ length: UInt, _ run: UnsafeMutablePointer<UnsafeMutablePointer<wf_run>?>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(run, "run")
        let workflow = try Handle.object(workflow)
        let options = try RunOptions(options)
        let document = try CText.document(checkpoint, length)
        place.pointee = Handle.make(try Run(workflow, options, restoring: document))
    }
}

/// Takes a run back to one of its checkpoints, in place: what happened since has not happened to it.
///
/// The checkpoint is read and checked in full first; on any error the run goes on as before. Then the superstep in hand, inputs
/// and answers that were not taken in yet, and events that were not given yet are dropped, and wf_run_next tells "started",
/// the status and the pending requests as after wf_run_resume. Executors are not new, unlike there: each restore callback is
/// called, with "null" for one that had saved nothing. The numbers of events go on, and checkpoints made from now on have
/// this one as their parent. What was remembered (wf_context_remember) stays, and so do later checkpoints.
///
/// A checkpoint of this run that another graph made is given to `options->migrate` of the run, and the run's next checkpoint is
/// then of kind "fork". `options->edits` are not applied again.
///
/// A finished, failed or cancelled run goes on too. Not while a call is pending: finish it, or cancel the run. Calls that a
/// cancelled run left pending are still to be finished, which answers WF_E_CLOSED and changes nothing.
/// - Parameters:
///   - run: Borrowed.
///   - checkpoint_id: Which one of the run's storage; NULL for the run's last, with or without a storage.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_BUSY during a superstep: while another thread drives the run, or a call is pending;
///   WF_E_REENTRANT inside a callback of this run; WF_E_NOTFOUND if there is no such checkpoint; WF_E_INVALID if it is another
///   run's, for an id that cannot be one, without a storage, or for a migration that changes what the checkpoint is;
///   WF_E_MISMATCH; WF_E_CHECKPOINT; WF_E_STORAGE; WF_E_UNSUPPORTED if it needs a newer library; what `migrate` answered, or
///   WF_E_EXECUTOR if that is no error of its own; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_run_rewind")
public func wf_run_rewind(
    _ run: UnsafeMutablePointer<wf_run>?, _ checkpoint_id: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let run = try Handle.object(run)
        try run.rewind(to: try CText.optionalString(checkpoint_id, "checkpoint id"))
    }
}

/// Takes a run back to a checkpoint of its own that the host kept, as wf_run_checkpoint gave it. Needs no storage.
///
/// Otherwise like wf_run_rewind.
/// - Parameters:
///   - run: Borrowed.
///   - checkpoint: The document. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_BUSY during a superstep: while another thread drives the run, or a call is pending;
///   WF_E_REENTRANT inside a callback of this run; WF_E_INVALID if the checkpoint is another run's, or the migration changes
///   what it is; WF_E_CHECKPOINT; WF_E_JSON with the offset; WF_E_MISMATCH; WF_E_LIMIT; WF_E_UNSUPPORTED if it needs a newer
///   library; what `migrate` answered, or WF_E_EXECUTOR if that is no error of its own; WF_E_MISUSE for a NULL or another kind of
///   handle; WF_E_FORKED.
@_cdecl("wf_run_rewind_document")
public func wf_run_rewind_document(
    _ run: UnsafeMutablePointer<wf_run>?, _ checkpoint: UnsafePointer<CChar>?, _ length: UInt,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let run = try Handle.object(run)
        try run.rewind(toDocument: try CText.document(checkpoint, length))
    }
}

/// Drives the run on this thread until there is an event, and gives it.
///
/// Callbacks run inside this call, or on the pool of the run's options. When a superstep's "superstep_completed" comes out, the superstep is committed
/// and, with a storage, saved. One thread at a time; it may be another one each time.
/// - Parameters:
///   - run: Borrowed.
///   - timeout_ms: How long to wait for executors that answered WF_PENDING, run on a pool, or are polled, in
///     milliseconds: 0 not at all, negative forever. Time spent in callbacks on this thread does not count.
///   - event: Receives the event, owned by the caller: wf_event_free. NULL unless WF_OK.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK with an event; WF_TIMEOUT if only executors that work elsewhere are left to wait for; WF_DONE when the
///   run is idle: nothing is left to deliver, or an executor halted it; if the run failed, after its last event and from
///   then on, why: the status that an executor returned, WF_E_EXECUTOR, WF_E_STORAGE, WF_E_LIMIT, or WF_E_CONFLICT under
///   WF_RUN_STRICT_STATE. These say that the call itself was wrong and leave the run as it is: WF_E_REENTRANT from inside a
///   callback of this run; WF_E_BUSY while another thread drives it; WF_E_CLOSED if one of its own callbacks freed the run
///   and there is something to wait for;
///   WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_run_next")
public func wf_run_next(
    _ run: UnsafeMutablePointer<wf_run>?, _ timeout_ms: Int64, _ event: UnsafeMutablePointer<UnsafeMutablePointer<wf_event>?>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.status(error) { () throws(Failure) in
        let place = try Boundary.place(event, "event")
        let run = try Handle.object(run)
        switch try run.next(timeout: timeout_ms) {
        case .event(let event, let sequence):
            place.pointee = Handle.make(EventBox(event, sequence: sequence, graph: run.workflow.graph))
            return .ok
        case .timeout: return .timeout
        case .done: return .done
        }
    }
}

/// Takes a message for an executor that was added with WF_POLLED, in place of a callback.
///
/// Any number of threads may poll, also while another one is inside wf_run_next; somebody must drive the run meanwhile. One
/// thread can do both, in turns and with a timeout of 0. What the context is for: wf_context_executor_id,
/// wf_context_input. The call is one like that of a callback that answered WF_PENDING.
/// - Parameters:
///   - run: Borrowed. Freeing it wakes the threads that wait here, with WF_E_CLOSED.
///   - timeout_ms: How long to wait for a message, in milliseconds: 0 not at all, negative forever.
///   - context: Receives the context, owned by the caller: wf_context_finish, from any thread, is the only way to be rid of
///     it. After the end of its run that answers WF_E_CLOSED. NULL unless WF_OK.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK with a context; WF_TIMEOUT; WF_DONE when the run is idle and no message is left: an input or an answer
///   lets it go on; WF_E_CLOSED if the run failed, was cancelled or is gone; WF_E_REENTRANT if it would have to wait inside
///   a callback that runs on the driving thread of this run; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_run_poll")
public func wf_run_poll(
    _ run: UnsafeMutablePointer<wf_run>?, _ timeout_ms: Int64,
    _ context: UnsafeMutablePointer<UnsafeMutablePointer<wf_context>?>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.status(error) { () throws(Failure) in
        let place = try Boundary.place(context, "context")
        switch try Handle.object(run).poll(timeout: timeout_ms) {
        case .call(let context):
            place.pointee = Handle.make(context)
            return .ok
        case .timeout: return .timeout
        case .done: return .done
        }
    }
}

/// Gives a file descriptor for poll, epoll, select or an event loop: readable while something has arrived that
/// wf_run_next has not taken in: a finished call, an output of one, an input, an answer, a cancel.
///
/// Wait for it after wf_run_next with a timeout of 0 has answered WF_TIMEOUT or WF_DONE, and then call wf_run_next again: it
/// makes the descriptor unreadable. Do not read or close it. It is made when first asked for, and has the close-on-exec and
/// non-blocking flags. Any thread, any time.
/// - Parameters:
///   - run: Borrowed. Freeing it closes the descriptor: take it out of the event loop before.
///   - descriptor: Receives the descriptor, borrowed: the same each time. -1 on error.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_LIMIT if the system gives no descriptor; WF_E_MISUSE for a NULL or another kind of handle;
///   WF_E_FORKED.
@_cdecl("wf_run_wake_fd")
public func wf_run_wake_fd(
    _ run: UnsafeMutablePointer<wf_run>?, _ descriptor: UnsafeMutablePointer<Int32>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        guard let descriptor else { throw Failure(.misuse, "the place for the descriptor is NULL") }
        descriptor.pointee = -1
        descriptor.pointee = try Handle.object(run).wakeDescriptor()
    }
}

/// Sets the callback that tells when something arrives for wf_run_next, as the descriptor of wf_run_wake_fd does.
///
/// It is called when something arrives and nothing waited before, and at once if something waits already: on the thread that
/// brings it, or on this one; with no lock held. It may use every object; let it tell the driving thread, and return. When
/// it is replaced, or the run is freed, it may be running on another thread and go on: it has returned for good when its
/// finalizer runs. A callback that uses the run is to be replaced, and its finalizer awaited, before wf_run_free. Any
/// thread, any time.
/// - Parameters:
///   - run: Borrowed.
///   - wake: Replaces the callback before; NULL for none.
///   - user_data: Passed to `wake`. Consumed, whatever the answer is.
///   - finalizer: Releases user_data: when the callback is replaced, when the run is freed, or at once if the call fails.
///     NULL for none.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_run_set_wake")
public func wf_run_set_wake(
    _ run: UnsafeMutablePointer<wf_run>?, _ wake: wf_wake_fn?, _ user_data: UnsafeMutableRawPointer?,
    _ finalizer: wf_finalizer_fn?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    let userData = UserData(user_data, finalizer)
    return Boundary.call(error) { () throws(Failure) in
        let run = try Handle.object(run)
        guard let wake else { return run.setWake(nil) }
        run.setWake { wake(userData.pointer) }
    }
}

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
/// Each has `request_id`, `source_executor_id`, `response_type` and `data`. Any thread, any time.
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
///   WF_E_CHECKPOINT if the storage cannot give it back; WF_E_BUSY while another thread drives the run; WF_E_MISUSE for
///   a NULL or another kind of handle; WF_E_FORKED; WF_E_NOMEM.
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
/// those that executors around a sub-workflow are to answer, "fan_ins": [{"target", "arrived": {executor: number},
/// "waiting_for": [executor]}], "calls": host code that has not ended: [{"executor_id", "asked_to", "failed_attempts",
/// "deadline_in_ms"}], "retries": [{"executor_id", "failed_attempts", "in_ms"}]}. May be called inside a callback of this run;
/// otherwise one thread at a time with wf_run_next.
/// - Parameters:
///   - run: Borrowed.
///   - json: Receives NUL-terminated JSON, owned by the caller: wf_free. NULL unless WF_OK.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_BUSY while another thread drives the run; WF_E_MISUSE for a NULL or another kind of handle;
///   WF_E_FORKED; WF_E_NOMEM.
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

extension RunOptions {
    fileprivate init(_ pointer: UnsafePointer<wf_run_options>?) throws(Failure) {
        self.init()
        guard pointer != nil else { return }
        let options = try wf_run_options.read(pointer)
        try wf_run_options.requireKnown(pointer)
        runID = try CText.optionalString(options.run_id, "run id")
        if let runID { try Name.check(runID, as: "run id") }
        if options.storage != nil { storage = try Handle.object(options.storage).storage }
        if options.pool != nil { pool = try Handle.object(options.pool) }
        checkpoints = options.flags & WF_RUN_CHECKPOINTS.rawValue != 0
        strictState = options.flags & WF_RUN_STRICT_STATE.rawValue != 0
        if options.max_supersteps > 0 { maxSupersteps = Int(clamping: options.max_supersteps) }
        hidden = HiddenEvents(bits: options.hidden_events)
        if options.lease_ms > 0 { lease = Int(clamping: min(options.lease_ms, 366 * 86_400_000)) }
        if let text = options.edits { edits = try CText.json(text, UInt.max, "the edits") }
        if let migrate = options.migrate { migration = CMigration(migrate, options.migrate_data) }
    }
}
