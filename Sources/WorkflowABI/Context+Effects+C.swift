import CWorkflow
import WorkflowModel
import WorkflowRuntime

/// Asks the world outside: a "request_info" event, and a pending request that wf_run_respond answers.
///
/// It does not wait, not even for the superstep to commit: whoever sees the event may answer at once. The answer comes to this executor as a message of its own, for which wf_context_request_id is not
/// NULL; the run goes on meanwhile. Pending requests are part of every checkpoint.
/// - Parameters:
///   - context: Borrowed; of an invoke callback.
///   - request_id: An id that no other pending request has; NULL makes one, the same again if the superstep is run again.
///     Copied.
///   - json: The question. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - response_type: The types that an answer may have, separated by '|': null, boolean, integer, number, string, array,
///     object; every other word is the `$type` of a tagged value. NULL for any. Copied.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for a bad id or an empty type; WF_E_JSON with the offset; WF_E_LIMIT; WF_E_MISUSE in a
///   save or restore callback, for a NULL or another kind of handle; WF_E_CLOSED if the context has ended; WF_E_FORKED. A second pending
///   request of one id fails the executor with WF_E_EXISTS; one id from two
///   executors in one superstep fails the run, and nothing of that superstep counts.
@_cdecl("wf_context_request_info")
public func wf_context_request_info(
    _ context: UnsafeMutablePointer<wf_context>?, _ request_id: UnsafePointer<CChar>?, _ json: UnsafePointer<CChar>?,
    _ length: UInt, _ response_type: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let context = try Handle.object(context)
        let id = try CText.optionalString(request_id, "request id")
        if let id { try Name.check(id, as: "request id") }
        let type = try CText.optionalString(response_type, "response type")
        if let type, type.split(separator: "|" as Character, omittingEmptySubsequences: false).contains(where: \.isEmpty) {
            throw Failure(.invalid, "the response type '\(type.printable)' has an empty alternative")
        }
        let data = try CText.json(json, length, "the request")
        try context.ask(data, id: id.map { Text($0) }, responseType: type.map { Text($0) })
    }
}

/// Answers a request that came out of a sub-workflow beside this executor (WF_SUB_INTERCEPT_REQUESTS).
///
/// The sub-workflow's node sends the request as a message of the type "libworkflow:sub_workflow_request":
/// {"$type": ..., "value": {"request_id", "executor_id", "source_executor_id", "response_type", "data"}}. Whoever receives it,
/// or learns of it, answers now or in any later superstep; if two executors answer in one superstep, the first in the order
/// of executors counts and a "warning" event says so. The answer reaches the inner executor in the next superstep. To let
/// the host answer, ask with wf_context_request_info and pass the answer on.
/// - Parameters:
///   - context: Borrowed; of an invoke callback.
///   - request_id: Which request.
///   - json: The answer. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_NOTFOUND if no sub-workflow beside this executor waits for such an answer; WF_E_CONFLICT if this
///   call has answered it already; WF_E_INVALID for an answer of a wrong type, the request stays pending; WF_E_JSON with the
///   offset; WF_E_LIMIT; WF_E_MISUSE in a save or restore callback, for a NULL or another kind of handle; WF_E_CLOSED if the
///   context has ended; WF_E_FORKED.
@_cdecl("wf_context_answer")
public func wf_context_answer(
    _ context: UnsafeMutablePointer<wf_context>?, _ request_id: UnsafePointer<CChar>?, _ json: UnsafePointer<CChar>?,
    _ length: UInt, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let context = try Handle.object(context)
        let id = Text(try CText.string(request_id, "request id"))
        try context.answer(id, try CText.json(json, length, "the answer"))
    }
}

/// Lets the run rest after this superstep, although messages may wait: wf_run_next then answers WF_DONE.
///
/// The superstep commits as usual. The run goes on when something comes from outside, or from its checkpoint.
/// - Parameters:
///   - context: Borrowed; of an invoke callback.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_MISUSE in a save or restore callback, for a NULL or another kind of handle; WF_E_CLOSED if the
///   context has ended; WF_E_FORKED.
@_cdecl("wf_context_halt")
public func wf_context_halt(
    _ context: UnsafeMutablePointer<wf_context>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in try Handle.object(context).halt() }
}

/// Whether the run was cancelled, freed or taken back to a checkpoint meanwhile: what the call does counts no more, and it may stop.
///
/// Any thread.
/// - Parameter context: Borrowed.
/// - Returns: 1 or 0; 0 for anything but a context.
@_cdecl("wf_context_is_cancelled")
public func wf_context_is_cancelled(_ context: UnsafePointer<wf_context>?) -> Int32 {
    Handle.peek(context)?.isCancelled == true ? 1 : 0
}

/// Sends a message along the executor's edges. It is delivered in the next superstep, if this one commits.
/// - Parameters:
///   - context: Borrowed; of an invoke callback.
///   - target: Sends only to this executor, which an edge must lead to; NULL for every edge. Copied.
///   - json: The message. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_NOTFOUND if the workflow has no such target; WF_E_JSON with the offset; WF_E_LIMIT for a text
///   that is too long or too deep; WF_E_MISUSE in a save or restore callback, for a NULL or another kind of handle;
///   WF_E_CLOSED if the context has ended; WF_E_FORKED. A message that no edge takes is reported by a "warning" event.
@_cdecl("wf_context_send")
public func wf_context_send(
    _ context: UnsafeMutablePointer<wf_context>?, _ target: UnsafePointer<CChar>?, _ json: UnsafePointer<CChar>?,
    _ length: UInt, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let context = try Handle.object(context)
        let target = try CText.optionalString(target, "target")
        try context.send(try CText.json(json, length, "the message", from: context.input), to: target)
    }
}

/// Gives an output: an "output" event, when the callback returns; at once, if it has gone pending, runs on a pool, or is
/// polled.
///
/// wf_builder_set_output can make it an "intermediate" event instead, or hide it.
/// - Parameters:
///   - context: Borrowed; of an invoke callback.
///   - json: The output. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_JSON with the offset; WF_E_LIMIT for a text that is too long or too deep; WF_E_MISUSE in a save
///   or restore callback, for a NULL or another kind of handle; WF_E_CLOSED if the context has ended; WF_E_FORKED.
@_cdecl("wf_context_output")
public func wf_context_output(
    _ context: UnsafeMutablePointer<wf_context>?, _ json: UnsafePointer<CChar>?, _ length: UInt,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let context = try Handle.object(context)
        try context.output(try CText.json(json, length, "the output", from: context.input))
    }
}

/// Emits an event of the host's own: a "custom" event, for which wf_event_name gives the name. It is told like an output,
/// and in order with outputs: when the callback returns; at once, if it has gone pending.
/// - Parameters:
///   - context: Borrowed; of an invoke callback.
///   - name: 1 to 512 bytes of UTF-8 without control characters; no name of a built-in kind, see wf_event_kind_name. Copied.
///   - json: The event's data. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for a bad name or one of a built-in kind; WF_E_JSON with the offset; WF_E_LIMIT for a
///   text that is too long or too deep; WF_E_MISUSE in a save or restore callback, for a NULL or another kind of handle;
///   WF_E_CLOSED if the context has ended; WF_E_FORKED.
@_cdecl("wf_context_emit")
public func wf_context_emit(
    _ context: UnsafeMutablePointer<wf_context>?, _ name: UnsafePointer<CChar>?, _ json: UnsafePointer<CChar>?,
    _ length: UInt, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let context = try Handle.object(context)
        let name = try CText.string(name, "event name")
        try context.emit(name, try CText.json(json, length, "the event's data"))
    }
}
