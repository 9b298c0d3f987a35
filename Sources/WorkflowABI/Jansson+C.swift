import CJansson
import CShims
import CWorkflow
import WorkflowJSON
import WorkflowModel
import WorkflowRuntime

/// Whether the host and the library use the same copy of jansson, so that values may pass between them.
///
/// A second copy in the process, such as one that is linked statically, has a heap and reference counts of its own.
/// The functions below refuse to work if the process shows two copies; only the host can see a hidden one, by passing
/// the address of its own json_delete: `wf_jansson_shared((const void *)json_delete)`. Any thread.
/// - Parameter json_delete_address: Borrowed, not called.
/// - Returns: 1 if it is the same copy, else 0.
@_cdecl("wf_jansson_shared")
public func wf_jansson_shared(_ json_delete_address: UnsafeRawPointer?) -> Int32 {
    json_delete_address != nil && json_delete_address == wfj_delete_address() ? 1 : 0
}

/// The same as wf_run_checkpoint, as a jansson value.
/// - Parameters:
///   - run: Borrowed.
///   - checkpoint: Receives a new reference: the caller releases it with json_decref. NULL unless WF_OK.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: As wf_run_checkpoint; WF_E_UNSUPPORTED also if the process has two copies of jansson.
@_cdecl("wf_run_checkpoint_jansson")
public func wf_run_checkpoint_jansson(
    _ run: UnsafeMutablePointer<wf_run>?, _ checkpoint: UnsafeMutablePointer<UnsafeMutablePointer<json_t>?>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.status(error) { () throws(Failure) in
        let place = try Boundary.place(checkpoint, "checkpoint")
        try requireOneJansson()
        guard let document = try Handle.object(run).checkpoint() else { return .none }
        place.pointee = try JSON.tree(of: document, as: "the checkpoint document")
        return .ok
    }
}

/// The same as wf_context_input, as a jansson value.
/// - Parameters:
///   - context: Borrowed.
///   - input: Receives a new reference: the caller releases it with json_decref. NULL unless WF_OK.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_UNSUPPORTED if the process has two copies of jansson; WF_E_MISUSE for a NULL or another kind of
///   handle; WF_E_FORKED.
@_cdecl("wf_context_input_jansson")
public func wf_context_input_jansson(
    _ context: UnsafeMutablePointer<wf_context>?, _ input: UnsafeMutablePointer<UnsafeMutablePointer<json_t>?>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(input, "input")
        try requireOneJansson()
        place.pointee = try JSON.tree(of: try Handle.object(context).input, as: "the input")
    }
}

/// The same as wf_context_send, from a jansson value.
/// - Parameters:
///   - context: Borrowed; of an invoke callback.
///   - target: As in wf_context_send; NULL for every edge. Copied.
///   - message: Borrowed: the caller keeps its reference and may change the value afterwards.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: As wf_context_send; WF_E_JSON if the value cannot be written as JSON (a circle, say); WF_E_UNSUPPORTED if
///   the process has two copies of jansson.
@_cdecl("wf_context_send_jansson")
public func wf_context_send_jansson(
    _ context: UnsafeMutablePointer<wf_context>?, _ target: UnsafePointer<CChar>?, _ message: UnsafeMutablePointer<json_t>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        try requireOneJansson()
        let context = try Handle.object(context)
        let target = try CText.optionalString(target, "target")
        try context.send(try JSON.text(of: message, as: "the message"), to: target)
    }
}

/// The same as wf_context_output, from a jansson value.
/// - Parameters:
///   - context: Borrowed; of an invoke callback.
///   - output: Borrowed: the caller keeps its reference and may change the value afterwards.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: As wf_context_output; WF_E_JSON if the value cannot be written as JSON; WF_E_UNSUPPORTED if the process has
///   two copies of jansson.
@_cdecl("wf_context_output_jansson")
public func wf_context_output_jansson(
    _ context: UnsafeMutablePointer<wf_context>?, _ output: UnsafeMutablePointer<json_t>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        try requireOneJansson()
        try Handle.object(context).output(try JSON.text(of: output, as: "the output"))
    }
}

private func requireOneJansson() throws(Failure) {
    guard let seen = wfs_symbol_address("json_delete"), seen != wfj_delete_address() else { return }
    throw Failure(
        .unsupported,
        "the process has two copies of jansson: values cannot pass between them. Link both the program and libworkflow "
            + "with the same libjansson.so, or use the calls that take JSON text")
}
