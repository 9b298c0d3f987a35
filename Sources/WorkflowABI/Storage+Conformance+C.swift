import CWorkflow
import WorkflowConformance
import WorkflowModel
import WorkflowStorage

/// Tries whether a storage keeps its promises, one by one, and says what came.
///
/// For whoever writes a storage, with wf_storage_new or by way of a file system or a database of their own. What is made on the way has
/// ids and names that begin with `conformance-` and goes again; what else is in the storage stays as it is. It takes seconds:
/// thousands of checkpoints, some of 8 MB.
///
/// The report is one JSON object: `storage`; `passed`, `failed` and `skipped`, the numbers of clauses; `levels`, with "passed",
/// "failed" or "skipped" for each of `basic`, `fence`, `processes`, `memos` and `large`; and `clauses`, one a line, each with `name`,
/// `level`, `result` and `why`: what was asked, what was expected and what came, or what it was skipped for. A storage
/// without a fence, or without memos, skips those levels: the report says what it then cannot do. Any thread; it returns when
/// all is tried.
/// - Parameters:
///   - options: What to look at. Copied.
///   - report: Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK if there is a report, also one of failures; WF_E_INVALID for a bad struct_size or a name that is not
///   UTF-8; WF_E_UNSUPPORTED for a struct from a newer library; WF_E_MISUSE for a NULL or another kind of handle;
///   WF_E_FORKED; WF_E_NOMEM.
@_cdecl("wf_storage_conform")
public func wf_storage_conform(
    _ options: UnsafePointer<wf_conformance>?, _ report: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ length: UnsafeMutablePointer<UInt>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(report, "report")
        let given = try wf_conformance.read(options)
        try wf_conformance.requireKnown(options)
        var conformance = Conformance(try Handle.object(given.storage).storage)
        if let name = try CText.optionalString(given.name, "name of the storage") { conformance.name = name }
        if let second = given.second { conformance.second = try Handle.object(second).storage }
        if let start = given.start {
            conformance.start = { task throws(Failure) in
                let task = Text(task)
                var process: Int64 = 0
                let status = withExtendedLifetime(task) { start(given.user_data, task.unsafeCString, &process) }
                guard status == Status.ok.rawValue, let process = Int(exactly: process) else {
                    throw Failure(.storage, "the callback 'start' answered \(String(cString: wf_status_name(status))) (\(status))")
                }
                return process
            }
        }
        conformance.isPatient = given.flags & WF_CONFORM_LARGE.rawValue != 0
        try CText.give(try conformance.report().json(), place, length, "report")
    }
}

/// Does what another process is asked to do for wf_storage_conform: see wf_start_fn.
///
/// It may stop its own process with SIGSTOP; the one that runs wf_storage_conform lets it go on. End with what it answers, negated, as the
/// exit code.
/// - Parameters:
///   - storage: The same place, opened in this process. Borrowed.
///   - task: The task, as `start` got it.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL: print its sentence before the process ends.
/// - Returns: WF_OK if all was as it must be; WF_E_STORAGE if not: the sentence says what was asked, what was expected, what
///   came; WF_E_INVALID for what is no task of this version; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_storage_conform_task")
public func wf_storage_conform_task(
    _ storage: UnsafeMutablePointer<wf_storage>?, _ task: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let storage = try Handle.object(storage).storage
        try ConformanceTask(try CText.string(task, "task")).perform(in: storage)
    }
}
