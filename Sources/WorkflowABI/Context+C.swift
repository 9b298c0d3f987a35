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
