import CWorkflow
import WorkflowModel

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

/// A struct of callbacks as the host passed it, read before anything can fail, so that its user data has an owner.
struct GivenCode<Code: CallbackStruct> {
    private let pointer: UnsafePointer<Code>?
    private let code: Result<Code, Failure>
    private let userData: UserData?

    init(_ pointer: UnsafePointer<Code>?) {
        self.pointer = pointer
        do throws(Failure) {
            let code = try Code.read(pointer)
            self.code = .success(code)
            userData = UserData(code.user_data, code.finalizer)
        } catch {
            code = .failure(error)
            userData = nil
        }
    }

    /// The struct, if the library knows everything in it.
    func checked() throws(Failure) -> (Code, UserData) {
        let code = try code.get()
        try Code.requireKnown(pointer)
        return (code, userData ?? UserData(nil, nil))
    }
}

protocol CallbackStruct: SizedStruct {
    var user_data: UnsafeMutableRawPointer! { get }
    var finalizer: wf_finalizer_fn! { get }
}

extension wf_executor: CallbackStruct {}
extension wf_condition: CallbackStruct {}
extension wf_selector: CallbackStruct {}
extension wf_storage_code: CallbackStruct {}
extension wf_value: CallbackStruct {
    var user_data: UnsafeMutableRawPointer! { object }
}
