import WorkflowKernel
public import WorkflowModel
import WorkflowStorage

/// A checked graph with the host's code. Immutable: any thread, any number of runs.
public final class Workflow: ProcessBound, @unchecked Sendable {
    public let graph: Graph
    let code: Code
    let hooks: Kernel.Hooks
    let line: DefinitionLine
    /// For contexts that a host may never finish: they must not keep its code.
    let withoutCode: Workflow?

    /// By the numbers of the graph.
    struct Code: Sendable {
        var executors: [any ExecutorCode]
        var conditions: [any ConditionCode]
        var selectors: [any SelectorCode]

        mutating func append(_ other: Code) {
            executors += other.executors
            conditions += other.conditions
            selectors += other.selectors
        }
    }

    init(graph: Graph, _ code: Code) {
        self.graph = graph
        self.code = code
        line = DefinitionLine(of: graph)
        let executors = code.executors
        let savers = executors.indices.filter { executors[$0].saves }
        hooks = Kernel.Hooks(
            savers: savers, alwaysSavers: savers.filter { executors[$0].alwaysSaves },
            restorers: executors.indices.filter { executors[$0].restores })
        let none = Code(executors: [], conditions: [], selectors: [])
        withoutCode = executors.contains(where: \.isPolled) ? Workflow(graph: graph, none) : nil
    }

    deinit { isGone = true }

    /// The graph as checkpoints carry it.
    var definition: Text { line.text }
}

/// Stands where the code of a sub-workflow's own node would be: nobody calls it, for messages to it go on inside.
final class SubWorkflowNode: ExecutorCode {
    static let code = SubWorkflowNode()

    let saves = false
    let alwaysSaves = false
    let restores = false

    func call(_ kind: Call.Kind, _ context: Context) -> Status { .internal }
}
