import CWorkflow

/// A host's pointer and the function that releases it: exactly once, when the last reference goes.
///
/// Made as the first thing of the call that hands them over, so that a failing call releases them too.
///
/// `@unchecked Sendable` because the library only passes the pointer on; the host says what threads may do with it.
final class UserData: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer?
    private let finalizer: wf_finalizer_fn?

    init(_ pointer: UnsafeMutableRawPointer?, _ finalizer: wf_finalizer_fn?) {
        self.pointer = pointer
        self.finalizer = finalizer
    }

    deinit { finalizer?(pointer) }
}
