import CWorkflow
import WorkflowModel

/// The status of an error: the same number that the call answered.
///
/// Any thread.
/// - Parameter error: Borrowed.
/// - Returns: The status; WF_E_MISUSE if `error` is NULL or no error.
@_cdecl("wf_error_status")
public func wf_error_status(_ error: UnsafePointer<wf_error>?) -> wf_status_t {
    (Handle.peek(error)?.status ?? .misuse).rawValue
}

/// What went wrong, where, and what to do, in a sentence or two for people.
///
/// Any thread.
/// - Parameters:
///   - error: Borrowed.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
/// - Returns: NUL-terminated UTF-8, borrowed: valid until the error is freed. Empty if `error` is NULL or no error.
@_cdecl("wf_error_message")
public func wf_error_message(_ error: UnsafePointer<wf_error>?, _ length: UnsafeMutablePointer<UInt>?) -> UnsafePointer<CChar> {
    CText.lend(Handle.peek(error)?.message ?? emptyText, length)
}

/// The machine-readable part of an error: a JSON object with those of `error_type` (the host's name for the kind of
/// error), `executor_id`, `superstep` and `offset` (the byte at which a JSON text went wrong) that are known.
///
/// Any thread.
/// - Parameters:
///   - error: Borrowed.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
/// - Returns: NUL-terminated JSON, borrowed: valid until the error is freed. "{}" if `error` is NULL or no error.
@_cdecl("wf_error_details")
public func wf_error_details(_ error: UnsafePointer<wf_error>?, _ length: UnsafeMutablePointer<UInt>?) -> UnsafePointer<CChar> {
    CText.lend(Handle.peek(error)?.details ?? emptyObject, length)
}

/// Releases an error.
///
/// Any thread.
/// - Parameter error: Consumed. NULL does nothing.
@_cdecl("wf_error_free")
public func wf_error_free(_ error: UnsafeMutablePointer<wf_error>?) { Handle.free(error) }
