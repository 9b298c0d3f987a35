import CShims

/// A value that one thread at a time may look at.
///
/// `@unchecked Sendable` because `withLock` is the only way to the value.
public final class Locked<Value>: @unchecked Sendable {
    private let lock: OpaquePointer
    private var value: Value

    public init(_ value: Value) {
        lock = wfs_lock_new()
        self.value = value
    }

    deinit { wfs_lock_free(lock) }

    /// No host code may run inside `body`.
    public func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        wfs_lock_take(lock)
        defer { wfs_lock_give(lock) }
        return try body(&value)
    }
}
