public import WorkflowModel

/// A checked graph with the host's code. Immutable: any thread, any number of runs.
public final class Workflow: ProcessBound, @unchecked Sendable {
    public let graph: Graph
    /// By the numbers of the graph.
    let executors: [any ExecutorCode]
    let conditions: [any ConditionCode]
    let saves: [Bool]
    let alwaysSaves: [Bool]
    let restores: [Bool]

    init(graph: Graph, executors: [any ExecutorCode], conditions: [any ConditionCode]) {
        self.graph = graph
        self.executors = executors
        self.conditions = conditions
        saves = executors.map(\.saves)
        alwaysSaves = executors.map(\.alwaysSaves)
        restores = executors.map(\.restores)
    }
}
