import CWorkflow
import WorkflowJSON
import WorkflowModel
import WorkflowRuntime

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
        let value = try given.text(behind: Handle.peek(context.map { UnsafePointer($0) })?.input.known)
        try Handle.object(context).send(value, to: try CText.optionalString(target, "target"))
    }
}

/// Gives an object of the host as an output, without encoding it before somebody needs the text.
///
/// Otherwise like wf_context_output. wf_event_value gives the object to who gets the event; who looks at the event's data, and
/// whatever is around a sub-workflow whose output it is, as with wf_context_send_value.
/// - Parameters:
///   - context: Borrowed; of an invoke callback.
///   - value: The object and how to encode and release it; `encode` is required. Copied. The object is consumed, whatever the
///     answer is: `finalizer` runs once, on whatever thread drops the last event or message with it.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for a bad struct_size or type; WF_E_UNSUPPORTED for a struct from a newer library; WF_E_MISUSE in
///   a save or restore callback, for a NULL or another kind of handle; WF_E_CLOSED if the context has ended; WF_E_FORKED.
@_cdecl("wf_context_output_value")
public func wf_context_output_value(
    _ context: UnsafeMutablePointer<wf_context>?, _ value: UnsafePointer<wf_value>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    let given = GivenCode(value)
    return Boundary.call(error) { () throws(Failure) in
        let value = try given.text()
        try Handle.object(context).output(value)
    }
}

/// The object behind an "output" or "intermediate" event, if it was given with wf_context_output_value in this process.
///
/// Any thread.
/// - Parameters:
///   - event: Borrowed.
///   - kind: The `kind` of the value that was given: nobody else gets the object.
/// - Returns: The object, borrowed: valid until the event is freed. NULL if the output is JSON, which wf_event_data gives, and for
///   any other event.
@_cdecl("wf_event_value")
public func wf_event_value(_ event: UnsafePointer<wf_event>?, _ kind: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let event = Handle.peek(event)?.event, event.kind == .output || event.kind == .intermediate else { return nil }
    guard case .payload(let payload) = event.data else { return nil }
    return (payload.hostValue as? CValue)?.object(of: kind)
}

/// Starts a run with an object of the host as its input, without encoding it before somebody needs the text.
///
/// Otherwise like wf_run_start; who gets the object and who its JSON is as with wf_context_send_value. A run with a storage needs
/// the JSON at once, for its first checkpoint.
/// - Parameters:
///   - workflow: Borrowed; the run keeps what it needs.
///   - options: How to run; NULL for the defaults. Copied.
///   - value: The object and how to encode and release it; `encode` is required. Copied. The object is consumed, whatever the
///     answer is: `finalizer` runs once, on whatever thread drops the last message with it.
///   - run: Receives the run, owned by the caller: wf_run_free. NULL on error.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for bad options, such as edits, for a bad struct_size or type, and for a type that the start
///   executor does not accept; WF_E_UNSUPPORTED for a struct from a newer library; WF_E_MISUSE for a NULL or another kind of
///   handle; WF_E_FORKED.
@_cdecl("wf_run_start_value")
public func wf_run_start_value(
    _ workflow: UnsafeMutablePointer<wf_workflow>?, _ options: UnsafePointer<wf_run_options>?, _ value: UnsafePointer<wf_value>?,
    _ run: UnsafeMutablePointer<UnsafeMutablePointer<wf_run>?>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    let given = GivenCode(value)
    return Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(run, "run")
        let value = try given.text()
        let workflow = try Handle.object(workflow)
        place.pointee = Handle.make(try Run(workflow, try RunOptions(options), input: value))
    }
}

/// Gives the run an object of the host as one more input, without encoding it before somebody needs the text.
///
/// Otherwise like wf_run_input; who gets the object and who its JSON is as with wf_context_send_value.
/// - Parameters:
///   - run: Borrowed.
///   - value: The object and how to encode and release it; `encode` is required. Copied. The object is consumed, whatever the
///     answer is: `finalizer` runs once, on whatever thread drops the last message with it.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for a bad struct_size or type, and for a type that the start executor does not accept;
///   WF_E_CLOSED if the run failed or was cancelled; WF_E_UNSUPPORTED for a struct from a newer library; WF_E_MISUSE for a NULL
///   or another kind of handle; WF_E_FORKED.
@_cdecl("wf_run_input_value")
public func wf_run_input_value(
    _ run: UnsafeMutablePointer<wf_run>?, _ value: UnsafePointer<wf_value>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    let given = GivenCode(value)
    return Boundary.call(error) { () throws(Failure) in
        let value = try given.text()
        try Handle.object(run).input(value)
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

extension GivenCode where Code == wf_value {
    /// The object, as the text that it stands for.
    fileprivate func text(behind input: Text? = nil) throws(Failure) -> Text {
        let (value, object) = try checked()
        guard value.encode != nil else { throw Failure(.misuse, "wf_value_t.encode is NULL") }
        return Text(CValue(value, object, typeName: try CText.optionalString(value.type, "type of the value"), near: input))
    }
}
