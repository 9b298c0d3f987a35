import CWorkflow
import WorkflowJSON
import WorkflowModel
import WorkflowStorage

/// Opens a storage for checkpoints.
///
/// - `sqlite:PATH`, for real work: one SQLite database (WAL) for any number of runs and processes; the file is made if need be, its
///   directory is not. A checkpoint costs what changed in the state, not what it holds. SQLite is that of the process, found when
///   it is first needed; with two copies in one process nothing is opened, for on one file they lose committed data.
/// - `directory:PATH`: one readable JSON file per checkpoint, `<id>.json`, whole each time; the directory is made if need be. What
///   runs remember (wf_context_remember) is in its folder `memos`.
/// - `memory:`: in this object, and gone with it.
///
/// What was saved survives as wf_run_options_t.durability says. Each commit of a run names the checkpoint that it follows: of two
/// that go on with one run, in whichever processes, one gets WF_E_CONFLICT at its next boundary and stops, with nothing saved.
/// The storage may be used by any number of runs and threads at the same time.
/// - Parameters:
///   - url: The address. Copied.
///   - storage: Receives the storage, owned by the caller: wf_storage_free. NULL on error.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for an address of no known form; WF_E_STORAGE if the place cannot be made or opened, or belongs
///   to another program; WF_E_UNSUPPORTED for a database of a newer library, without SQLite, or with two copies of it;
///   WF_E_CHECKPOINT for a damaged database; WF_E_MISUSE for a NULL.
@_cdecl("wf_storage_open")
public func wf_storage_open(
    _ url: UnsafePointer<CChar>?, _ storage: UnsafeMutablePointer<UnsafeMutablePointer<wf_storage>?>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(storage, "storage")
        place.pointee = Handle.make(StorageBox(try StorageURL.open(try CText.string(url, "storage address"))))
    }
}

/// Makes a storage of the host's own: its callbacks put checkpoints wherever the host wants them.
///
/// What `directory:` promises holds here as far as the callbacks keep their word. A document is sealed with a checksum
/// when it goes out and checked when it comes back; what is damaged is listed as such and hides nothing else. A failure
/// of a callback is WF_E_STORAGE with its sentence; one of `save` fails the run, whose last checkpoint stays good.
/// `code->user_data` belongs to the library from this call on, whatever it answers: its finalizer runs once, when the
/// storage and the last run that uses it are freed, or at once if the call fails.
/// - Parameters:
///   - code: The callbacks. Copied.
///   - storage: Receives the storage, owned by the caller: wf_storage_free. NULL on error.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for a bad struct_size; WF_E_UNSUPPORTED for a struct from a newer library; WF_E_MISUSE
///   for a NULL, if a required callback is missing, some but not all of those for memos, or one of `commit` and `head`.
@_cdecl("wf_storage_new")
public func wf_storage_new(
    _ code: UnsafePointer<wf_storage_code>?, _ storage: UnsafeMutablePointer<UnsafeMutablePointer<wf_storage>?>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    let given = GivenCode(code)
    return Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(storage, "storage")
        let (code, userData) = try given.checked()
        place.pointee = Handle.make(StorageBox(HostStorage(try CStorage(code, userData))))
    }
}

/// Gives a checkpoint document.
///
/// Any thread.
/// - Parameters:
///   - storage: Borrowed.
///   - checkpoint_id: Which. 1 to 200 of A-Z a-z 0-9 - _ . and no dot first.
///   - json: Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_NOTFOUND; WF_E_INVALID for an id that cannot be one; WF_E_CHECKPOINT if it is damaged or not
///   one of ours; WF_E_STORAGE if it cannot be read; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_storage_load")
public func wf_storage_load(
    _ storage: UnsafeMutablePointer<wf_storage>?, _ checkpoint_id: UnsafePointer<CChar>?,
    _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ length: UnsafeMutablePointer<UInt>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(json, "checkpoint")
        let storage = try Handle.object(storage).storage
        let document = try storage.load(try CText.string(checkpoint_id, "checkpoint id"))
        try CText.give(document, place, length, "checkpoint")
    }
}

/// Saves a checkpoint document that came from elsewhere: another storage, or wf_run_checkpoint.
///
/// White space between its members may change, a `checksum` member is dropped, everything else is kept as it is.
/// Saving the same document twice is no error. Any thread.
/// - Parameters:
///   - storage: Borrowed.
///   - json: The document. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_CHECKPOINT if it is no checkpoint document; WF_E_JSON with the offset; WF_E_EXISTS if there is
///   another document of that id; WF_E_INVALID for an id that cannot be one; WF_E_STORAGE if it cannot be written;
///   WF_E_LIMIT; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_storage_save")
public func wf_storage_save(
    _ storage: UnsafeMutablePointer<wf_storage>?, _ json: UnsafePointer<CChar>?, _ length: UInt,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let storage = try Handle.object(storage).storage
        let document = CheckpointDocument.normalized(try CText.document(json, length))
        try storage.save(document, try CheckpointDocument.summary(of: document, as: "the checkpoint document"))
    }
}

/// Lists what a storage has, in the order of ids, which for ids made by the library is the order of time.
///
/// Each entry has `checkpoint_id`, `previous_checkpoint_id`, `run_id`, `workflow_name`, `graph_signature`, `kind`,
/// `superstep` and `timestamp`. A damaged or foreign file hides nothing: its entry has `checkpoint_id` and `problem`.
/// Any thread.
/// - Parameters:
///   - storage: Borrowed.
///   - workflow_name: Whose checkpoints; NULL for all. Damaged ones are always listed.
///   - json: Receives a NUL-terminated JSON array, owned by the caller: wf_free. NULL on error.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_STORAGE if the storage cannot be read; WF_E_MISUSE for a NULL or another kind of handle;
///   WF_E_FORKED; WF_E_NOMEM.
@_cdecl("wf_storage_list")
public func wf_storage_list(
    _ storage: UnsafeMutablePointer<wf_storage>?, _ workflow_name: UnsafePointer<CChar>?,
    _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ length: UnsafeMutablePointer<UInt>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(json, "listing")
        let storage = try Handle.object(storage).storage
        let name = try CText.optionalString(workflow_name, "workflow name")
        try CText.give(ListingDocument.text(of: try storage.list(workflow: name)), place, length, "listing")
    }
}

/// Gives the id of the latest readable checkpoint.
///
/// Any thread.
/// - Parameters:
///   - storage: Borrowed.
///   - workflow_name: Whose; NULL for any workflow.
///   - checkpoint_id: Receives a NUL-terminated id, owned by the caller: wf_free. NULL on error and if there is none.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_NONE if there is none; WF_E_CHECKPOINT if there are some, but none that can be read: whoever takes
///   that for a beginning does everything again; WF_E_STORAGE if the storage cannot be read; WF_E_MISUSE for a NULL or
///   another kind of handle; WF_E_FORKED.
@_cdecl("wf_storage_latest")
public func wf_storage_latest(
    _ storage: UnsafeMutablePointer<wf_storage>?, _ workflow_name: UnsafePointer<CChar>?,
    _ checkpoint_id: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.status(error) { () throws(Failure) in
        let place = try Boundary.place(checkpoint_id, "checkpoint id")
        let storage = try Handle.object(storage).storage
        let name = try CText.optionalString(workflow_name, "workflow name")
        let latest = try storage.latest(workflow: name)
        guard let id = latest.id else {
            guard let problem = latest.skipped.first else { return .none }
            let others = latest.skipped.count == 1 ? "" : " (and \(latest.skipped.count - 1) more)"
            throw Failure(.checkpoint, "there is no checkpoint that can be read, only damaged ones: \(problem)\(others)")
        }
        try CText.give(Text(id), place, nil, "checkpoint id")
        return .ok
    }
}

/// Deletes one checkpoint.
///
/// Any thread.
/// - Parameters:
///   - storage: Borrowed.
///   - checkpoint_id: Which.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_NONE if there was none; WF_E_INVALID for an id that cannot be one; WF_E_STORAGE if it cannot be
///   deleted; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_storage_delete")
public func wf_storage_delete(
    _ storage: UnsafeMutablePointer<wf_storage>?, _ checkpoint_id: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.status(error) { () throws(Failure) in
        let storage = try Handle.object(storage).storage
        return try storage.delete(try CText.string(checkpoint_id, "checkpoint id")) ? .ok : .none
    }
}

/// Deletes what a run remembered with wf_context_remember: when it is done and nobody will resume it.
///
/// Its checkpoints stay. Any thread; what a run of that id remembers meanwhile may stay.
/// - Parameters:
///   - storage: Borrowed.
///   - run_id: Whose.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_NONE if there was nothing; WF_E_INVALID for an id that is not UTF-8; WF_E_STORAGE if it cannot be
///   deleted; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_storage_forget")
public func wf_storage_forget(
    _ storage: UnsafeMutablePointer<wf_storage>?, _ run_id: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.status(error) { () throws(Failure) in
        let storage = try Handle.object(storage).storage
        return try storage.forget(run: try CText.string(run_id, "run id")) ? .ok : .none
    }
}

/// Releases a storage. Runs that use it keep it open until they are freed.
///
/// Any thread.
/// - Parameter storage: Consumed. NULL does nothing, and so does a storage of the parent in a forked child.
@_cdecl("wf_storage_free")
public func wf_storage_free(_ storage: UnsafeMutablePointer<wf_storage>?) { Handle.free(storage) }
