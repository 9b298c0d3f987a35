import CWorkflow
import WorkflowModel
import WorkflowRuntime

/// Says why the executor is about to fail, so that a callback can end with `return wf_context_fail(...)`.
///
/// It only records the sentence: what fails the executor is the negative status that its callback returns or that
/// wf_context_finish gets.
/// - Parameters:
///   - context: Borrowed.
///   - error_type: The host's name for the kind of error, such as "ValueError"; NULL for none. Copied.
///   - message: UTF-8 for people; invalid bytes are replaced. Copied.
///   - length: Its length in bytes, or WF_NUL.
/// - Returns: WF_E_EXECUTOR, to be returned on; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_context_fail")
public func wf_context_fail(
    _ context: UnsafeMutablePointer<wf_context>?, _ error_type: UnsafePointer<CChar>?, _ message: UnsafePointer<CChar>?,
    _ length: UInt
) -> wf_status_t {
    Boundary.status(nil) { () throws(Failure) in
        let context = try Handle.object(context)
        let sentence = try CText.sentence(message, length, "the message")
        let type = try error_type.map { type throws(Failure) in try CText.sentence(type, UInt.max, "error type") }
        context.fail(Failure(.executor, sentence, errorType: type))
        return .executor
    }
}

/// Says that a failure of this call is for good: wf_builder_set_retry does not apply to it.
/// - Parameters:
///   - context: Borrowed; of an invoke callback.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_MISUSE in a save or restore callback, for a NULL or another kind of handle; WF_E_CLOSED if the
///   context has ended; WF_E_FORKED.
@_cdecl("wf_context_give_up")
public func wf_context_give_up(
    _ context: UnsafeMutablePointer<wf_context>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in try Handle.object(context).giveUp() }
}

/// How often this piece of work has been tried, this time included; see wf_builder_set_retry.
/// - Parameter context: Borrowed.
/// - Returns: 1 for the first attempt; 0 for anything but a context.
@_cdecl("wf_context_attempt")
public func wf_context_attempt(_ context: UnsafePointer<wf_context>?) -> UInt64 {
    Handle.peek(context).map { UInt64(clamping: $0.failedAttempts) + 1 } ?? 0
}

/// Says that somebody still works on this call, so that the lease of the run (wf_run_options_t.lease_ms) begins anew.
///
/// Any thread, also while another one uses the context.
/// - Parameters:
///   - context: Borrowed.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_CLOSED if the context has ended, also because it took too long; WF_E_MISUSE for a NULL or another
///   kind of handle; WF_E_FORKED.
@_cdecl("wf_context_keep_alive")
public func wf_context_keep_alive(
    _ context: UnsafeMutablePointer<wf_context>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in try Handle.object(context).keepAlive() }
}

/// Ends a call whose callback returned WF_PENDING (or is about to), or one that wf_run_poll gave. From any thread, once.
///
/// All other uses of the context must be over. A thread that waits in wf_run_next wakes up, and the run's wake descriptor
/// and callback tell.
/// - Parameters:
///   - context: Consumed, whatever the answer is.
///   - status: WF_OK or WF_DONE commits what the call did; a negative status fails the executor; see wf_context_fail.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for a positive status other than WF_DONE, which fails the executor; WF_E_CLOSED if the
///   call was finished before, took too long, or its run is gone or was taken back to a checkpoint; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_context_finish")
public func wf_context_finish(
    _ context: UnsafeMutablePointer<wf_context>?, _ status: wf_status_t,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let object = try Handle.object(context)
        let end = object.end()
        guard end != .again else { throw object.finishedBefore }
        // The host's reference, which its callback or wf_run_poll left to this call.
        defer { Handle.free(context) }
        guard end == .first else { throw object.finishedTooLate }
        let result = object.result(of: Status(rawValue: status))
        try object.report(result)
        guard status <= 0 || result == .ok else {
            throw Failure(.invalid, "\(status) is no final status; the call was ended as failed")
        }
    }
}
