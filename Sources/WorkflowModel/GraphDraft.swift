/// A graph while it is being described: ids instead of numbers, not yet checked as a whole.
///
/// Each call either adds what it says or throws and leaves the draft as it was: all checks come before the first change. A refused call is remembered, so
/// that a host may leave the single answers unread and find everything in the error of `validated`.
public struct GraphDraft: Sendable {
    public enum Edge: Sendable, Hashable {
        case single(source: String, target: String, condition: String?)
        case fanOut(source: String, targets: [String])
        case selection(source: String, targets: [String], selector: String)
        case switchCase(source: String, cases: [Case], fallback: String)
        case fanIn(sources: [String], target: String)
    }

    public struct Case: Sendable, Hashable {
        public var condition: String
        public var target: String

        public init(condition: String, target: String) {
            self.condition = condition
            self.target = target
        }
    }

    /// A workflow inside this one.
    public struct Sub: Sendable {
        public let id: String
        public let graph: Graph
        public let ties: SubWorkflow.Ties
    }

    public let name: String
    public internal(set) var start: String?
    public internal(set) var maxSupersteps = Graph.defaultMaxSupersteps
    /// In the order of first mention, which is the order in which a superstep starts them.
    public internal(set) var executors: [String] = []
    public internal(set) var conditions: [Condition] = []
    public internal(set) var selectors: [Selector] = []
    public internal(set) var edges: [Edge] = []
    public internal(set) var subWorkflows: [Sub] = []
    /// What was said about the outputs of executors; they need not be mentioned yet.
    public internal(set) var designations: [Name: OutputDesignation] = [:]
    /// What was said about types; without entries that say nothing.
    public internal(set) var types: [Name: DeclaredTypes] = [:]
    /// What was said about calls that fail or take long.
    public internal(set) var policies: [Name: Policy] = [:]
    /// Executors that were added, not only mentioned.
    private(set) var added: Set<Name> = []
    private(set) var problems: [String] = []
    private var mentioned: Set<Name> = []
    private var arrows: Set<Arrow> = []

    public init(name: String) throws(Failure) {
        try Name.check(name, as: "workflow name")
        self.name = name
    }

    public mutating func addExecutor(_ id: String) throws(Failure) {
        try remembering { draft throws(Failure) in
            try Name.check(id, as: "executor id")
            guard draft.added.insert(Name(id)).inserted else {
                throw Failure(.exists, "executor '\(id)' is already in the workflow", executorID: id)
            }
            draft.mention(id)
        }
    }

    /// Adds a workflow as one node.
    public mutating func addSubWorkflow(_ id: String, _ graph: Graph, _ ties: SubWorkflow.Ties = .init()) throws(Failure) {
        try addExecutor(id)
        subWorkflows.append(Sub(id: id, graph: graph, ties: ties))
    }

    public mutating func addCondition(_ condition: Condition) throws(Failure) {
        try remembering { draft throws(Failure) in
            try Name.check(condition.name, as: "condition name")
            guard !draft.conditions.contains(where: { Name($0.name) == Name(condition.name) }) else {
                throw Failure(.exists, "condition '\(condition.name)' is already in the workflow")
            }
            draft.conditions.append(condition)
        }
    }

    public mutating func addSelector(_ selector: Selector) throws(Failure) {
        try remembering { draft throws(Failure) in
            try Name.check(selector.name, as: "selector name")
            guard !draft.selectors.contains(where: { Name($0.name) == Name(selector.name) }) else {
                throw Failure(.exists, "selector '\(selector.name)' is already in the workflow")
            }
            draft.selectors.append(selector)
        }
    }

    public mutating func addEdge(_ source: String, _ target: String, condition: String? = nil) throws(Failure) {
        try remembering { draft throws(Failure) in
            if let condition { try Name.check(condition, as: "condition name") }
            try draft.add([Arrow(source, target)], [.single(source: source, target: target, condition: condition)])
        }
    }

    public mutating func addChain(_ ids: [String]) throws(Failure) {
        try remembering { draft throws(Failure) in
            guard ids.count >= 2 else {
                throw Failure(.invalid, "a chain needs at least two executors, not \(ids.count)")
            }
            let arrows = zip(ids, ids.dropFirst()).map { Arrow($0, $1) }
            try draft.add(arrows, arrows.map { .single(source: $0.source.string, target: $0.target.string, condition: nil) })
        }
    }

    public mutating func addFanOut(_ source: String, _ targets: [String]) throws(Failure) {
        try remembering { draft throws(Failure) in
            guard targets.count >= 2 else {
                throw Failure(.invalid, "a fan-out from '\(source.printable)' needs at least two targets, not \(targets.count)")
            }
            try draft.add(targets.map { Arrow(source, $0) }, [.fanOut(source: source, targets: targets)])
        }
    }

    public mutating func addSelection(_ source: String, _ targets: [String], selector: String) throws(Failure) {
        try remembering { draft throws(Failure) in
            try Name.check(selector, as: "selector name")
            guard targets.count >= 2 else {
                throw Failure(.invalid, "a selection from '\(source.printable)' needs at least two targets, not \(targets.count)")
            }
            try draft.add(
                targets.map { Arrow(source, $0) }, [.selection(source: source, targets: targets, selector: selector)])
        }
    }

    /// Several cases may lead to one target.
    public mutating func addSwitchCase(_ source: String, _ cases: [Case], fallback: String) throws(Failure) {
        try remembering { draft throws(Failure) in
            guard !cases.isEmpty else {
                throw Failure(.invalid, "a switch from '\(source.printable)' needs at least one case beside its default")
            }
            for one in cases { try Name.check(one.condition, as: "condition name") }
            var arrows: [Arrow] = []
            for arrow in (cases.map(\.target) + [fallback]).map({ Arrow(source, $0) }) where !arrows.contains(arrow) {
                arrows.append(arrow)
            }
            try draft.add(arrows, [.switchCase(source: source, cases: cases, fallback: fallback)])
        }
    }

    public mutating func addFanIn(_ sources: [String], _ target: String) throws(Failure) {
        try remembering { draft throws(Failure) in
            guard sources.count >= 2 else {
                throw Failure(.invalid, "a fan-in to '\(target.printable)' needs at least two sources, not \(sources.count)")
            }
            try draft.add(sources.map { Arrow($0, target) }, [.fanIn(sources: sources, target: target)])
        }
    }

    public mutating func setStart(_ id: String) throws(Failure) {
        try remembering { draft throws(Failure) in
            try Name.check(id, as: "executor id")
            if let start = draft.start, Name(start) != Name(id) {
                throw Failure(.exists, "the workflow starts with '\(start)' already; it cannot start with '\(id)' too")
            }
            draft.start = id
            draft.mention(id)
        }
    }

    public mutating func setMaxSupersteps(_ limit: UInt64) throws(Failure) {
        try remembering { draft throws(Failure) in
            guard limit > 0, let limit = Int(exactly: limit) else {
                throw Failure(.invalid, "the superstep limit must be a positive number below 2^63, not \(limit)")
            }
            draft.maxSupersteps = limit
        }
    }

    /// The last call for an executor counts; nil takes back what was said.
    public mutating func setOutput(_ id: String, _ designation: OutputDesignation?) throws(Failure) {
        try remembering { draft throws(Failure) in
            try Name.check(id, as: "executor id")
            draft.designations[Name(id)] = designation
        }
    }

    /// The last call for an executor counts; one that declares nothing takes back what was said.
    public mutating func setTypes(_ id: String, _ types: DeclaredTypes) throws(Failure) {
        try remembering { draft throws(Failure) in
            try Name.check(id, as: "executor id")
            draft.types[Name(id)] = types.isEmpty ? nil : types
        }
    }

    public mutating func setRetry(_ id: String, _ retry: Retry?) throws(Failure) {
        try remembering { draft throws(Failure) in
            try Name.check(id, as: "executor id")
            draft.policies[Name(id), default: Policy()].retry = retry
        }
    }

    public mutating func setTimeout(_ id: String, milliseconds: UInt64) throws(Failure) {
        try remembering { draft throws(Failure) in
            try Name.check(id, as: "executor id")
            guard milliseconds > 0, milliseconds <= 366 * 86_400_000 else {
                throw Failure(.invalid, "the timeout of '\(id)' must be 1 to \(366 * 86_400_000) milliseconds, a year, not \(milliseconds)")
            }
            draft.policies[Name(id), default: Policy()].timeout = Int(milliseconds)
        }
    }

    /// Gives an executor its place in the order; it must still be added.
    public mutating func declare(_ id: String) throws(Failure) {
        try remembering { draft throws(Failure) in
            try Name.check(id, as: "executor id")
            draft.mention(id)
        }
    }

    public var problemCount: Int { problems.count }

    /// In the order of first mention, without those that are only mentioned.
    public var addedExecutors: [String] { executors.filter { added.contains(Name($0)) } }

    /// Adds a problem that only the caller can see, such as an executor without code.
    public mutating func note(_ problem: String) { problems.append(problem) }

    /// One way that a message can take. No two edges may share one: the message would arrive twice.
    private struct Arrow: Hashable {
        let source: Name
        let target: Name
        init(_ source: String, _ target: String) {
            self.source = Name(source)
            self.target = Name(target)
        }
    }

    /// Checks all, then adds all.
    private mutating func add(_ new: [Arrow], _ edges: [Edge]) throws(Failure) {
        var seen: Set<Arrow> = []
        for arrow in new {
            try Name.check(arrow.source.string, as: "executor id")
            try Name.check(arrow.target.string, as: "executor id")
            guard !arrows.contains(arrow), seen.insert(arrow).inserted else {
                throw Failure(.exists, "there is already an edge from '\(arrow.source.string)' to '\(arrow.target.string)'")
            }
        }
        arrows.formUnion(seen)
        for arrow in new {
            mention(arrow.source.string)
            mention(arrow.target.string)
        }
        self.edges += edges
    }

    private mutating func mention(_ id: String) {
        if mentioned.insert(Name(id)).inserted { executors.append(id) }
    }

    private mutating func remembering(_ change: (inout GraphDraft) throws(Failure) -> Void) throws(Failure) {
        do {
            try change(&self)
        } catch {
            problems.append(error.message)
            throw error
        }
    }
}
