/// The parts of a graph in one list each: its own first, then those of every sub-workflow in the order of declaration,
/// under the path of its node.
struct FlatGraph {
    private(set) var executors: [Text]
    private(set) var indexes: [Name: Int]
    private(set) var edges: [EdgeGroup]
    private(set) var conditions: [Condition]
    private(set) var selectors: [Selector]
    private(set) var nodes: [Int]
    private(set) var subWorkflows: [Int: SubWorkflow] = [:]
    private(set) var designations: [Int: OutputDesignation] = [:]
    private(set) var policies: [Int: Policy] = [:]
    private(set) var types: [Int: DeclaredTypes] = [:]
    /// What keeps the parts from standing in one list.
    private(set) var problems: [String] = []

    init(draft: GraphDraft, indexes: [Name: Int], edges: [EdgeGroup]) {
        executors = draft.executors.map { Text($0) }
        self.indexes = indexes
        self.edges = edges
        conditions = draft.conditions
        selectors = draft.selectors
        for (id, designation) in draft.designations { if let index = indexes[id] { designations[index] = designation } }
        for (id, policy) in draft.policies { if let index = indexes[id] { policies[index] = policy } }
        for (id, types) in draft.types { if let index = indexes[id] { self.types[index] = types } }
        nodes = Array(repeating: Graph.outermost, count: executors.count)
    }

    mutating func embed(_ graph: Graph, at node: Int, _ ties: SubWorkflow.Ties) {
        let path = executors[node].string
        let first = executors.count
        for id in graph.executors {
            let id = "\(path)/\(id)"
            if id.utf8.count > Name.longest {
                problems.append("the path '\(id)' of an executor in the sub-workflow '\(path)' has more than \(Name.longest) bytes")
            }
            if indexes.updateValue(executors.count, forKey: Name(id)) != nil {
                problems.append("'\(id)' is both an executor and, in the sub-workflow '\(path)', the path of one")
            }
            executors.append(Text(id))
        }
        nodes += graph.executors.indices.map { inner in
            let inside = graph.node(around: inner)
            return inside == Graph.outermost ? node : first + inside
        }
        edges += graph.edges.map { $0.moved(executors: first, conditions: conditions.count, selectors: selectors.count) }
        conditions += graph.conditions.map { Condition(name: "\(path)/\($0.name)", version: $0.version) }
        selectors += graph.selectors.map { Selector(name: "\(path)/\($0.name)", version: $0.version) }
        for inner in graph.executors.indices {
            let designation = graph.designation(ofOutputsOf: inner)
            if designation != .final { designations[first + inner] = designation }
        }
        for (inner, policy) in graph.policies { policies[first + inner] = policy }
        for (inner, types) in graph.types { self.types[first + inner] = types }
        let around = graph.typesOfNode(ties)
        types[node] = around.isEmpty ? nil : around
        subWorkflows[node] = SubWorkflow(graph: graph, ties: ties, node: node, first: first)
        for inner in graph.subWorkflows.values {
            subWorkflows[first + inner.node] = SubWorkflow(
                graph: inner.graph, ties: inner.ties, node: first + inner.node, first: first + inner.first)
        }
    }
}

extension EdgeGroup {
    /// The same edges when all numbers grow.
    fileprivate func moved(executors: Int, conditions: Int, selectors: Int) -> EdgeGroup {
        switch self {
        case .single(let source, let target, let condition):
            .single(source: source + executors, target: target + executors, condition: condition.map { $0 + conditions })
        case .fanOut(let source, let targets):
            .fanOut(source: source + executors, targets: targets.map { $0 + executors })
        case .selection(let source, let targets, let selector):
            .selection(source: source + executors, targets: targets.map { $0 + executors }, selector: selector + selectors)
        case .switchCase(let source, let cases, let fallback):
            .switchCase(
                source: source + executors,
                cases: cases.map { Case(condition: $0.condition + conditions, target: $0.target + executors) },
                fallback: fallback + executors)
        case .fanIn(let sources, let target):
            .fanIn(sources: sources.map { $0 + executors }, target: target + executors)
        }
    }
}
