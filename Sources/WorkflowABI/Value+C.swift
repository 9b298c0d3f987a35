import CWorkflow
import WorkflowJSON
import WorkflowModel

/// Sends an object of the host as a message, without encoding it before somebody needs the text.
///
/// Between two executors of one host it arrives as the object (WF_TAKES_VALUES, wf_context_value). A checkpoint in a storage,
/// wf_run_checkpoint, an edge condition, a selector, a fan-in, an event whose data is read, and an executor that does not take
/// values get its JSON: `encode` is then called, once, on the thread that needs it, and fails what needs it if it fails. Sender
/// and receivers share the object: it must not change any more.
/// - Parameters:
///   - context: Borrowed; of an invoke callback.
///   - target: Sends only to this executor, which an edge must lead to; NULL for every edge. Copied.
///   - value: The object and how to encode and release it; `encode` is required. Copied. The object is consumed, whatever the
///     answer is: `finalizer` runs once, on whatever thread drops the last message with it.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_NOTFOUND if the workflow has no such target; WF_E_INVALID for a bad struct_size or type;
///   WF_E_UNSUPPORTED for a struct from a newer library; WF_E_MISUSE in a save or restore callback, for a NULL or another kind of
///   handle; WF_E_CLOSED if the context has ended; WF_E_FORKED.
@_cdecl("wf_context_send_value")
public func wf_context_send_value(
    _ context: UnsafeMutablePointer<wf_context>?, _ target: UnsafePointer<CChar>?, _ value: UnsafePointer<wf_value>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    let given = GivenCode(value)
    return Boundary.call(error) { () throws(Failure) in
        let (value, object) = try given.checked()
        guard value.encode != nil else { throw Failure(.misuse, "wf_value_t.encode is NULL") }
        let type = try CText.optionalString(value.type, "type of the value")
        let context = try Handle.object(context)
        try context.send(Text(CValue(value, object, typeName: type)), to: try CText.optionalString(target, "target"))
    }
}

/// The object that was sent with wf_context_send_value, if the message is one of that kind in this process.
/// - Parameters:
///   - context: Borrowed.
///   - kind: The `kind` of the value that was sent: nobody else gets the object.
/// - Returns: The object, borrowed: valid until the context ends. NULL if the message is JSON, which wf_context_input gives: it
///   came out of a checkpoint, from outside, or from other code.
@_cdecl("wf_context_value")
public func wf_context_value(_ context: UnsafePointer<wf_context>?, _ kind: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    (Handle.peek(context)?.input.hostValue as? CValue)?.object(of: kind)
}
