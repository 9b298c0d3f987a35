import CWorkflow
import WorkflowJSON
import WorkflowModel
import WorkflowRuntime

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

/// Puts an element at the end of a list in the state. It costs the element, not the list; a key without a value becomes a list
/// of this one element. Committed with the superstep, as with wf_context_set_state.
///
/// Executors that append to one shared key in a superstep do not disturb each other: the list has the elements of all, in the
/// order of executors. One that sets or deletes the key meanwhile is in conflict with them, as two that set it are; what a later
/// executor appends then stands behind what the earlier one left. After a set or a delete by the executor itself, the element
/// goes to what it left.
/// wf_context_get_state shows the list with what was appended; to put it together costs the list.
/// - Parameters:
///   - context: Borrowed; of an invoke callback.
///   - scope: WF_SCOPE_EXECUTOR or WF_SCOPE_SHARED.
///   - key: Which list: UTF-8, not empty. Copied.
///   - json: The element. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_JSON with the offset; WF_E_LIMIT for an element that is too long or too deep, or that makes the list
///   too long; WF_E_INVALID for a value that is no list, an unknown scope or a bad key; WF_E_MISUSE in a save or restore
///   callback, for a NULL or another kind of handle; WF_E_CLOSED if the context has ended; WF_E_FORKED.
@_cdecl("wf_context_append")
public func wf_context_append(
    _ context: UnsafeMutablePointer<wf_context>?, _ scope: wf_scope_t, _ key: UnsafePointer<CChar>?,
    _ json: UnsafePointer<CChar>?, _ length: UInt, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let context = try Handle.object(context)
        // The list is one level more, and is to be a value that could be set.
        let element = try CText.json(json, length, "the element", deepest: JSON.deepestText - 1)
        try context.appendState(try CText.key(key), element, in: try Context.Scope(scope))
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
        let existed = try context.hasState(key, in: scope)
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

extension Context.Scope {
    fileprivate init(_ scope: wf_scope_t) throws(Failure) {
        switch scope {
        case Int32(WF_SCOPE_EXECUTOR.rawValue): self = .executor
        case Int32(WF_SCOPE_SHARED.rawValue): self = .shared
        default: throw Failure(.invalid, "\(scope) is no scope; use WF_SCOPE_EXECUTOR or WF_SCOPE_SHARED")
        }
    }
}
