import CWorkflow
import WorkflowJSON
import WorkflowModel

/// Gives the document that a storage was asked for, a checkpoint or a memo. A second one replaces the first.
/// - Parameters:
///   - answer: Borrowed.
///   - json: The document as it was saved. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_LIMIT for a text that is longer than any document; WF_E_CLOSED if the callback has returned;
///   WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_answer_set")
public func wf_answer_set(
    _ answer: UnsafeMutablePointer<wf_answer>?, _ json: UnsafePointer<CChar>?, _ length: UInt,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let answer = try Handle.object(answer)
        try answer.set(try CText.unchecked(json, length, "the document", known: answer.known))
    }
}

/// Gives one checkpoint id more: of a listing, in any order, or of the latest.
/// - Parameters:
///   - answer: Borrowed.
///   - checkpoint_id: The id. Copied.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for an id that is not UTF-8; WF_E_CLOSED if the callback has returned; WF_E_MISUSE for
///   a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_answer_add")
public func wf_answer_add(
    _ answer: UnsafeMutablePointer<wf_answer>?, _ checkpoint_id: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        try Handle.object(answer).add(try CText.string(checkpoint_id, "checkpoint id"))
    }
}

/// Says why the storage fails, so that a callback can end with `return wf_answer_fail(...)`.
///
/// The question has failed from then on, whatever the callback returns.
/// - Parameters:
///   - answer: Borrowed.
///   - message: UTF-8 for people; invalid bytes are replaced. Copied.
///   - length: Its length in bytes, or WF_NUL.
/// - Returns: WF_E_STORAGE, to be returned on; WF_E_CLOSED if the callback has returned; WF_E_MISUSE for a NULL or another
///   kind of handle; WF_E_FORKED.
@_cdecl("wf_answer_fail")
public func wf_answer_fail(
    _ answer: UnsafeMutablePointer<wf_answer>?, _ message: UnsafePointer<CChar>?, _ length: UInt
) -> wf_status_t {
    Boundary.status(nil) { () throws(Failure) in
        try Handle.object(answer).fail(try CText.sentence(message, length, "the message"))
        return .storage
    }
}
