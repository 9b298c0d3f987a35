import CWorkflow
import WorkflowJSON
import WorkflowModel
import WorkflowRuntime

/// Gives the checkpoint document that fits the new graph. The last call counts.
///
/// Its members `graph_signature` and `graph` are set by the library. Those that say what the checkpoint is must stay:
/// `format`, `version`, `checkpoint_id`, `previous_checkpoint_id`, `run_id`, `timestamp`, `kind`, `superstep` and
/// `input_superstep`. It is checked in full when the callback has returned.
/// - Parameters:
///   - migration: Borrowed.
///   - json: The document. Copied.
///   - length: Its length in bytes, or WF_NUL.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_JSON with the offset; WF_E_LIMIT for a text that is too long or too deep; WF_E_CLOSED if the
///   callback has returned; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_migration_set")
public func wf_migration_set(
    _ migration: UnsafeMutablePointer<wf_migration>?, _ json: UnsafePointer<CChar>?, _ length: UInt,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        try Handle.object(migration).set(try CText.document(json, length))
    }
}
