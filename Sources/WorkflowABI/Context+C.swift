import CWorkflow
import WorkflowJSON
import WorkflowModel
import WorkflowRuntime

/// The id of the run that the call belongs to.
/// - Parameter context: Borrowed.
/// - Returns: NUL-terminated text, borrowed: valid until the context ends. Empty for anything but a context.
@_cdecl("wf_context_run_id")
public func wf_context_run_id(_ context: UnsafePointer<wf_context>?) -> UnsafePointer<CChar> {
    CText.lend(Handle.peek(context)?.runID ?? emptyText, nil)
}

/// The id of the executor that is called.
/// - Parameter context: Borrowed.
/// - Returns: NUL-terminated text, borrowed: valid until the context ends. Empty for anything but a context.
@_cdecl("wf_context_executor_id")
public func wf_context_executor_id(_ context: UnsafePointer<wf_context>?) -> UnsafePointer<CChar> {
    CText.lend(Handle.peek(context)?.executorID ?? emptyText, nil)
}

/// A key for side effects: the same for every attempt at this very piece of work, also after a crash and a resume, and
/// different for every other: run, superstep, executor, number of the message.
///
/// Give it to services that take an idempotency key, and they act once however often the superstep is run. Two
/// continuations of one checkpoint that get different inputs do different work: give them run ids of their own.
/// - Parameter context: Borrowed.
/// - Returns: NUL-terminated text, borrowed: valid until the context ends. Empty for anything but a context.
@_cdecl("wf_context_idempotency_key")
public func wf_context_idempotency_key(_ context: UnsafeMutablePointer<wf_context>?) -> UnsafePointer<CChar> {
    guard let context = Handle.peek(context.map { UnsafePointer($0) }) else { return CText.lend(emptyText, nil) }
    return CText.lend(context.lend(context.idempotencyKey), nil)
}

/// Records the result of a side effect at once, so that the side effect is not repeated.
///
/// A superstep that fails, or whose process dies, is run again: what the call sent and wrote is gone, but the refund is paid
/// and the letter is out. What is remembered here stays, as durable as a checkpoint when the call returns, and
/// wf_context_recall gives it to whoever does the same piece of work again: the one with the same
/// wf_context_idempotency_key. Without a storage it lives as long as the run. Never in a checkpoint or a listing;
/// wf_storage_forget deletes it.
///
/// A crash may fall between a side effect and this call: give the idempotency key to the service for those moments.
/// - Parameters:
///   - context: Borrowed; of an invoke callback.
///   - key: Which of the call's side effects: UTF-8, not empty. Copied.
///   - json: Its result. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK, also if the very same text was remembered before; WF_E_CONFLICT if another one was: the first
///   stays; WF_E_INVALID for a bad key; WF_E_JSON with the offset; WF_E_LIMIT for a text that is too long or too deep;
///   WF_E_STORAGE if it cannot be written; WF_E_CHECKPOINT if what was remembered before is damaged; WF_E_UNSUPPORTED if
///   the storage keeps checkpoints only; WF_E_MISUSE in a save or restore callback, for a NULL or another kind of handle;
///   WF_E_CLOSED if the context has ended; WF_E_FORKED.
@_cdecl("wf_context_remember")
public func wf_context_remember(
    _ context: UnsafeMutablePointer<wf_context>?, _ key: UnsafePointer<CChar>?, _ json: UnsafePointer<CChar>?, _ length: UInt,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let context = try Handle.object(context)
        let key = try CText.key(key, "key")
        try context.remember(try CText.json(json, length, "what is to be remembered"), as: key)
    }
}

/// Gives what wf_context_remember recorded when this piece of work was done before.
/// - Parameters:
///   - context: Borrowed; of an invoke callback.
///   - key: Which of the call's side effects.
///   - json: Receives NUL-terminated JSON, borrowed: valid until the context ends. NULL unless WF_OK.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_NONE if nothing was remembered: the side effect is still to be done, or was under way when the
///   process died; WF_E_CHECKPOINT if it is damaged and WF_E_STORAGE if it cannot be read: then it was done;
///   WF_E_INVALID for a bad key; WF_E_UNSUPPORTED if the storage keeps checkpoints only; WF_E_MISUSE in a save or restore
///   callback, for a NULL or another kind of handle; WF_E_CLOSED if the context has ended; WF_E_FORKED.
@_cdecl("wf_context_recall")
public func wf_context_recall(
    _ context: UnsafeMutablePointer<wf_context>?, _ key: UnsafePointer<CChar>?,
    _ json: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ length: UnsafeMutablePointer<UInt>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.status(error) { () throws(Failure) in
        guard let json else { throw Failure(.misuse, "the place for the value is NULL") }
        json.pointee = nil
        let context = try Handle.object(context)
        guard let value = try context.recall(try CText.key(key, "key")) else { return .none }
        json.pointee = CText.lend(context.lend(value), length)
        return .ok
    }
}

/// The superstep that the call is part of, counted from 1; in a restore callback the superstep of the checkpoint.
/// - Parameter context: Borrowed.
/// - Returns: The number; 0 for anything but a context.
@_cdecl("wf_context_superstep")
public func wf_context_superstep(_ context: UnsafePointer<wf_context>?) -> UInt64 {
    UInt64(clamping: Handle.peek(context)?.superstep ?? 0)
}

/// The input of the call, the same that the callback got as an argument: for code that runs after the callback.
/// - Parameters:
///   - context: Borrowed.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
/// - Returns: NUL-terminated JSON, borrowed: valid until the context ends. "null" for anything but a context.
@_cdecl("wf_context_input")
public func wf_context_input(_ context: UnsafePointer<wf_context>?, _ length: UnsafeMutablePointer<UInt>?) -> UnsafePointer<CChar> {
    CText.lend(Handle.peek(context)?.input ?? .null, length)
}

/// The type of the input, by which a host chooses among handlers.
///
/// If the executor declares what it accepts (wf_builder_set_types), it is the declared name that fits best: the input's own
/// type, else "number" for an integer, else "any". For all others, and for the answer to a request, it is the input's own
/// type: the "$type" of a tagged value, else "null", "boolean", "integer", "number", "string", "array" or "object".
/// - Parameter context: Borrowed.
/// - Returns: NUL-terminated text, borrowed: valid until the context ends. Empty for anything but a context.
@_cdecl("wf_context_input_type")
public func wf_context_input_type(_ context: UnsafeMutablePointer<wf_context>?) -> UnsafePointer<CChar> {
    guard let context = Handle.peek(context.map { UnsafePointer($0) }) else { return CText.lend(emptyText, nil) }
    return CText.lend(context.lend(context.inputType), nil)
}

/// Where the message came from: a JSON array of executor ids, several after a fan-in. A run's input comes from
/// "internal:" and the id of the start executor.
/// - Parameters:
///   - context: Borrowed.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
/// - Returns: NUL-terminated JSON, borrowed: valid until the context ends. "[]" in save and restore callbacks, and for
///   anything but a context.
@_cdecl("wf_context_sources")
public func wf_context_sources(_ context: UnsafePointer<wf_context>?, _ length: UnsafeMutablePointer<UInt>?) -> UnsafePointer<CChar> {
    guard let context = Handle.peek(context) else { return CText.lend(emptyArray, length) }
    var json = JSONWriter()
    json.array { json in for id in context.sourceIDs { json.string(id) } }
    return CText.lend(context.lend(json.finish()), length)
}

/// The id of the request that the input answers.
/// - Parameter context: Borrowed.
/// - Returns: NUL-terminated id, borrowed: valid until the context ends. NULL if the input is an ordinary message.
@_cdecl("wf_context_request_id")
public func wf_context_request_id(_ context: UnsafePointer<wf_context>?) -> UnsafePointer<CChar>? {
    Handle.peek(context)?.request.map { CText.lend($0.id, nil) }
}

/// What the executor asked with the request that the input answers.
/// - Parameters:
///   - context: Borrowed.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
/// - Returns: NUL-terminated JSON, borrowed: valid until the context ends. "null" if the input is an ordinary message.
@_cdecl("wf_context_request_data")
public func wf_context_request_data(
    _ context: UnsafePointer<wf_context>?, _ length: UnsafeMutablePointer<UInt>?
) -> UnsafePointer<CChar> {
    CText.lend(Handle.peek(context)?.request?.data ?? .null, length)
}

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
///   request of one id fails the executor with WF_E_EXISTS.
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
        try context.send(try CText.json(json, length, "the message"), to: target)
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
        try Handle.object(context).output(try CText.json(json, length, "the output"))
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

/// Reads a value of the state: what this executor wrote in this superstep, else the value at the last boundary.
/// - Parameters:
///   - context: Borrowed.
///   - scope: WF_SCOPE_EXECUTOR or WF_SCOPE_SHARED.
///   - key: Which value.
///   - json: Receives NUL-terminated JSON, borrowed: valid until the context ends. NULL unless WF_OK.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_NONE if there is no such key; WF_E_INVALID for an unknown scope or a key that is not UTF-8;
///   WF_E_MISUSE for a NULL or another kind of handle; WF_E_CLOSED if the context has ended; WF_E_FORKED.
@_cdecl("wf_context_get_state")
public func wf_context_get_state(
    _ context: UnsafeMutablePointer<wf_context>?, _ scope: wf_scope_t, _ key: UnsafePointer<CChar>?,
    _ json: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ length: UnsafeMutablePointer<UInt>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.status(error) { () throws(Failure) in
        guard let json else { throw Failure(.misuse, "the place for the value is NULL") }
        json.pointee = nil
        let context = try Handle.object(context)
        guard let value = try context.state(try CText.key(key), in: try Context.Scope(scope)) else { return .none }
        json.pointee = CText.lend(context.lend(value), length)
        return .ok
    }
}

/// Writes a value of the state. It is committed with the superstep; other executors see it from the next one on.
///
/// If two executors write one shared key in a superstep, the later one in the order of executors wins, and a
/// "warning" event says so; with WF_RUN_STRICT_STATE the run fails instead.
/// - Parameters:
///   - context: Borrowed; of an invoke callback.
///   - scope: WF_SCOPE_EXECUTOR or WF_SCOPE_SHARED.
///   - key: Which value: UTF-8, not empty. Copied.
///   - json: The value. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_JSON with the offset; WF_E_LIMIT for a text that is too long or too deep; WF_E_INVALID for an
///   unknown scope or a bad key; WF_E_MISUSE in a save or restore callback, for a NULL or another kind of handle;
///   WF_E_CLOSED if the context has ended; WF_E_FORKED.
@_cdecl("wf_context_set_state")
public func wf_context_set_state(
    _ context: UnsafeMutablePointer<wf_context>?, _ scope: wf_scope_t, _ key: UnsafePointer<CChar>?,
    _ json: UnsafePointer<CChar>?, _ length: UInt, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let context = try Handle.object(context)
        let value = try CText.json(json, length, "the state value")
        try context.setState(try CText.key(key), value, in: try Context.Scope(scope))
    }
}

/// Deletes a value of the state, with the superstep as wf_context_set_state.
/// - Parameters:
///   - context: Borrowed; of an invoke callback.
///   - scope: WF_SCOPE_EXECUTOR or WF_SCOPE_SHARED.
///   - key: Which value.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_NONE if there was no such key; WF_E_INVALID for an unknown scope or a bad key; WF_E_MISUSE in a
///   save or restore callback, for a NULL or another kind of handle; WF_E_CLOSED if the context has ended; WF_E_FORKED.
@_cdecl("wf_context_delete_state")
public func wf_context_delete_state(
    _ context: UnsafeMutablePointer<wf_context>?, _ scope: wf_scope_t, _ key: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.status(error) { () throws(Failure) in
        let context = try Handle.object(context)
        let key = try CText.key(key)
        let scope = try Context.Scope(scope)
        let existed = try context.state(key, in: scope) != nil
        try context.setState(key, nil, in: scope)
        return existed ? .ok : .none
    }
}

/// Lists the keys of the state: what this executor wrote in this superstep included, what it deleted not.
/// - Parameters:
///   - context: Borrowed.
///   - scope: WF_SCOPE_EXECUTOR or WF_SCOPE_SHARED.
///   - prefix: Only keys that begin with it; NULL for all.
///   - json: Receives a NUL-terminated JSON array of the keys in the order of their bytes, borrowed: valid until the
///     context ends. NULL on error.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK, also if there is no such key; WF_E_INVALID for an unknown scope or a prefix that is not UTF-8;
///   WF_E_MISUSE for a NULL or another kind of handle; WF_E_CLOSED if the context has ended; WF_E_FORKED.
@_cdecl("wf_context_state_keys")
public func wf_context_state_keys(
    _ context: UnsafeMutablePointer<wf_context>?, _ scope: wf_scope_t, _ prefix: UnsafePointer<CChar>?,
    _ json: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ length: UnsafeMutablePointer<UInt>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        guard let json else { throw Failure(.misuse, "the place for the keys is NULL") }
        json.pointee = nil
        let context = try Handle.object(context)
        let prefix = prefix == nil ? emptyText : try CText.key(prefix)
        let keys = try context.stateKeys(beginningWith: prefix, in: try Context.Scope(scope))
        var list = JSONWriter(capacity: keys.reduce(2) { $0 + $1.count + 3 })
        list.array { list in for key in keys { list.string(key.string) } }
        json.pointee = CText.lend(context.lend(list.finish()), length)
    }
}

/// Deletes every key of the state that wf_context_state_keys lists, with the superstep as wf_context_set_state. What is
/// written afterwards stays.
///
/// Each deletion of a shared key is a write like any other: one more writer of the key in the superstep is a conflict.
/// - Parameters:
///   - context: Borrowed; of an invoke callback.
///   - scope: WF_SCOPE_EXECUTOR or WF_SCOPE_SHARED.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK, also if there was no key; WF_E_INVALID for an unknown scope; WF_E_MISUSE in a save or restore
///   callback, for a NULL or another kind of handle; WF_E_CLOSED if the context has ended; WF_E_FORKED.
@_cdecl("wf_context_clear_state")
public func wf_context_clear_state(
    _ context: UnsafeMutablePointer<wf_context>?, _ scope: wf_scope_t,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in try Handle.object(context).clearState(in: try Context.Scope(scope)) }
}

/// Gives the executor's state to the checkpoint that is being made. The last call counts.
/// - Parameters:
///   - context: Borrowed; of a save callback.
///   - json: The state; the restore callback gets it back. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_JSON with the offset; WF_E_LIMIT for a text that is too long or too deep; WF_E_MISUSE outside a
///   save callback, for a NULL or another kind of handle; WF_E_CLOSED if the context has ended; WF_E_FORKED.
@_cdecl("wf_context_save")
public func wf_context_save(
    _ context: UnsafeMutablePointer<wf_context>?, _ json: UnsafePointer<CChar>?, _ length: UInt,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        try Handle.object(context).save(try CText.json(json, length, "the executor's state"))
    }
}

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

let emptyArray = Text("[]")

extension Context.Scope {
    fileprivate init(_ scope: wf_scope_t) throws(Failure) {
        switch scope {
        case Int32(WF_SCOPE_EXECUTOR.rawValue): self = .executor
        case Int32(WF_SCOPE_SHARED.rawValue): self = .shared
        default: throw Failure(.invalid, "\(scope) is no scope; use WF_SCOPE_EXECUTOR or WF_SCOPE_SHARED")
        }
    }
}
