/// A workflow as data: who the executors are and where their messages go. Checked, immutable, without host code.
///
/// Executors, edge groups and conditions are numbered from 0 in the order of their declaration; everything inside
/// the engine speaks in those numbers. A class, so that runs share one graph at the price of a pointer.
public final class Graph: Sendable {
    public let name: String
    /// The name as bytes that can be lent to C.
    public let nameText: Text
    public let start: Int
    public let maxSupersteps: Int
    public let executors: [Text]
    public let conditions: [Condition]
    public let selectors: [Selector]
    public let edges: [EdgeGroup]
    /// By executor: the edge groups that leave it, in the order of their declaration.
    public let routes: [[Int]]
    /// Where messages go that nobody need be asked about.
    let plainRoutes: PlainRoutes
    /// The workflows inside this one, by node. Their own sub-workflows are in their graphs, and here once more.
    public let subWorkflows: [Int: SubWorkflow]
    /// By executor: the node of the innermost sub-workflow that it is in, or -1. Empty if there are none.
    private let nodes: [Int]
    /// How many of the executors, edges, conditions and selectors are not in a sub-workflow: those come first.
    public let ownExecutors: Int
    public let ownEdges: Int
    public let ownConditions: Int
    public let ownSelectors: Int
    /// What the host said about the outputs of executors; for those in sub-workflows also what follows from it there.
    public let designations: [Int: OutputDesignation]
    /// Whether those that it said nothing about are hidden.
    private let hidesOthers: Bool
    /// What to do when calls fail or take long; executors without an entry just fail.
    public let policies: [Int: Policy]
    /// What is declared about types; of the node of a sub-workflow what follows from its inside. See `Graph+Types.swift`.
    public let types: [Int: DeclaredTypes]
    /// The same by executor, for routing. Empty if nobody declares what it accepts.
    let accepted: [TypeList]
    /// By executor: whether messages that it sends can be refused.
    let checked: [Bool]
    /// What makes two graphs the same for a checkpoint. See `GraphSignature.swift`.
    public let signature: Text
    public let signatureString: String
    private let indexes: [Name: Int]
    /// By fan-in group and source: the place of the source's payloads in the list.
    private let places: [Int: [Int: Int]]

    public static let defaultMaxSupersteps = 100

    /// Takes what `GraphDraft.validated` has checked.
    init(draft: GraphDraft, start: Int, _ flat: FlatGraph) {
        name = draft.name
        nameText = Text(draft.name)
        self.start = start
        maxSupersteps = draft.maxSupersteps
        executors = flat.executors
        conditions = flat.conditions
        selectors = flat.selectors
        edges = flat.edges
        indexes = flat.indexes
        subWorkflows = flat.subWorkflows
        nodes = flat.subWorkflows.isEmpty ? [] : flat.nodes
        ownExecutors = draft.executors.count
        ownEdges = draft.edges.count
        ownConditions = draft.conditions.count
        ownSelectors = draft.selectors.count
        var routes = [[Int]](repeating: [], count: executors.count)
        for (group, edge) in edges.enumerated() {
            for source in edge.sources { routes[source].append(group) }
        }
        self.routes = routes
        var places: [Int: [Int: Int]] = [:]
        for case (let group, .fanIn(let sources, _)) in edges.enumerated() {
            places[group] = Dictionary(zip(sources, sources.indices), uniquingKeysWith: { first, _ in first })
        }
        self.places = places
        designations = flat.designations
        policies = flat.policies
        types = flat.types
        (accepted, checked) = Self.typeTables(flat)
        hidesOthers = draft.designations.values.contains { $0 != .hidden }
        plainRoutes = PlainRoutes(executors: executors.count, edges: edges, isChecked: checked)
        signature = GraphSignature.of(draft)
        signatureString = signature.string
    }

    /// The node of the innermost sub-workflow that an executor is in; -1 for none.
    public func node(around executor: Int) -> Int { nodes.indices.contains(executor) ? nodes[executor] : Self.outermost }

    /// Whether there are workflows inside this one.
    public var isNested: Bool { !nodes.isEmpty }

    /// Instead of a node: no sub-workflow.
    public static let outermost = -1

    /// The node whose state is the shared state of an executor.
    public func scope(of executor: Int) -> Int {
        guard isNested else { return Self.outermost }
        var node = node(around: executor)
        while let sub = subWorkflows[node], sub.ties.sharesState { node = self.node(around: node) }
        return node
    }

    /// The node whose surroundings an executor's requests go to, and not to the host.
    public func interceptor(of executor: Int) -> Int? {
        var node = node(around: executor)
        while let sub = subWorkflows[node] {
            if sub.ties.interceptsRequests { return node }
            node = self.node(around: node)
        }
        return nil
    }

    /// An executor as those beside `executor` call it: without the path of the sub-workflow that they share.
    public func index(ofExecutor id: String, beside executor: Int) -> Int? {
        let node = node(around: executor)
        guard node != Self.outermost else {
            return index(ofExecutor: id).flatMap { self.node(around: $0) == Self.outermost ? $0 : nil }
        }
        return index(ofExecutor: executorID(node) + "/" + id).flatMap { self.node(around: $0) == node ? $0 : nil }
    }

    public func designation(ofOutputsOf executor: Int) -> OutputDesignation {
        designations[executor] ?? (hidesOthers && node(around: executor) == Self.outermost ? .hidden : .final)
    }

    /// What becomes of an executor's output.
    public enum WayOut: Sendable, Equatable {
        case output
        case intermediate
        case hidden
        /// It leaves the sub-workflow of this node as a message.
        case message(from: Int)
    }

    /// As soon as the host names an output of a workflow, nothing else is one. What is an output of a sub-workflow is an
    /// output of its node.
    public func wayOut(ofOutputsOf executor: Int) -> WayOut {
        if designations.isEmpty, subWorkflows.isEmpty { return .output }
        var executor = executor
        while true {
            let node = node(around: executor)
            switch designation(ofOutputsOf: executor) {
            case .hidden: return .hidden
            case .intermediate: return .intermediate
            case .final: break
            }
            guard let sub = subWorkflows[node] else { return .output }
            guard sub.ties.outputsDirectly else { return .message(from: node) }
            executor = node
        }
    }

    public func index(ofExecutor id: String) -> Int? { indexes[Name(id)] }

    public func place(of source: Int, inFanIn group: Int) -> Int? { places[group]?[source] }

    public func executorID(_ index: Int) -> String {
        executors.indices.contains(index) ? executors[index].string : ""
    }

    /// The same as bytes.
    public func executorText(_ index: Int) -> Text { executors.indices.contains(index) ? executors[index] : Self.nobody }

    private static let nobody = Text("")
}

/// A named question about a message. The host has the code; the graph has the name.
public struct Condition: Sendable, Hashable {
    public var name: String
    /// Changed by the host when the code changes its mind; part of the signature.
    public var version: String?

    public init(name: String, version: String? = nil) {
        self.name = name
        self.version = version
    }
}

/// A named choice among targets, by the message. The host has the code; the graph has the name.
public struct Selector: Sendable, Hashable {
    public var name: String
    /// Changed by the host when the code changes its mind; part of the signature.
    public var version: String?

    public init(name: String, version: String? = nil) {
        self.name = name
        self.version = version
    }
}

/// One routing rule between executors, by number.
public enum EdgeGroup: Sendable, Equatable {
    public struct Case: Sendable, Hashable {
        public var condition: Int
        public var target: Int
    }

    /// From one to one, if the condition says so.
    case single(source: Int, target: Int, condition: Int?)
    /// Each message goes to every target.
    case fanOut(source: Int, targets: [Int])
    /// Each message goes to those targets that the selector chooses.
    case selection(source: Int, targets: [Int], selector: Int)
    /// Each message goes to the target of the first case whose condition says yes, else to the last resort.
    case switchCase(source: Int, cases: [Case], fallback: Int)
    /// Waits until every source has sent, then delivers one list, grouped by source in this order.
    case fanIn(sources: [Int], target: Int)

    public var sources: [Int] {
        switch self {
        case .single(let source, _, _), .fanOut(let source, _), .selection(let source, _, _),
            .switchCase(let source, _, _):
            [source]
        case .fanIn(let sources, _): sources
        }
    }

    public var targets: [Int] {
        switch self {
        case .single(_, let target, _), .fanIn(_, let target): [target]
        case .fanOut(_, let targets), .selection(_, let targets, _): targets
        case .switchCase(_, let cases, let fallback): cases.map(\.target) + [fallback]
        }
    }
}
