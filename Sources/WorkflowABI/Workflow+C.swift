import CWorkflow
import WorkflowJSON
import WorkflowModel

/// The workflow's name.
///
/// Any thread.
/// - Parameter workflow: Borrowed.
/// - Returns: NUL-terminated UTF-8, borrowed: valid until the workflow is freed. Empty for anything but a workflow.
@_cdecl("wf_workflow_name")
public func wf_workflow_name(_ workflow: UnsafePointer<wf_workflow>?) -> UnsafePointer<CChar> {
    CText.lend(Handle.peek(workflow)?.graph.nameText ?? emptyText, nil)
}

/// What makes two graphs the same for a checkpoint: a SHA-256, in hex, of ids, edges, the start, and the names and
/// versions of conditions and selectors. No code, no language, no limits.
///
/// Any thread.
/// - Parameter workflow: Borrowed.
/// - Returns: NUL-terminated text, borrowed: valid until the workflow is freed. Empty for anything but a workflow.
@_cdecl("wf_workflow_signature")
public func wf_workflow_signature(_ workflow: UnsafePointer<wf_workflow>?) -> UnsafePointer<CChar> {
    CText.lend(Handle.peek(workflow)?.graph.signature ?? emptyText, nil)
}

/// The workflow as a JSON definition, which wf_builder_parse reads in any language.
///
/// Any thread.
/// - Parameters:
///   - workflow: Borrowed.
///   - json: Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED; WF_E_NOMEM.
@_cdecl("wf_workflow_definition")
public func wf_workflow_definition(
    _ workflow: UnsafePointer<wf_workflow>?, _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ length: UnsafeMutablePointer<UInt>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(json, "definition")
        try CText.give(Definition.text(of: try Handle.object(workflow).graph), place, length, "definition")
    }
}

/// Says what differs between the graph that made a checkpoint and this workflow, and what of the checkpoint would be lost.
/// Nothing is run.
///
/// The report is a JSON object: `compatible` (whether the checkpoint can be resumed as it is), `checkpoint_id`;
/// `workflow_name`, `graph_signature` and `start` as `{"before", "after"}`, `start` null if it is the same; `executors`,
/// `sub_workflows`, `edges`, `conditions` and `selectors` as `{"added", "removed", "changed"}`, with paths for what is in
/// sub-workflows and `changed` a list of `{"name", "before", "after"}`; `graph_unknown`, null or why the checkpoint's own graph
/// is not known and only what it names was looked up; and `lost`, the parts of the checkpoint that have no place in this
/// workflow, as `{"path", "executor", "why"}`. Any thread.
/// - Parameters:
///   - workflow: Borrowed.
///   - checkpoint: The document. Borrowed.
///   - length: Its length in bytes, or WF_NUL.
///   - report: Receives NUL-terminated JSON, owned by the caller: wf_free. NULL on error.
///   - report_length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK, whatever differs; WF_E_JSON with the offset; WF_E_LIMIT for a text that is too long or too deep;
///   WF_E_CHECKPOINT if it is no checkpoint, or one of this graph that is damaged; WF_E_UNSUPPORTED if it needs a newer
///   library; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED; WF_E_NOMEM.
@_cdecl("wf_workflow_compare")
public func wf_workflow_compare(
    _ workflow: UnsafePointer<wf_workflow>?, _ checkpoint: UnsafePointer<CChar>?, _ length: UInt,
    _ report: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ report_length: UnsafeMutablePointer<UInt>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(report, "report")
        let workflow = try Handle.object(workflow)
        let document = try CText.document(checkpoint, length)
        let comparison = try CheckpointComparison(document, to: workflow.graph, as: "the checkpoint document")
        try CText.give(comparison.report, place, report_length, "report")
    }
}

/// Draws the workflow as text, for documents ("mermaid") or Graphviz ("dot").
///
/// Ids appear only in labels, so that no id can break the picture. Edges that a condition or a selector decides on are
/// dashed and carry its name. Any thread.
/// - Parameters:
///   - workflow: Borrowed.
///   - format: "mermaid" or "dot".
///   - text: Receives NUL-terminated UTF-8, owned by the caller: wf_free. NULL on error.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for another format; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED;
///   WF_E_NOMEM.
@_cdecl("wf_workflow_diagram")
public func wf_workflow_diagram(
    _ workflow: UnsafePointer<wf_workflow>?, _ format: UnsafePointer<CChar>?,
    _ text: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ length: UnsafeMutablePointer<UInt>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(text, "diagram")
        let workflow = try Handle.object(workflow)
        let name = try CText.string(format, "format")
        guard let diagram = Diagram(rawValue: name) else {
            throw Failure(.invalid, "'\(name.printable)' is no format of diagrams; use 'mermaid' or 'dot'")
        }
        try CText.give(diagram.text(of: workflow.graph), place, length, "diagram")
    }
}

/// Releases a workflow. Runs that were started keep what they need of it.
///
/// Any thread.
/// - Parameter workflow: Consumed. NULL does nothing, and so does a workflow of the parent in a forked child.
@_cdecl("wf_workflow_free")
public func wf_workflow_free(_ workflow: UnsafeMutablePointer<wf_workflow>?) { Handle.free(workflow) }
