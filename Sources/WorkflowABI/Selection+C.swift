import CWorkflow
import WorkflowJSON
import WorkflowModel
import WorkflowRuntime

/// The targets that may be chosen, as a JSON array of executor ids in the order of their declaration.
/// - Parameters:
///   - selection: Borrowed.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
/// - Returns: NUL-terminated JSON, borrowed: valid until the selector returns. "[]" for anything but a selection.
@_cdecl("wf_selection_targets")
public func wf_selection_targets(
    _ selection: UnsafePointer<wf_selection>?, _ length: UnsafeMutablePointer<UInt>?
) -> UnsafePointer<CChar> {
    CText.lend(Handle.peek(selection)?.targetList ?? emptyArray, length)
}

/// Chooses a target. Choosing it twice is choosing it once.
/// - Parameters:
///   - selection: Borrowed.
///   - target: Id of one of the targets.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_NOTFOUND if it is none of the targets; WF_E_MISUSE for a NULL or another kind of handle;
///   WF_E_CLOSED if the selector has returned; WF_E_FORKED.
@_cdecl("wf_selection_add")
public func wf_selection_add(
    _ selection: UnsafeMutablePointer<wf_selection>?, _ target: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        try Handle.object(selection).add(try CText.string(target, "target"))
    }
}
