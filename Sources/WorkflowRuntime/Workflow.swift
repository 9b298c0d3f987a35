import WorkflowKernel
public import WorkflowModel

/// A checked graph with the host's code. Immutable: any thread, any number of runs.
public final class Workflow: ProcessBound, @unchecked Sendable {
    public let graph: Graph
    /// By the numbers of the graph.
    let executors: [any ExecutorCode]
    let conditions: [any ConditionCode]
    let selectors: [any SelectorCode]
    let hooks: Kernel.Hooks

    init(graph: Graph, executors: [any ExecutorCode], conditions: [any ConditionCode], selectors: [any SelectorCode]) {
        self.graph = graph
        self.executors = executors
        self.conditions = conditions
        self.selectors = selectors
        let savers = executors.indices.filter { executors[$0].saves }
        hooks = Kernel.Hooks(
            savers: savers, alwaysSavers: savers.filter { executors[$0].alwaysSaves },
            restorers: executors.indices.filter { executors[$0].restores })
    }

    deinit { isGone = true }
}
