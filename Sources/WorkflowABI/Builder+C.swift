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
/// Memory of the host's own is left as the failed attempt left it. wf_context_give_up ends the attempts early.
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

/// Adds an edge: what `source` sends goes to `target`, if the condition says so.
///
/// An edge from an executor to itself is a loop: its message arrives in the next superstep.
/// - Parameters:
///   - builder: Borrowed.
///   - source: Id of the sender; it may be added later. Copied.
///   - target: Id of the receiver; it may be added later. Copied.
///   - condition: Name of a condition, which may be added later; NULL for an edge that is always taken. Copied.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_EXISTS if any edge leads from `source` to `target` already; WF_E_INVALID for a bad name;
///   WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_builder_add_edge")
public func wf_builder_add_edge(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ source: UnsafePointer<CChar>?, _ target: UnsafePointer<CChar>?,
    _ condition: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let source = try CText.string(source, "source")
        let target = try CText.string(target, "target")
        let condition = try CText.optionalString(condition, "condition name")
        try builder.describe { draft throws(Failure) in try draft.addEdge(source, target, condition: condition) }
    }
}

/// Adds an edge from each executor of a list to the next.
/// - Parameters:
///   - builder: Borrowed.
///   - ids: At least two executor ids. Copied.
///   - count: How many.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: As wf_builder_add_edge; WF_E_INVALID also for less than two ids. Either all edges are added or none.
@_cdecl("wf_builder_add_chain")
public func wf_builder_add_chain(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ ids: UnsafePointer<UnsafePointer<CChar>?>?, _ count: UInt,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let ids = try CText.strings(ids, count, "executor id")
        try builder.describe { draft throws(Failure) in try draft.addChain(ids) }
    }
}

/// Adds a fan-out: each message of `source` goes to every target, all in the same superstep.
/// - Parameters:
///   - builder: Borrowed.
///   - source: Id of the sender. Copied.
///   - targets: At least two executor ids. Copied.
///   - count: How many targets.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: As wf_builder_add_edge; WF_E_INVALID also for less than two targets.
@_cdecl("wf_builder_add_fan_out_edges")
public func wf_builder_add_fan_out_edges(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ source: UnsafePointer<CChar>?,
    _ targets: UnsafePointer<UnsafePointer<CChar>?>?, _ count: UInt,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let source = try CText.string(source, "source")
        let targets = try CText.strings(targets, count, "target")
        try builder.describe { draft throws(Failure) in try draft.addFanOut(source, targets) }
    }
}

/// Adds a fan-out in which a selector chooses, for each message, the targets that get it.
/// - Parameters:
///   - builder: Borrowed.
///   - source: Id of the sender. Copied.
///   - targets: At least two executor ids. Copied.
///   - count: How many targets.
///   - selector: Name of the selector, which may be added later. Copied.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: As wf_builder_add_edge; WF_E_INVALID also for less than two targets.
@_cdecl("wf_builder_add_multi_selection_edges")
public func wf_builder_add_multi_selection_edges(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ source: UnsafePointer<CChar>?,
    _ targets: UnsafePointer<UnsafePointer<CChar>?>?, _ count: UInt, _ selector: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let source = try CText.string(source, "source")
        let targets = try CText.strings(targets, count, "target")
        let selector = try CText.string(selector, "selector name")
        try builder.describe { draft throws(Failure) in try draft.addSelection(source, targets, selector: selector) }
    }
}

/// Adds a switch: each message goes to the target of the first case whose condition says yes, else to the default.
/// - Parameters:
///   - builder: Borrowed.
///   - source: Id of the sender. Copied.
///   - conditions: Names of conditions, one for each case; they may be added later. Copied.
///   - targets: The target of each case; several cases may have the same one. Copied.
///   - count: How many cases: at least one.
///   - default_target: Id of the executor that gets what no case takes. Copied.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: As wf_builder_add_edge; WF_E_INVALID also for no case.
@_cdecl("wf_builder_add_switch_case_edges")
public func wf_builder_add_switch_case_edges(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ source: UnsafePointer<CChar>?,
    _ conditions: UnsafePointer<UnsafePointer<CChar>?>?, _ targets: UnsafePointer<UnsafePointer<CChar>?>?, _ count: UInt,
    _ default_target: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let source = try CText.string(source, "source")
        let conditions = try CText.strings(conditions, count, "condition")
        let targets = try CText.strings(targets, count, "target")
        let fallback = try CText.string(default_target, "default target")
        let cases = zip(conditions, targets).map { GraphDraft.Case(condition: $0, target: $1) }
        try builder.describe { draft throws(Failure) in try draft.addSwitchCase(source, cases, fallback: fallback) }
    }
}

/// Adds a fan-in: `target` waits until every source has sent, and then gets one JSON array of all that was sent,
/// grouped by source in the order of `sources`.
///
/// What waits is part of every checkpoint.
/// - Parameters:
///   - builder: Borrowed.
///   - sources: At least two executor ids. Copied.
///   - count: How many sources.
///   - target: Id of the receiver. Copied.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: As wf_builder_add_edge; WF_E_INVALID also for less than two sources.
@_cdecl("wf_builder_add_fan_in_edges")
public func wf_builder_add_fan_in_edges(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ sources: UnsafePointer<UnsafePointer<CChar>?>?, _ count: UInt,
    _ target: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let sources = try CText.strings(sources, count, "source")
        let target = try CText.string(target, "target")
        try builder.describe { draft throws(Failure) in try draft.addFanIn(sources, target) }
    }
}

/// Says which executor gets the input of a run.
/// - Parameters:
///   - builder: Borrowed.
///   - id: Its id; it may be added later. Copied.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_EXISTS if another start was set; WF_E_INVALID for a bad id; WF_E_MISUSE for a NULL or another
///   kind of handle; WF_E_FORKED.
@_cdecl("wf_builder_set_start")
public func wf_builder_set_start(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ id: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let id = try CText.string(id, "start executor")
        try builder.describe { draft throws(Failure) in try draft.setStart(id) }
    }
}

/// Says what becomes of an executor's outputs: which of them are the workflow's.
///
/// While no executor is designated FINAL or INTERMEDIATE, every output is an "output" event, except those of HIDDEN ones.
/// As soon as one is, the outputs of executors that nobody designated are hidden. It does not change the graph's signature.
/// - Parameters:
///   - builder: Borrowed.
///   - executor_id: Id of the executor; it may be added later. Copied.
///   - designation: One of `enum wf_output`. The last call counts; WF_OUTPUT_DEFAULT takes back what was said before.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for an unknown designation or a bad id; WF_E_MISUSE for a NULL or another kind of
///   handle; WF_E_FORKED.
@_cdecl("wf_builder_set_output")
public func wf_builder_set_output(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ executor_id: UnsafePointer<CChar>?, _ designation: wf_output_t,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let id = try CText.string(executor_id, "executor id")
        let designation = try OutputDesignation.of(designation)
        try builder.describe { draft throws(Failure) in try draft.setOutput(id, designation) }
    }
}

/// Declares the types of an executor's messages: what it accepts, sends and outputs.
///
/// Each list names types, separated by '|', such as "integer|string": "null", "boolean", "integer", "number", "string",
/// "array", "object", "any", or the "$type" of a tagged value. An integer is a "number" too; a tagged value is not an
/// "object". NULL or an empty text declares nothing: anything goes. No spaces.
///
/// A message of a type that an executor does not accept is not delivered to it, and the edge's condition is not asked. If it
/// reaches nobody, a "warning" event with the reason "type_mismatch" tells of it. Answers to requests are not held against
/// the list. What an executor sends and outputs is not checked while it runs: wf_builder_build refuses edges that no message
/// of these types could take. A sub-workflow accepts what its start does; its node takes no declaration of its own. Declarations
/// do not change the graph's signature.
/// - Parameters:
///   - builder: Borrowed.
///   - executor_id: Id of the executor; it may be added later. Copied. The last call counts, for all three lists.
///   - accepts: What it handles. An executor behind a fan-in gets an "array". NULL for anything. Copied.
///   - sends: What it may send. NULL for anything. Copied.
///   - outputs: What it may output. NULL for anything. Copied.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for a bad id, for an empty name or one with a control character in a list, for a name that
///   is twice in one, and for text that is not UTF-8; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_builder_set_types")
public func wf_builder_set_types(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ executor_id: UnsafePointer<CChar>?, _ accepts: UnsafePointer<CChar>?,
    _ sends: UnsafePointer<CChar>?, _ outputs: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let id = try CText.string(executor_id, "executor id")
        func list(_ text: UnsafePointer<CChar>?, _ verb: String) throws(Failure) -> TypeList {
            let what = "what '\(id.printable)' \(verb)"
            return try TypeList(joined: try CText.optionalString(text, what), as: what)
        }
        let types = DeclaredTypes(
            accepts: try list(accepts, "accepts"), sends: try list(sends, "sends"), outputs: try list(outputs, "outputs"))
        try builder.describe { draft throws(Failure) in try draft.setTypes(id, types) }
    }
}

/// Limits how many supersteps a run may take since its last input from outside. The default is 100.
///
/// A loop that never ends is stopped with WF_E_LIMIT; its last checkpoint can be resumed with a higher limit.
/// - Parameters:
///   - builder: Borrowed.
///   - max_supersteps: A positive number.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for 0; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_builder_set_max_supersteps")
public func wf_builder_set_max_supersteps(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ max_supersteps: UInt64,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        try builder.describe { draft throws(Failure) in try draft.setMaxSupersteps(max_supersteps) }
    }
}

/// Checks the whole graph and makes the workflow.
///
/// The builder stays as it is: it can be extended and built again, and must be freed.
/// - Parameters:
///   - builder: Borrowed.
///   - workflow: Receives the workflow, owned by the caller: wf_workflow_free. NULL on error.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_GRAPH with every problem in one message: refused calls, unknown executors, conditions and selectors, no
///   start, executors that cannot be reached, code that is missing, edges that no message of the declared types could take; WF_E_MISUSE for a NULL or another kind of handle;
///   WF_E_FORKED.
@_cdecl("wf_builder_build")
public func wf_builder_build(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ workflow: UnsafeMutablePointer<UnsafeMutablePointer<wf_workflow>?>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(workflow, "workflow")
        place.pointee = Handle.make(try Handle.object(builder).build())
    }
}

/// Releases a builder. Workflows that it built are not affected.
/// - Parameter builder: Consumed. NULL does nothing, and so does a builder of the parent in a forked child.
@_cdecl("wf_builder_free")
public func wf_builder_free(_ builder: UnsafeMutablePointer<wf_builder>?) { Handle.free(builder) }

extension SubWorkflow.Ties {
    fileprivate init(_ flags: UInt32) throws(Failure) {
        self.init()
        let known = WF_SUB_DIRECT_OUTPUT.rawValue | WF_SUB_INTERCEPT_REQUESTS.rawValue | WF_SUB_SHARED_STATE.rawValue
        guard flags & ~known == 0 else {
            throw Failure(
                .unsupported, "the sub-workflow flags have bits that this version of the library does not know: 0x\(String(flags & ~known, radix: 16))")
        }
        outputsDirectly = flags & WF_SUB_DIRECT_OUTPUT.rawValue != 0
        interceptsRequests = flags & WF_SUB_INTERCEPT_REQUESTS.rawValue != 0
        sharesState = flags & WF_SUB_SHARED_STATE.rawValue != 0
    }
}

extension OutputDesignation {
    /// Nil for the default.
    fileprivate static func of(_ number: wf_output_t) throws(Failure) -> OutputDesignation? {
        switch number {
        case Int32(WF_OUTPUT_DEFAULT.rawValue): nil
        case Int32(WF_OUTPUT_FINAL.rawValue): .final
        case Int32(WF_OUTPUT_INTERMEDIATE.rawValue): .intermediate
        case Int32(WF_OUTPUT_HIDDEN.rawValue): .hidden
        default: throw Failure(.invalid, "\(number) is no output designation; use one of enum wf_output")
        }
    }
}

extension Retry {
    fileprivate init(_ pointer: UnsafePointer<wf_retry>) throws(Failure) {
        try wf_retry.requireKnown(pointer)
        let given = try wf_retry.read(pointer)
        func number(_ value: UInt64, else absent: Int) -> Int { value == 0 ? absent : Int(clamping: value) }
        try self.init(
            attempts: number(UInt64(given.attempts), else: 3), delay: number(given.delay_ms, else: 1000),
            factor: given.factor == 0 ? 2 : given.factor, longest: number(given.longest_ms, else: 60_000), jitter: given.jitter)
    }
}
