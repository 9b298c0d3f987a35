import WorkflowModel

/// What one graph has and the other has not, with sub-workflows laid out flat. Two graphs of different signatures differ in
/// something here.
struct GraphDifference {
    /// By name or, for edges, by what they are.
    struct Part {
        var added: [String] = []
        var removed: [String] = []
        var changed: [(name: String, before: String?, after: String?)] = []
    }

    var start: (before: String, after: String)?
    var executors = Part()
    var edges = Part()
    var conditions = Part()
    var selectors = Part()
    var subWorkflows = Part()

    /// Nothing is known: nothing differs.
    init() {}

    init(from old: Graph, to new: Graph) {
        let (first, now) = (old.executorID(old.start), new.executorID(new.start))
        if Name(first) != Name(now) { start = (first, now) }
        executors = Self.part(old.executors.map { ($0.string, nil) }, new.executors.map { ($0.string, nil) })
        edges = Self.part(Self.edges(of: old), Self.edges(of: new))
        conditions = Self.part(old.conditions.map { ($0.name, $0.version) }, new.conditions.map { ($0.name, $0.version) })
        selectors = Self.part(old.selectors.map { ($0.name, $0.version) }, new.selectors.map { ($0.name, $0.version) })
        subWorkflows = Self.part(Self.subWorkflows(of: old), Self.subWorkflows(of: new))
    }

    private static func part(_ old: [(String, String?)], _ new: [(String, String?)]) -> Part {
        var before: [Name: String?] = [:]
        for (name, value) in old { before.updateValue(value, forKey: Name(name)) }
        let after = Set(new.map { Name($0.0) })
        var part = Part()
        part.removed = old.filter { !after.contains(Name($0.0)) }.map(\.0)
        for (name, value) in new {
            guard let known = before[Name(name)] else {
                part.added.append(name)
                continue
            }
            if known.map(Name.init) != value.map(Name.init) { part.changed.append((name, known, value)) }
        }
        return part
    }

    /// As the definition writes them; where the order of targets means nothing, in the order of their bytes.
    private static func edges(of graph: Graph) -> [(String, String?)] {
        func sorted(_ targets: [Int]) -> [Int] { targets.sorted { graph.executors[$0] < graph.executors[$1] } }
        return graph.edges.map { edge in
            var json = JSONWriter()
            switch edge {
            case .fanOut(let source, let targets): Definition.write(.fanOut(source: source, targets: sorted(targets)), graph, to: &json)
            case .selection(let source, let targets, let selector):
                Definition.write(.selection(source: source, targets: sorted(targets), selector: selector), graph, to: &json)
            default: Definition.write(edge, graph, to: &json)
            }
            return (json.finish().string, nil)
        }
    }

    /// With where they start, and whose state they see.
    private static func subWorkflows(of graph: Graph) -> [(String, String?)] {
        graph.subWorkflows.keys.sorted().compactMap { node in
            guard let sub = graph.subWorkflows[node] else { return nil }
            let state = sub.ties.sharesState ? "shared state" : "a state of its own"
            return (graph.executorID(node), "start '\(graph.executorID(sub.entry))', \(state)")
        }
    }

    /// Sentences for people, the weightiest first.
    var sentences: [String] {
        var found: [String] = []
        func add(_ part: Part, _ noun: String) {
            found += part.removed.map { "\(noun) \($0) is gone" } + part.added.map { "\(noun) \($0) is new" }
            found += part.changed.map { "\(noun) \($0.name) has changed from \($0.before ?? "no version") to \($0.after ?? "no version")" }
        }
        if let start { found.append("the start was '\(start.before.printable)' and is '\(start.after.printable)'") }
        add(executors.quoted, "the executor")
        add(subWorkflows.quoted, "the sub-workflow")
        add(edges, "the edge")
        add(conditions.quoted, "the condition")
        add(selectors.quoted, "the selector")
        return found
    }
}

extension GraphDifference.Part {
    /// With names as sentences show them.
    fileprivate var quoted: Self {
        func quote(_ name: String) -> String { "'\(name.printable)'" }
        return Self(
            added: added.map(quote), removed: removed.map(quote), changed: changed.map { (quote($0.name), $0.before, $0.after) })
    }
}
