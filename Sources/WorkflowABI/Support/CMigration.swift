import CWorkflow
import WorkflowModel
import WorkflowRuntime

/// The C callback that migrates checkpoints. Its data is borrowed: nobody releases it.
///
/// `@unchecked Sendable` because function pointers are values and the host says which threads may resume.
final class CMigration: MigrationCode, @unchecked Sendable {
    private let function: wf_migrate_fn
    private let data: UnsafeMutableRawPointer?

    init(_ function: @escaping wf_migrate_fn, _ data: UnsafeMutableRawPointer?) {
        self.function = function
        self.data = data
    }

    func migrate(_ checkpoint: Text, _ report: Text, into migration: Migration) throws(Failure) {
        let handle: UnsafeMutablePointer<wf_migration> = Handle.make(migration)
        let result = function(
            data, checkpoint.unsafeCString, checkpoint.count, report.unsafeCString, report.count, handle)
        Handle.free(handle)
        guard result != Status.ok.rawValue, result != Status.done.rawValue else { return }
        let status = Status(rawValue: result)
        throw Failure(
            status.isError && !Context.answersToCalls.contains(status) ? status : .executor,
            "the migration of the checkpoint failed: the callback ended with \(String(cString: wf_status_name(result))) (\(result))")
    }
}
