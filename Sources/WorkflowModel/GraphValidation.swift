extension GraphDraft {
    /// The graph, or one error that lists every problem.
    public func validated() throws(Failure) -> Graph {
        var problems = self.problems
        let indexes = Dictionary(uniqueKeysWithValues: zip(executors, executors.indices))

        for id in executors where !added.contains(id) {
            problems.append("executor '\(id)' is named by an edge or as the start but was never added")
        }
        if start == nil { problems.append("no start executor is set") }

        var groups: [EdgeGroup] = []
        groups.reserveCapacity(edges.count)
        let conditionIndexes = Dictionary(uniqueKeysWithValues: zip(conditions.map(\.name), conditions.indices))
        for edge in edges {
            if case .single(let source, let target, let name?) = edge, conditionIndexes[name] == nil {
                problems.append("the edge from '\(source)' to '\(target)' names the condition '\(name)', which was never added")
            }
            if let group = edge.numbered(executors: indexes, conditions: conditionIndexes) { groups.append(group) }
        }

        if let start, let first = indexes[start] {
            let reached = Self.reachable(from: first, through: groups, count: executors.count)
            for (index, id) in executors.enumerated() where !reached[index] {
                problems.append("executor '\(id)' cannot be reached from the start '\(start)'")
            }
            if problems.isEmpty { return Graph(draft: self, start: first, indexes: indexes, edges: groups) }
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

extension GraphDraft.Edge {
    /// Nil if a name is unknown; that problem is reported for the name itself.
    fileprivate func numbered(executors: [String: Int], conditions: [String: Int]) -> EdgeGroup? {
        switch self {
        case .single(let source, let target, let condition):
            guard let source = executors[source], let target = executors[target] else { return nil }
            return .single(source: source, target: target, condition: condition.flatMap { conditions[$0] })
        case .fanOut(let source, let targets):
            guard let source = executors[source] else { return nil }
            return .fanOut(source: source, targets: targets.compactMap { executors[$0] })
        case .fanIn(let sources, let target):
            guard let target = executors[target] else { return nil }
            return .fanIn(sources: sources.compactMap { executors[$0] }, target: target)
        }
    }
}
