public import WorkflowModel

/// The JSON definition of a workflow: the same graph as builder calls make, as data. See `docs/definition.md`.
public enum Definition {
    public static func text(of graph: Graph) -> Text {
        var json = JSONWriter(capacity: 512)
        json.document { write(graph, onNewLine: true, to: &$0) }
        return json.finish()
    }

    /// The same in one line, as checkpoints carry it.
    public static func line(of graph: Graph) -> Text {
        var json = JSONWriter(capacity: 512)
        json.object { write(graph, onNewLine: false, to: &$0) }
        return json.finish()
    }

    private static func write(_ graph: Graph, onNewLine: Bool, to json: inout JSONWriter) {
        json.member("name", graph.name, onNewLine: onNewLine)
        json.member("start", graph.executorID(graph.start), onNewLine: onNewLine)
        json.member("max_supersteps", graph.maxSupersteps, onNewLine: onNewLine)
        json.name("executors", onNewLine: onNewLine)
        json.array { json in
            for executor in 0..<graph.ownExecutors {
                json.object { json in
                    json.member("id", graph.executorID(executor))
                    if let output = graph.designations[executor] { json.member("output", output.rawValue) }
                    if graph.subWorkflows[executor] == nil, let types = graph.types[executor] { write(types, to: &json) }
                    if let policy = graph.policies[executor] { write(policy, to: &json) }
                    if let sub = graph.subWorkflows[executor] { write(sub, to: &json) }
                }
            }
        }
        json.name("conditions", onNewLine: onNewLine)
        json.array { json in
            for condition in graph.conditions.prefix(graph.ownConditions) { write(condition.name, condition.version, to: &json) }
        }
        json.name("selectors", onNewLine: onNewLine)
        json.array { json in
            for selector in graph.selectors.prefix(graph.ownSelectors) { write(selector.name, selector.version, to: &json) }
        }
        json.name("edges", onNewLine: onNewLine)
        json.array { json in for edge in graph.edges.prefix(graph.ownEdges) { write(edge, graph, to: &json) } }
    }

    private static func write(_ types: DeclaredTypes, to json: inout JSONWriter) {
        for (name, list) in [("accepts", types.accepts), ("sends", types.sends), ("outputs", types.outputs)] where list.isDeclared {
            json.name(name)
            json.array { json in for type in list.names { json.string(type.string) } }
        }
    }

    private static func write(_ policy: Policy, to json: inout JSONWriter) {
        if let retry = policy.retry {
            json.name("retry")
            json.object { json in
                json.member("attempts", retry.attempts)
                json.member("delay_ms", retry.delay)
                json.member("factor", retry.factor)
                json.member("longest_ms", retry.longest)
                json.member("jitter", retry.jitter)
            }
        }
        if let timeout = policy.timeout { json.member("timeout_ms", timeout) }
    }

    private static func write(_ sub: SubWorkflow, to json: inout JSONWriter) {
        json.name("sub_workflow")
        json.object { json in
            if sub.ties.outputsDirectly { json.member("direct_output", true) }
            if sub.ties.interceptsRequests { json.member("intercept_requests", true) }
            if sub.ties.sharesState { json.member("shared_state", true) }
            json.name("definition")
            json.object { write(sub.graph, onNewLine: false, to: &$0) }
        }
    }

    private static func write(_ name: String, _ version: String?, to json: inout JSONWriter) {
        json.object { json in
            json.member("name", name)
            if let version { json.member("version", version) }
        }
    }

    static func write(_ edge: EdgeGroup, _ graph: Graph, to json: inout JSONWriter) {
        func list(_ name: String, _ executors: [Int], _ json: inout JSONWriter) {
            json.name(name)
            json.array { json in for executor in executors { json.string(graph.executorID(executor)) } }
        }
        json.object { json in
            switch edge {
            case .single(let source, let target, let condition):
                json.member("kind", "single")
                json.member("source", graph.executorID(source))
                json.member("target", graph.executorID(target))
                if let condition { json.member("condition", graph.conditions[condition].name) }
            case .fanOut(let source, let targets):
                json.member("kind", "fan_out")
                json.member("source", graph.executorID(source))
                list("targets", targets, &json)
            case .selection(let source, let targets, let selector):
                json.member("kind", "multi_selection")
                json.member("source", graph.executorID(source))
                list("targets", targets, &json)
                json.member("selector", graph.selectors[selector].name)
            case .switchCase(let source, let cases, let fallback):
                json.member("kind", "switch_case")
                json.member("source", graph.executorID(source))
                json.name("cases")
                json.array { json in
                    for one in cases {
                        json.object { json in
                            json.member("condition", graph.conditions[one.condition].name)
                            json.member("target", graph.executorID(one.target))
                        }
                    }
                }
                json.member("default", graph.executorID(fallback))
            case .fanIn(let sources, let target):
                json.member("kind", "fan_in")
                list("sources", sources, &json)
                json.member("target", graph.executorID(target))
            }
        }
    }
}
