import CWorkflow
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
/// is delivered. Resuming one checkpoint twice gives the same result twice. Of two processes that go on with one run at the same time
/// the one that commits first goes on; the other gets WF_E_CONFLICT at its next boundary and stops, with nothing saved.
///
/// With NULL for the id, nothing that another writer commits meanwhile is passed over. An id means that very checkpoint, also if the
/// run has gone further by now: what came after it stays where it is, as a branch. To go on where a run stands, give NULL, not an id
/// that was looked up before.
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
