extension GraphDraft {
    /// The graph, or one error that lists every problem.
    public func validated() throws(Failure) -> Graph {
        var problems = self.problems
        let indexes = Dictionary(uniqueKeysWithValues: zip(executors.map(Name.init), executors.indices))

        for id in executors where !added.contains(Name(id)) {
            problems.append("executor '\(id)' is named by an edge or as the start but was never added")
        }
        for id in designations.keys.map(\.string).sorted() where indexes[Name(id)] == nil {
            problems.append("the output of executor '\(id)' is designated, but there is no such executor")
        }
        for id in types.keys.map(\.string).sorted() where indexes[Name(id)] == nil {
            problems.append("types are declared for executor '\(id)', but there is no such executor")
        }
        for sub in subWorkflows where types[Name(sub.id)] != nil {
            problems.append("types are declared for the sub-workflow '\(sub.id)', which has those of what is inside; declare them there")
        }
        for id in policies.keys.map(\.string).sorted() where indexes[Name(id)] == nil {
            let sub = subWorkflows.first { id.utf8.starts(with: ($0.id + "/").utf8) }
            problems.append(
                "a retry or a timeout is set for executor '\(id)', but "
                    + (sub.map { "'\($0.id)' is a sub-workflow: set it in the workflow that is embedded" } ?? "there is no such executor"))
        }
        for sub in subWorkflows where policies[Name(sub.id)] != nil {
            problems.append("a retry or a timeout is set for the sub-workflow '\(sub.id)'; set it for the executors inside")
        }
        if start == nil { problems.append("no start executor is set") }

        var groups: [EdgeGroup] = []
        groups.reserveCapacity(edges.count)
        let conditionIndexes = Dictionary(uniqueKeysWithValues: zip(conditions.map { Name($0.name) }, conditions.indices))
        let selectorIndexes = Dictionary(uniqueKeysWithValues: zip(selectors.map { Name($0.name) }, selectors.indices))
        for edge in edges {
            for (source, target, name) in edge.conditions where conditionIndexes[Name(name)] == nil {
                problems.append("the edge from '\(source)' to '\(target)' names the condition '\(name)', which was never added")
            }
            if case .selection(let source, _, let name) = edge, selectorIndexes[Name(name)] == nil {
                problems.append("the selection from '\(source)' names the selector '\(name)', which was never added")
            }
            let names = Names(executors: indexes, conditions: conditionIndexes, selectors: selectorIndexes)
            if let group = edge.numbered(names) { groups.append(group) }
        }

        var flat = FlatGraph(draft: self, indexes: indexes, edges: groups)
        for sub in subWorkflows {
            if let node = indexes[Name(sub.id)] { flat.embed(sub.graph, at: node, sub.ties) }
        }
        problems += flat.problems + flat.typeProblems(in: groups)

        if let start, let first = indexes[Name(start)] {
            let reached = Self.reachable(from: first, through: groups, count: executors.count)
            for (index, id) in executors.enumerated() where !reached[index] {
                problems.append("executor '\(id)' cannot be reached from the start '\(start)'")
            }
            if problems.isEmpty { return Graph(draft: self, start: first, flat) }
        }
        let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
        throw Failure(.graph, "the workflow '\(name)' has \(count): " + problems.joined(separator: "; "))
    }

    private static func reachable(from start: Int, through edges: [EdgeGroup], count: Int) -> [Bool] {
        var next = [[Int]](repeating: [], count: count)
        for edge in edges {
            for source in edge.sources { next[source] += edge.targets }
        }
        var reached = [Bool](repeating: false, count: count)
        var open = [start]
        reached[start] = true
        while let executor = open.popLast() {
            for target in next[executor] where !reached[target] {
                reached[target] = true
                open.append(target)
            }
        }
        return reached
    }
}

/// The numbers of names.
private struct Names {
    let executors: [Name: Int]
    let conditions: [Name: Int]
    let selectors: [Name: Int]
}

extension GraphDraft.Edge {
    /// The conditions that it names, with the arrow that each guards.
    fileprivate var conditions: [(source: String, target: String, name: String)] {
        switch self {
        case .single(let source, let target, let name?): [(source, target, name)]
        case .switchCase(let source, let cases, _): cases.map { (source, $0.target, $0.condition) }
        default: []
        }
    }

    /// Nil if a name is unknown; that problem is reported for the name itself.
    fileprivate func numbered(_ names: Names) -> EdgeGroup? {
        switch self {
        case .single(let source, let target, let condition):
            guard let source = names.executors[Name(source)], let target = names.executors[Name(target)] else { return nil }
            return .single(source: source, target: target, condition: condition.flatMap { names.conditions[Name($0)] })
        case .fanOut(let source, let targets):
            guard let source = names.executors[Name(source)] else { return nil }
            return .fanOut(source: source, targets: targets.compactMap { names.executors[Name($0)] })
        case .selection(let source, let targets, let selector):
            guard let source = names.executors[Name(source)], let selector = names.selectors[Name(selector)] else { return nil }
            return .selection(source: source, targets: targets.compactMap { names.executors[Name($0)] }, selector: selector)
        case .switchCase(let source, let cases, let fallback):
            guard let source = names.executors[Name(source)], let fallback = names.executors[Name(fallback)] else { return nil }
            let numbered = cases.compactMap { one -> EdgeGroup.Case? in
                guard let condition = names.conditions[Name(one.condition)], let target = names.executors[Name(one.target)] else {
                    return nil
                }
                return EdgeGroup.Case(condition: condition, target: target)
            }
            return .switchCase(source: source, cases: numbered, fallback: fallback)
        case .fanIn(let sources, let target):
            guard let target = names.executors[Name(target)] else { return nil }
            return .fanIn(sources: sources.compactMap { names.executors[Name($0)] }, target: target)
        }
    }
}
