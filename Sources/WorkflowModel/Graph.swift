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
    /// What the host said about the outputs of executors.
    public let designations: [Int: OutputDesignation]
    /// Whether those that it said nothing about are hidden.
    private let hidesOthers: Bool
    /// What makes two graphs the same for a checkpoint. See `GraphSignature.swift`.
    public let signature: Text
    private let indexes: [Name: Int]
    /// By fan-in group and source: the place of the source's payloads in the list.
    private let places: [Int: [Int: Int]]

    public static let defaultMaxSupersteps = 100

    /// Takes what `GraphDraft.validated` has checked.
    init(draft: GraphDraft, start: Int, indexes: [Name: Int], edges: [EdgeGroup]) {
        name = draft.name
        nameText = Text(draft.name)
        self.start = start
        maxSupersteps = draft.maxSupersteps
        executors = draft.executors.map { Text($0) }
        conditions = draft.conditions
        selectors = draft.selectors
        self.edges = edges
        self.indexes = indexes
        var routes = [[Int]](repeating: [], count: draft.executors.count)
        for (group, edge) in edges.enumerated() {
            for source in edge.sources { routes[source].append(group) }
        }
        self.routes = routes
        var places: [Int: [Int: Int]] = [:]
        for case (let group, .fanIn(let sources, _)) in edges.enumerated() {
            places[group] = Dictionary(zip(sources, sources.indices), uniquingKeysWith: { first, _ in first })
        }
        self.places = places
        var designations: [Int: OutputDesignation] = [:]
        for (id, designation) in draft.designations { if let index = indexes[id] { designations[index] = designation } }
        self.designations = designations
        hidesOthers = designations.values.contains { $0 != .hidden }
        signature = GraphSignature.of(draft)
    }

    /// As soon as the host names an output of the workflow, nothing else is one.
    public func designation(ofOutputsOf executor: Int) -> OutputDesignation {
        designations.isEmpty ? .final : designations[executor] ?? (hidesOthers ? .hidden : .final)
    }

    public func index(ofExecutor id: String) -> Int? { indexes[Name(id)] }

    public func place(of source: Int, inFanIn group: Int) -> Int? { places[group]?[source] }

    public func executorID(_ index: Int) -> String {
        executors.indices.contains(index) ? executors[index].string : ""
    }
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
