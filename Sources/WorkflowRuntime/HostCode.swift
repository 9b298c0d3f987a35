public import WorkflowKernel
public import WorkflowModel

/// The host's code for one executor. Called on whatever thread drives the run, or on one of its pool; never with a
/// lock held.
public protocol ExecutorCode: AnyObject, Sendable {
    var saves: Bool { get }
    var alwaysSaves: Bool { get }
    var restores: Bool { get }
    /// Never asked to invoke: whoever calls `Run.poll` handles the messages.
    var isPolled: Bool { get }
    /// `pending` if `Context.report` will follow, at whatever time and from whatever thread; else `ok` or an error,
    /// after `Context.end` has said that nobody was faster.
    func call(_ kind: Call.Kind, _ context: Context) -> Status
}

extension ExecutorCode {
    public var isPolled: Bool { false }
}

/// The host's code for one selector.
public protocol SelectorCode: AnyObject, Sendable {
    func select(_ message: Text, among selection: Selection) throws(Failure)
}

/// The host's code for one edge condition.
public protocol ConditionCode: AnyObject, Sendable {
    func evaluate(_ message: Text) throws(Failure) -> Bool
}
