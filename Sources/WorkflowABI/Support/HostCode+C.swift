import CWorkflow
import WorkflowKernel
import WorkflowModel
import WorkflowRuntime

/// The C callbacks of one executor.
///
/// `@unchecked Sendable` because function pointers are values and `UserData` says why it is.
final class CExecutor: ExecutorCode, @unchecked Sendable {
    private let code: wf_executor_t
    private let userData: UserData

    init(_ code: wf_executor_t, _ userData: UserData) {
        self.code = code
        self.userData = userData
    }

    var saves: Bool { code.save != nil }
    var alwaysSaves: Bool { code.flags & WF_SAVE_ALWAYS.rawValue != 0 }
    var restores: Bool { code.restore != nil }
    var isPolled: Bool { code.flags & WF_POLLED.rawValue != 0 }

    func call(_ kind: Call.Kind, _ context: Context) -> Status {
        let function =
            switch kind {
            case .invoke: code.invoke
            case .save: code.save
            case .restore: code.restore
            }
        // The host's own reference: given back here, or by wf_context_finish if the call goes pending.
        let handle: UnsafeMutablePointer<wf_context> = Handle.make(context)
        let result: wf_status_t
        let input = context.input
        if input.isHostValue, code.flags & WF_TAKES_VALUES.rawValue != 0 {
            result = function?(userData.pointer, handle, nil, 0) ?? 0
        } else if let failure = input.unencodable {
            context.fail(failure)
            result = Status.executor.rawValue
        } else {
            result = function?(userData.pointer, handle, input.unsafeCString, input.count) ?? 0
        }
        if result == Status.pending.rawValue { return .pending }
        // First of all: another thread may be ending the call at this moment, and then it is out of our hands.
        let end = context.end()
        guard end != .again else { return .pending }
        defer { Handle.free(handle) }
        return end == .first ? status(result, context) : .pending
    }

    private func status(_ result: wf_status_t, _ context: Context) -> Status {
        guard result == Status.ok.rawValue, code.flags & WF_STRICT_RESULT.rawValue != 0 else {
            return context.result(of: Status(rawValue: result))
        }
        context.conclude(
            Failure(
                .executor,
                "the callback of executor '\(context.executorID)' ended without a result: an exception in the host, most likely"))
        return .executor
    }
}

extension Context {
    /// Statuses that say something about the call that answers them, not about a run.
    static let answersToCalls: [Status] = [.misuse, .busy, .reentrant, .cancelled, .closed, .forked]

    /// After `end`: `ok`, or the error that a host's final status stands for.
    func result(of status: Status) -> Status {
        if status == .ok || status == .done { return .ok }
        if Self.answersToCalls.contains(status) {
            // wf_run_next would seem to have been called wrongly itself.
            conclude(Failure(.executor, "executor '\(executorID)' ended with \(String(cString: wf_status_name(status.rawValue)))"))
            return .executor
        }
        if status.isError { return status }
        conclude(Failure(.executor, "executor '\(executorID)' ended with status \(status.rawValue), which is no result"))
        return .executor
    }
}

/// The C callback of one edge condition. `@unchecked Sendable` as above.
final class CCondition: ConditionCode, @unchecked Sendable {
    private let name: String
    private let code: wf_condition_t
    private let userData: UserData

    init(name: String, _ code: wf_condition_t, _ userData: UserData) {
        self.name = name
        self.code = code
        self.userData = userData
    }

    func evaluate(_ message: Text) throws(Failure) -> Bool {
        let result = code.evaluate?(userData.pointer, message.unsafeCString, message.count) ?? Status.internal.rawValue
        let isStrict = code.flags & WF_STRICT_RESULT.rawValue != 0
        switch (result, isStrict) {
        case (1, true): return true
        case (2, true): return false
        case (0, true):
            throw Failure(
                .executor, "the condition '\(name.printable)' ended without an answer: an exception in the host, most likely")
        case (0, false): return false
        case (1..., false): return true
        default:
            let status = result < 0 ? Status(rawValue: result) : .executor
            throw Failure(status, "the condition '\(name.printable)' failed with status \(result)")
        }
    }
}

/// The C callback of one selector. `@unchecked Sendable` as above.
final class CSelector: SelectorCode, @unchecked Sendable {
    private let name: String
    private let code: wf_selector_t
    private let userData: UserData

    init(name: String, _ code: wf_selector_t, _ userData: UserData) {
        self.name = name
        self.code = code
        self.userData = userData
    }

    func select(_ message: Text, among selection: Selection) throws(Failure) {
        let handle: UnsafeMutablePointer<wf_selection> = Handle.make(selection)
        let result = code.select?(userData.pointer, message.unsafeCString, message.count, handle) ?? Status.internal.rawValue
        Handle.free(handle)
        let isStrict = code.flags & WF_STRICT_RESULT.rawValue != 0
        if result == Status.done.rawValue || (result == Status.ok.rawValue && !isStrict) { return }
        let status = result < 0 ? Status(rawValue: result) : .executor
        throw Failure(status, "the selector '\(name.printable)' failed with status \(result)")
    }
}
