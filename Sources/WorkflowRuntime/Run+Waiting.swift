import WorkflowJSON
public import WorkflowModel

extension Run {
    /// What the run waits for, as JSON. On the driving thread also inside a callback.
    public func whyWaiting() throws(Failure) -> Text {
        try inside { () throws(Failure) in
            var waiting = kernel.use { $0.waiting }
            if waiting.failure == nil {
                waiting.calls = underWay.all.map { context in
                    Waiting.Call(
                        executor: context.executor, verb: context.kind.verb, failedAttempts: context.failedAttempts,
                        deadline: context.deadline(lease: underWay.lease))
                }
            }
            return WaitingDocument.text(of: waiting, graph: workflow.graph, now: clock())
        }
    }
}
