import CWorkflow
import WorkflowJSON
import WorkflowModel
import WorkflowRuntime
import WorkflowStorage

/// Deletes a run: its checkpoints, whatever it waits for, and what it remembered.
///
/// A run that is being driven gets WF_E_CONFLICT at its next checkpoint, in a storage that has a fence. A damaged checkpoint
/// stays if nobody can tell whose it is. Any thread.
/// - Parameters:
///   - storage: Borrowed.
///   - run_id: Which.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_NONE if there was nothing; WF_E_CONFLICT if the run commits faster than it can be deleted;
///   WF_E_INVALID for an id that is not UTF-8; WF_E_STORAGE if something cannot be read or deleted: what is left is the later part;
///   WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_storage_delete_run")
public func wf_storage_delete_run(
    _ storage: UnsafeMutablePointer<wf_storage>?, _ run_id: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.status(error) { () throws(Failure) in
        let storage = try Handle.object(storage).storage
        return try storage.delete(run: try CText.string(run_id, "run id")) ? .ok : .none
    }
}

/// Deletes old checkpoints by a policy. What is not done stays.
///
/// The policy is a JSON object. `keep_last`: all but the last so many of each run may go. `older_than_ms`: those made at least
/// so long ago may go. At least one of the two is needed; a checkpoint goes if both, where given, say so. `run_id`, `workflow_name`: only of
/// these. `pinned`: an array of ids that stay. `dry_run`: true only reports what would go. A run whose last checkpoint is
/// "working" or "waiting" (see wf_storage_runs), or damaged, is not touched: with `trim_live` true its older checkpoints may go, never the
/// last one. The last checkpoint of a run that is done goes only if nothing of the run stays, and its memos go with it: keep_last 0
/// deletes the runs that are done. A run that goes on meanwhile, anywhere, is left alone from then on, in a storage that has a fence.
///
/// The report has `deleted` (checkpoints), `runs_deleted`, `kept` (checkpoints left of the runs that the policy is about),
/// `live_runs_skipped` (with something that would have gone otherwise), `bytes_before` and `bytes_after`, of these runs. What is
/// kept can be resumed as before; that its previous checkpoint is gone harms nothing. Damaged checkpoints stay. Any thread.
/// - Parameters:
///   - storage: Borrowed.
///   - policy_json: The policy, NUL-terminated. Copied.
///   - report: Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID if the policy has a member that is not known, a value that cannot be, or neither `keep_last` nor
///   `older_than_ms`; WF_E_JSON with the offset; WF_E_STORAGE if something cannot be read or deleted; WF_E_MISUSE for a NULL or another kind of
///   handle; WF_E_FORKED; WF_E_NOMEM.
@_cdecl("wf_storage_prune")
public func wf_storage_prune(
    _ storage: UnsafeMutablePointer<wf_storage>?, _ policy_json: UnsafePointer<CChar>?,
    _ report: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ length: UnsafeMutablePointer<UInt>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(report, "report")
        let storage = try Handle.object(storage).storage
        let policy = try PrunePolicy(try CText.json(policy_json, .max, "the policy"))
        let done = try storage.prune(policy, now: Environment.system.now())
        try CText.give(CareDocument.text(of: done), place, length, "report")
    }
}

/// Reads all that a storage has, and says what of it is damaged and from where each run can be resumed.
///
/// Each document is checked down to its last part, against the graph that it carries. The report has `checkpoints` (all that
/// are there), `good`, `problems`: an array of `{"checkpoint_id", "problem"}`, the id null for what is no checkpoint, such as a memo or a page of a database; `missing_parents`: ids that others name
/// as their previous one and that are not there, as after pruning, which is no damage; `runs`: an array of `{"run_id", "latest_good"}`; and
/// `memos`: how many there are, or null if the storage cannot list them. Changes nothing. Any thread.
/// - Parameters:
///   - storage: Borrowed.
///   - report: Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK, also if there are problems; WF_E_STORAGE if the storage cannot be read; WF_E_MISUSE for a NULL or another
///   kind of handle; WF_E_FORKED; WF_E_NOMEM.
@_cdecl("wf_storage_verify")
public func wf_storage_verify(
    _ storage: UnsafeMutablePointer<wf_storage>?, _ report: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ length: UnsafeMutablePointer<UInt>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(report, "report")
        let storage = try Handle.object(storage).storage
        try CText.give(CareDocument.text(of: try storage.verify()), place, length, "report")
    }
}
