import WorkflowRuntime
import WorkflowStorage

/// What a `wf_storage_t *` points to.
final class StorageBox: ProcessBound, @unchecked Sendable {
    let storage: any Storage

    init(_ storage: any Storage) { self.storage = storage }

    deinit { isGone = true }
}
