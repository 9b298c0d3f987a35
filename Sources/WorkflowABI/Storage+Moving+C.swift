import CWorkflow
import WorkflowJSON
import WorkflowModel
import WorkflowRuntime
import WorkflowStorage

/// Gives a run with all its checkpoints and memos as one JSON document, for wf_storage_import.
///
/// `{"format": "libworkflow.run", "version": 1, "run_id", "head", "checkpoints", "memos"}`: the checkpoint documents, byte for byte, in the order of
/// ids, and memos as `{"key", "value"}`; `memos` is null for a storage of the host's own, which cannot list them. The run may go on
/// meanwhile: then its latest checkpoint may be missing. Any thread.
/// - Parameters:
///   - storage: Borrowed.
///   - run_id: Which.
///   - json: Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_NOTFOUND; WF_E_CHECKPOINT if something of the run is damaged: a part is not to be taken for the whole; WF_E_LIMIT if
///   it is too large for one document; WF_E_INVALID for an id that is not UTF-8; WF_E_STORAGE if it cannot be read; WF_E_MISUSE for
///   a NULL or another kind of handle; WF_E_FORKED; WF_E_NOMEM.
@_cdecl("wf_storage_export")
public func wf_storage_export(
    _ storage: UnsafeMutablePointer<wf_storage>?, _ run_id: UnsafePointer<CChar>?,
    _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ length: UnsafeMutablePointer<UInt>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(json, "exported run")
        let storage = try Handle.object(storage).storage
        try CText.give(try storage.export(run: try CText.string(run_id, "run id")), place, length, "exported run")
    }
}

/// Takes in a run that wf_storage_export gave, from whatever kind of storage.
///
/// All is checked before anything is saved. What is there already and says the same is fine, so that an import which was
/// cut short can be done again. Memos come first and the latest checkpoint next: whoever takes the run up meanwhile goes on from where it
/// was. It is the same run, with the same id: drive it in one of the storages only. Any thread.
/// - Parameters:
///   - storage: Borrowed.
///   - json: The exported run. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_CHECKPOINT if it is no exported run, or a part of it is damaged; WF_E_JSON with the offset; WF_E_EXISTS if there is
///   another document or memo under one of its names: nothing was imported; WF_E_INVALID for an id that cannot be one; WF_E_UNSUPPORTED
///   if it has memos and the storage keeps none; WF_E_STORAGE if it cannot be written; WF_E_LIMIT; WF_E_MISUSE for a NULL or another kind of
///   handle; WF_E_FORKED.
@_cdecl("wf_storage_import")
public func wf_storage_import(
    _ storage: UnsafeMutablePointer<wf_storage>?, _ json: UnsafePointer<CChar>?, _ length: UInt,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let storage = try Handle.object(storage).storage
        try storage.importRun(try CText.document(json, length, "the exported run"))
    }
}

/// Copies a checkpoint with its ancestors as a run of its own, in the same storage.
///
/// The copies have new ids, in the same order, and are otherwise the same, timestamps too; the original stays as it is. Ancestors of
/// other runs, as a fork has them, come along; those that are deleted are left out. Memos are not copied, for their keys have the run in
/// them: what a copy does again has its side effects again. To resume it, give wf_run_resume the id of the copy. Any thread.
/// - Parameters:
///   - storage: Borrowed.
///   - checkpoint_id: Which.
///   - new_run_id: The id of the new run. NULL for a new one, which wf_storage_summary of the copy tells. Copied.
///   - copy_id: Receives the NUL-terminated id of the copied checkpoint, owned by the caller: wf_free. NULL on error. May be NULL.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_NOTFOUND; WF_E_EXISTS if there is a run of that id; WF_E_INVALID for an id that cannot be one; WF_E_CHECKPOINT if the
///   checkpoint or an ancestor is damaged; WF_E_STORAGE if it cannot be read or written: then nothing was copied; WF_E_LIMIT;
///   WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED; WF_E_NOMEM.
@_cdecl("wf_storage_copy")
public func wf_storage_copy(
    _ storage: UnsafeMutablePointer<wf_storage>?, _ checkpoint_id: UnsafePointer<CChar>?, _ new_run_id: UnsafePointer<CChar>?,
    _ copy_id: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        copy_id?.pointee = nil
        let storage = try Handle.object(storage).storage
        let id = try CText.string(checkpoint_id, "checkpoint id")
        let copy = try storage.copy(id, to: try CText.optionalString(new_run_id, "run id"))
        if let copy_id { try CText.give(Text(copy), copy_id, nil, "checkpoint id") }
    }
}
