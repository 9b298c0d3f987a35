import WorkflowJSON
public import WorkflowModel

extension Run {
    /// What the run waits for, as JSON. On the driving thread also inside a callback.
    public func whyWaiting() throws(Failure) -> Text {
        try inside { () throws(Failure) in
            WaitingDocument.text(of: kernel.waiting, graph: workflow.graph, now: options.environment.now())
        }
    }
}
