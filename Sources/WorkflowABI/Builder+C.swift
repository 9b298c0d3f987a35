import CWorkflow
import WorkflowModel
import WorkflowRuntime

/// Begins the description of a workflow.
///
/// A call that describes something either adds it or leaves the builder as it was. A refused call is remembered and
/// reported again by wf_builder_build, together with everything else: the single answers may be left unread.
/// Executors run in the order in which they are first mentioned.
/// - Parameters:
///   - name: The workflow's name, under which its checkpoints are found again. 1 to 512 bytes of UTF-8 without
///     control characters. Copied.
///   - builder: Receives the builder, owned by the caller: wf_builder_free. NULL on error.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for a bad name; WF_E_MISUSE for a NULL.
@_cdecl("wf_builder_new")
public func wf_builder_new(
    _ name: UnsafePointer<CChar>?, _ builder: UnsafeMutablePointer<UnsafeMutablePointer<wf_builder>?>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(builder, "builder")
        place.pointee = Handle.make(try WorkflowBuilder(name: try CText.string(name, "workflow name")))
    }
}

/// Begins with a workflow's JSON definition, as wf_workflow_definition gives it.
///
/// The definition has everything but the host's code: add that with wf_builder_add_executor,
/// wf_builder_add_condition and wf_builder_add_selector, by the ids and names that it declares.
/// - Parameters:
///   - json: The definition. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - builder: Receives the builder, owned by the caller: wf_builder_free. NULL on error.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_JSON with the offset; WF_E_GRAPH with every place that is not as it should be; WF_E_LIMIT
///   for a text that is too long or too deep; WF_E_MISUSE for a NULL.
@_cdecl("wf_builder_parse")
public func wf_builder_parse(
    _ json: UnsafePointer<CChar>?, _ length: UInt, _ builder: UnsafeMutablePointer<UnsafeMutablePointer<wf_builder>?>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(builder, "builder")
        place.pointee = Handle.make(try WorkflowBuilder(definition: try CText.json(json, length, "the workflow definition")))
    }
}

/// Adds an executor and its code, or gives an executor of the definition its code.
///
/// `executor->user_data` belongs to the library from this call on, whatever the call answers: its finalizer runs once,
/// when the last builder, workflow or run that needs it is freed, or at once if the call fails.
/// - Parameters:
///   - builder: Borrowed.
///   - id: The executor's id. 1 to 512 bytes of UTF-8 without control characters. Copied.
///   - executor: Its code. `invoke` is required, but not with WF_POLLED: then it must be NULL. Copied.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_EXISTS if it was added before; WF_E_INVALID for a bad id or struct_size, or an `invoke` that would
///   never be called; WF_E_UNSUPPORTED for a struct from a newer library; WF_E_MISUSE for a NULL or another kind of handle;
///   WF_E_FORKED.
@_cdecl("wf_builder_add_executor")
public func wf_builder_add_executor(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ id: UnsafePointer<CChar>?, _ executor: UnsafePointer<wf_executor>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    let given = GivenCode(executor)
    return Boundary.describe(builder, error) { builder throws(Failure) in
        let (code, userData) = try given.checked()
        let id = try CText.string(id, "executor id")
        if code.flags & WF_POLLED.rawValue != 0 {
            guard code.invoke == nil else {
                throw Failure(
                    .invalid, "executor '\(id.printable)' is WF_POLLED, so its invoke would never be called; it must be NULL",
                    executorID: id)
            }
        } else if code.invoke == nil {
            throw Failure(.misuse, "wf_executor_t.invoke of executor '\(id.printable)' is NULL", executorID: id)
        }
        try builder.addExecutor(id, CExecutor(code, userData))
    }
}

/// Embeds a workflow as one executor of another: a sub-workflow, at any depth.
///
/// Its executor "x" is the executor "id/x" of the outer workflow, in events, diagrams and checkpoints; both run in the same
/// supersteps, so every inner boundary is in the outer run's checkpoint. What is sent to `id` goes to the inner start
/// executor in the same superstep. What the inner workflow outputs goes along the edges that leave `id`. Several inputs may
/// be inside at a time: fan-ins inside keep them apart. Inner executors send to each other by their inner ids. The inner
/// superstep limit does not count; the run's does.
/// - Parameters:
///   - builder: Borrowed.
///   - id: The executor's id; no executor beside it may have an id that begins with it and a slash. Copied.
///   - workflow: Borrowed; the builder keeps what it needs. It may be embedded several times and run by itself too.
///   - flags: enum wf_sub_workflow_flags, or 0: outputs are messages, requests go up to the host, the state is its own.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_EXISTS if the id was added before; WF_E_INVALID for a bad id; WF_E_UNSUPPORTED for an unknown flag;
///   WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_builder_add_sub_workflow")
public func wf_builder_add_sub_workflow(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ id: UnsafePointer<CChar>?, _ workflow: UnsafeMutablePointer<wf_workflow>?,
    _ flags: UInt32, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let id = try CText.string(id, "executor id")
        try builder.addSubWorkflow(id, try Handle.object(workflow), try SubWorkflow.Ties(flags))
    }
}

/// Lets calls of an executor that fail be tried again, after a pause; part of the definition, not of the signature.
///
/// What a failed attempt did does not count. A "warning" event with the reason "retry" tells of each pause. While only pauses
/// are left, a run with checkpoints makes one of kind "partial": what succeeded meanwhile and the pause itself survive a crash.
/// Memory of the host's own is left as the failed attempt left it. wf_context_give_up ends the attempts early. An executor inside
/// a sub-workflow has what was set for it there.
/// - Parameters:
///   - builder: Borrowed.
///   - id: The executor, added before or later. Copied.
///   - retry: How often and when; NULL for never, the default. Copied.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for a bad id, numbers out of range or a bad struct_size; WF_E_UNSUPPORTED for a struct from a
///   newer library; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_builder_set_retry")
public func wf_builder_set_retry(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ id: UnsafePointer<CChar>?, _ retry: UnsafePointer<wf_retry>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let id = try CText.string(id, "executor id")
        let retry = try retry.map { retry throws(Failure) in try Retry(retry) }
        try builder.describe { draft throws(Failure) in try draft.setRetry(id, retry) }
    }
}

/// Limits how long a call of an executor may take; part of the definition, not of the signature.
///
/// A call that goes on longer fails with WF_E_TIMEOUT, and is tried again if wf_builder_set_retry says so. A pending, pooled or
/// polled call fails at that time, if somebody drives the run: wf_context_is_cancelled becomes 1, and its late wf_context_finish
/// answers WF_E_CLOSED. A callback that blocks inside wf_run_next cannot be interrupted: it fails when it returns late.
/// An executor inside a sub-workflow has what was set for it there.
/// - Parameters:
///   - builder: Borrowed.
///   - id: The executor, added before or later. Copied.
///   - timeout_ms: In milliseconds, from the beginning of each attempt. 1 to a year.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for a bad id or time; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_builder_set_timeout")
public func wf_builder_set_timeout(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ id: UnsafePointer<CChar>?, _ timeout_ms: UInt64,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let id = try CText.string(id, "executor id")
        try builder.describe { draft throws(Failure) in try draft.setTimeout(id, milliseconds: timeout_ms) }
    }
}

/// Adds an edge condition and its code, or gives a condition of the definition its code.
///
/// `condition->user_data` belongs to the library from this call on, as with wf_builder_add_executor.
/// - Parameters:
///   - builder: Borrowed.
///   - condition: Name and code; `name` and `evaluate` are required. Copied.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_EXISTS if the name was added before; WF_E_MISMATCH if the definition states another version;
///   WF_E_INVALID for a bad name or struct_size; WF_E_UNSUPPORTED for a struct from a newer library; WF_E_MISUSE for a
///   NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_builder_add_condition")
public func wf_builder_add_condition(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ condition: UnsafePointer<wf_condition>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    let given = GivenCode(condition)
    return Boundary.describe(builder, error) { builder throws(Failure) in
        let (code, userData) = try given.checked()
        let name = try CText.string(code.name, "condition name")
        let version = try CText.optionalString(code.version, "condition version")
        guard code.evaluate != nil else {
            throw Failure(.misuse, "wf_condition_t.evaluate of the condition '\(name.printable)' is NULL")
        }
        try builder.addCondition(Condition(name: name, version: version), CCondition(name: name, code, userData))
    }
}

/// Adds a selector and its code, or gives a selector of the definition its code.
///
/// `selector->user_data` belongs to the library from this call on, as with wf_builder_add_executor.
/// - Parameters:
///   - builder: Borrowed.
///   - selector: Name and code; `name` and `select` are required. Copied.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: As wf_builder_add_condition.
@_cdecl("wf_builder_add_selector")
public func wf_builder_add_selector(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ selector: UnsafePointer<wf_selector>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    let given = GivenCode(selector)
    return Boundary.describe(builder, error) { builder throws(Failure) in
        let (code, userData) = try given.checked()
        let name = try CText.string(code.name, "selector name")
        let version = try CText.optionalString(code.version, "selector version")
        guard code.select != nil else {
            throw Failure(.misuse, "wf_selector_t.select of the selector '\(name.printable)' is NULL")
        }
        try builder.addSelector(Selector(name: name, version: version), CSelector(name: name, code, userData))
    }
}
