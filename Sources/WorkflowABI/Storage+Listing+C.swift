import CWorkflow
import WorkflowJSON
import WorkflowModel
import WorkflowStorage

/// Lists the runs of a storage, each with where it stands.
///
/// The query is a JSON object; what it leaves out, or sets to null, does not count. `run_id` and `workflow_name`: whose.
/// `status`: "idle" (nothing left to do), "waiting" (requests wait for answers of the host) or "working" (messages on their
/// way, or a superstep that has begun: also that of a run that failed or was cancelled, which may be resumed). `kind`: of
/// the checkpoint. `before`, `after`: only ids between these two. `limit`: how many, 1 to 10000, else 100. `order`: "newest"
/// first, which is the default, or "oldest". Here `status`, `kind`, `before`, `after` and the order are about the last checkpoint of a
/// run, and so is the workflow's name.
///
/// The answer is `{"runs": [...], "next": id or null}`; `next` is the `before` of the next page, or with the oldest first its
/// `after`. A run has `run_id`, `workflow_name`, `head` (its last readable checkpoint), `superstep`, `status`, `timestamp` and
/// `checkpoints` (how many can be read). If its last checkpoint is damaged, `status` is null, whatever was asked for, and
/// `problem` says what is wrong. Any thread; a run that commits meanwhile may move to another page.
/// - Parameters:
///   - storage: Borrowed.
///   - query_json: The query, NUL-terminated. NULL for all. Copied.
///   - json: Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID if the query has a member that is not known or a value that cannot be; WF_E_JSON with the
///   offset; WF_E_STORAGE if the storage cannot be read; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED;
///   WF_E_NOMEM.
@_cdecl("wf_storage_runs")
public func wf_storage_runs(
    _ storage: UnsafeMutablePointer<wf_storage>?, _ query_json: UnsafePointer<CChar>?,
    _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ length: UnsafeMutablePointer<UInt>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(json, "listing")
        let storage = try Handle.object(storage).storage
        try CText.give(CareDocument.text(of: try storage.runs(try CText.query(query_json))), place, length, "listing")
    }
}

/// Lists the checkpoints of a storage that fit a query.
///
/// The query is that of wf_storage_runs, about each checkpoint. The answer is `{"checkpoints": [...], "next": id or null}`, with
/// entries and damaged ones as wf_storage_list has them: nobody knows what a damaged one was, so it fits every query. With `status` the
/// documents that fit otherwise are read; without, what a listing needs is enough. Any thread.
/// - Parameters:
///   - storage: Borrowed.
///   - query_json: The query, NUL-terminated. NULL for all. Copied.
///   - json: Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID if the query has a member that is not known or a value that cannot be; WF_E_JSON with the
///   offset; WF_E_STORAGE if the storage cannot be read; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED;
///   WF_E_NOMEM.
@_cdecl("wf_storage_find")
public func wf_storage_find(
    _ storage: UnsafeMutablePointer<wf_storage>?, _ query_json: UnsafePointer<CChar>?,
    _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ length: UnsafeMutablePointer<UInt>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(json, "listing")
        let storage = try Handle.object(storage).storage
        try CText.give(CareDocument.text(of: try storage.find(try CText.query(query_json))), place, length, "listing")
    }
}

/// Says what a checkpoint is, without its parts.
///
/// An object with the members of an entry of wf_storage_list, and `status` (see wf_storage_runs), `pending_request_ids` (of the requests that
/// wait for the host), `messages` (how many are sent and not yet handled) and
/// `bytes`: the size of the document, or for `sqlite:` what was written for it. Any thread.
/// - Parameters:
///   - storage: Borrowed.
///   - checkpoint_id: Which.
///   - json: Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_NOTFOUND; WF_E_INVALID for an id that cannot be one; WF_E_CHECKPOINT if it is damaged or not
///   one of ours; WF_E_STORAGE if it cannot be read; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_storage_summary")
public func wf_storage_summary(
    _ storage: UnsafeMutablePointer<wf_storage>?, _ checkpoint_id: UnsafePointer<CChar>?,
    _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ length: UnsafeMutablePointer<UInt>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(json, "summary")
        let storage = try Handle.object(storage).storage
        let details = try storage.details(try CText.string(checkpoint_id, "checkpoint id"))
        try CText.give(CareDocument.text(of: details), place, length, "summary")
    }
}

extension CText {
    /// What is left out asks for everything.
    fileprivate static func query(_ pointer: UnsafePointer<CChar>?) throws(Failure) -> StorageQuery {
        pointer == nil ? StorageQuery() : try StorageQuery(try json(pointer, .max, "the query"))
    }
}
