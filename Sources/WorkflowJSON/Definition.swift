public import WorkflowModel

/// The JSON definition of a workflow: the same graph as builder calls make, as data. See `docs/definition.md`.
public enum Definition {
    public static func text(of graph: Graph) -> Text {
        var json = JSONWriter(capacity: 512)
        json.document { json in
            json.name("name", onNewLine: true)
            json.string(graph.name)
            json.name("start", onNewLine: true)
            json.string(graph.executorID(graph.start))
            json.name("max_supersteps", onNewLine: true)
            json.integer(graph.maxSupersteps)
            json.name("executors", onNewLine: true)
            json.array { json in
                for id in graph.executors {
                    json.object { json in
                        json.name("id")
                        json.string(id.string)
                    }
                }
            }
            json.name("conditions", onNewLine: true)
            json.array { json in
                for condition in graph.conditions {
                    json.object { json in
                        json.name("name")
                        json.string(condition.name)
                        if let version = condition.version {
                            json.name("version")
                            json.string(version)
                        }
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
        func one(_ name: String, _ value: String, _ json: inout JSONWriter) {
            json.name(name)
            json.string(value)
        }
        json.object { json in
            switch edge {
            case .single(let source, let target, let condition):
                one("kind", "single", &json)
                one("source", graph.executorID(source), &json)
                one("target", graph.executorID(target), &json)
                if let condition { one("condition", graph.conditions[condition].name, &json) }
            case .fanOut(let source, let targets):
                one("kind", "fan_out", &json)
                one("source", graph.executorID(source), &json)
                list("targets", targets, &json)
            case .fanIn(let sources, let target):
                one("kind", "fan_in", &json)
                list("sources", sources, &json)
                one("target", graph.executorID(target), &json)
            }
        }
    }
}
