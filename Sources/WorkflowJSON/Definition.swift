public import WorkflowModel

/// The JSON definition of a workflow: the same graph as builder calls make, as data. See `docs/definition.md`.
public enum Definition {
    public static func text(of graph: Graph) -> Text {
        var json = JSONWriter(capacity: 512)
        json.document { json in
            json.member("name", graph.name, onNewLine: true)
            json.member("start", graph.executorID(graph.start), onNewLine: true)
            json.member("max_supersteps", graph.maxSupersteps, onNewLine: true)
            json.name("executors", onNewLine: true)
            json.array { json in
                for id in graph.executors {
                    json.object { $0.member("id", id.string) }
                }
            }
            json.name("conditions", onNewLine: true)
            json.array { json in
                for condition in graph.conditions {
                    json.object { json in
                        json.member("name", condition.name)
                        if let version = condition.version { json.member("version", version) }
                    }
                }
            }
            json.name("edges", onNewLine: true)
            json.array { json in for edge in graph.edges { write(edge, graph, to: &json) } }
        }
        return json.finish()
    }

    private static func write(_ edge: EdgeGroup, _ graph: Graph, to json: inout JSONWriter) {
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
            case .fanIn(let sources, let target):
                json.member("kind", "fan_in")
                list("sources", sources, &json)
                json.member("target", graph.executorID(target))
            }
        }
    }
}
