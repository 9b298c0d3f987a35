import CWorkflow
import WorkflowModel
import WorkflowRuntime

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
