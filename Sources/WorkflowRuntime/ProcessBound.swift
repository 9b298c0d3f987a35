import CShims

/// An object of the process that made it: after fork() the child must not use it.
///
/// Locks may be held by threads that the child does not have, and files would have two writers.
open class ProcessBound: @unchecked Sendable {
    private let generation = wfs_fork_generation()

    public init() {}

    /// Set as the first thing of a deinit: what it releases may run a finalizer, and that may look back at the object.
    public final var isGone: Bool {
        get { gone }
        set { gone = newValue }
    }

    // Private, so that the compiler sees all uses and need not check each of them: every call of the library looks.
    private final var gone = false

    public final var isForeign: Bool { generation != wfs_fork_generation() }
}
