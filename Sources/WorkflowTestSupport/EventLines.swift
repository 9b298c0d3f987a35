public import WorkflowModel

extension Event {
    /// The event in a few words, such as `executor_invoked a` or `checkpoint superstep 1`: a run reads as a list of them.
    public func line(_ graph: Graph) -> String {
        let id = graph.executorID(executor)
        return switch (kind, data) {
        case (.superstepStarted, _), (.superstepCompleted, _): "\(kind.name) \(superstep)"
        case (.status, .state(let state)): "status \(state.name)"
        case (.output, .payload(let payload)), (.intermediate, .payload(let payload)): "\(kind.name) \(id) \(payload)"
        case (.custom, .custom(let name, let data)): "custom \(id) \(name) \(data)"
        case (.checkpoint, .checkpoint(let summary)): "checkpoint \(summary.kind) \(summary.superstep)"
        case (.warning, .warning(let reason, _)): "warning \(reason) \(id)"
        case (.executorFailed, _): "executor_failed \(id)"
        case (.executorInvoked, _), (.executorCompleted, _): "\(kind.name) \(id)"
        default: "\(kind.name)"
        }
    }
}
