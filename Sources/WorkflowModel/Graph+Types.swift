/// What declared types mean for a graph.
extension Graph {
    /// Whether messages that `source` sends need to be classified at all.
    public func checksTypes(from source: Int) -> Bool { checked.indices.contains(source) && checked[source] }

    public func acceptedTypes(of executor: Int) -> TypeList {
        accepted.indices.contains(executor) ? accepted[executor] : .undeclared
    }

    /// Throws if the start executor does not accept `input`.
    public func check(input: Text) throws(Failure) {
        let types = acceptedTypes(of: start)
        guard types.isDeclared else { return }
        let type = PayloadType.name(of: input)
        guard !types.allows(type) else { return }
        throw Failure(
            .invalid,
            "the input of workflow '\(name)' is of the type \(type.string.printable), but its start executor '\(executorID(start))' accepts "
                + "only \(types)",
            executorID: executorID(start))
    }

    /// Of a node whose workflow this is: it accepts what the start does, and sends what is an output or is asked inside.
    func typesOfNode(_ ties: SubWorkflow.Ties) -> DeclaredTypes {
        var sends: TypeList?
        if !ties.outputsDirectly {
            for inner in executors.indices where subWorkflows[inner] == nil && wayOut(ofOutputsOf: inner) == .output {
                let outputs = types[inner]?.outputs ?? .undeclared
                sends = sends?.union(outputs) ?? outputs
            }
        }
        if ties.interceptsRequests {
            let request = TypeList(one: PayloadType.subWorkflowRequest)
            sends = sends?.union(request) ?? request
        }
        return DeclaredTypes(accepts: acceptedTypes(of: start), sends: sends ?? .undeclared)
    }

    static func typeTables(_ flat: FlatGraph) -> (accepted: [TypeList], checked: [Bool]) {
        guard flat.types.values.contains(where: { $0.accepts.isDeclared }) else { return ([], []) }
        var accepted = [TypeList](repeating: .undeclared, count: flat.executors.count)
        for (executor, types) in flat.types { accepted[executor] = types.accepts }
        var checked = [Bool](repeating: false, count: flat.executors.count)
        for edge in flat.edges {
            // What a fan-in delivers is an array, whatever went into it.
            if case .fanIn = edge { continue }
            guard edge.targets.contains(where: { accepted[$0].isDeclared }) else { continue }
            for source in edge.sources { checked[source] = true }
        }
        return (accepted, checked)
    }
}

extension FlatGraph {
    /// Edges that no message could ever take.
    func typeProblems(in edges: [EdgeGroup]) -> [String] {
        guard !types.isEmpty else { return [] }
        var problems: [String] = []
        for edge in edges {
            if case .fanIn(_, let target) = edge {
                guard let accepts = types[target]?.accepts, !accepts.allows(PayloadType.array) else { continue }
                problems.append("the fan-in to '\(executors[target])' delivers an array, but '\(executors[target])' accepts only \(accepts)")
                continue
            }
            for source in edge.sources {
                guard let sends = types[source]?.sends, sends.isDeclared else { continue }
                var seen: Set<Int> = []
                for target in edge.targets where seen.insert(target).inserted {
                    guard let accepts = types[target]?.accepts, !sends.overlaps(accepts) else { continue }
                    problems.append(
                        "no message can take the edge from '\(executors[source])' to '\(executors[target])': '\(executors[source])' sends "
                            + "\(sends), '\(executors[target])' accepts only \(accepts)")
                }
            }
        }
        return problems
    }
}
