public import WorkflowKernel
public import WorkflowModel
public import WorkflowRuntime

/// An executor made of closures. A closure that throws fails the call; one that answers `pending` will report itself.
public final class ScriptedExecutor: ExecutorCode {
    public typealias Body = @Sendable (Context) throws -> Status
    private let invoke: Body
    private let save: Body?
    private let restore: Body?
    public let alwaysSaves: Bool
    public let isPolled: Bool

    public init(
        saveAlways: Bool = false, isPolled: Bool = false, save: Body? = nil, restore: Body? = nil, _ invoke: @escaping Body
    ) {
        self.isPolled = isPolled
        self.invoke = invoke
        self.save = save
        self.restore = restore
        alwaysSaves = saveAlways
    }

    public var saves: Bool { save != nil }
    public var restores: Bool { restore != nil }

    public func call(_ kind: Call.Kind, _ context: Context) -> Status {
        let body =
            switch kind {
            case .invoke: invoke
            case .save: save
            case .restore: restore
            }
        let status: Status
        do { status = try body?(context) ?? .ok } catch {
            let failure = error as? Failure ?? Failure(.executor, "\(error)")
            context.fail(failure)
            status = failure.status
        }
        if status == .pending { return .pending }
        return context.end() == .first ? status : .pending
    }
}

extension Context {
    /// Ends a pending call as a host would.
    public func finish(_ status: Status = .ok) throws(Failure) {
        switch end() {
        case .first: break
        case .late: throw finishedTooLate
        case .again: throw finishedBefore
        }
        try report(status)
    }
}

/// A condition made of a closure.
public final class ScriptedCondition: ConditionCode {
    private let answer: @Sendable (Text) throws(Failure) -> Bool

    public init(_ answer: @escaping @Sendable (Text) throws(Failure) -> Bool) { self.answer = answer }

    public func evaluate(_ message: Text) throws(Failure) -> Bool { try answer(message) }
}
