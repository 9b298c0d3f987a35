public import WorkflowModel

/// Writes the checkpoint document. Its members and their meaning stand in `docs/checkpoint.md`.
///
/// The same checkpoint always gives the same bytes: members in a fixed order, state keys in the order of their bytes.
public enum CheckpointDocument {
    public static let format = "libworkflow.checkpoint"
    public static let version = 1

    public static func text(of checkpoint: Checkpoint, graph: Graph) -> Text {
        var json = JSONWriter(capacity: 1024)
        json.document { json in
            write(checkpoint.summary, to: &json)
            let snapshot = checkpoint.snapshot
            json.name("input_superstep", onNewLine: true)
            json.integer(snapshot.inputSuperstep)
            json.name("messages", onNewLine: true)
            json.array { json in for message in snapshot.messages { write(message, graph, to: &json) } }
            json.name("fan_in_buffers", onNewLine: true)
            json.array { json in
                for group in snapshot.fanIns.keys.sorted() { write(snapshot.fanIns[group], group, graph, to: &json) }
            }
            json.name("state", onNewLine: true)
            write(snapshot.shared, to: &json)
            json.name("executor_states", onNewLine: true)
            json.object { json in
                for (index, state) in snapshot.executors.enumerated() where !state.isEmpty {
                    json.name(graph.executorID(index))
                    write(state, to: &json)
                }
            }
            json.name("pending_request_info_events", onNewLine: true)
            json.object { _ in }
            json.name("sub_workflows", onNewLine: true)
            json.object { _ in }
            json.name("metadata", onNewLine: true)
            json.object { _ in }
            for (name, value) in snapshot.unknownMembers {
                json.name(name, onNewLine: true)
                json.raw(value)
            }
        }
        return json.finish()
    }

    private static func write(_ summary: CheckpointSummary, to json: inout JSONWriter) {
        json.name("format", onNewLine: true)
        json.string(format)
        json.name("version", onNewLine: true)
        json.integer(version)
        json.name("checkpoint_id", onNewLine: true)
        json.string(summary.id)
        json.name("previous_checkpoint_id", onNewLine: true)
        json.string(summary.previousID)
        json.name("run_id", onNewLine: true)
        json.string(summary.runID)
        json.name("workflow_name", onNewLine: true)
        json.string(summary.workflowName)
        json.name("graph_signature", onNewLine: true)
        json.string(summary.signature)
        json.name("timestamp", onNewLine: true)
        json.string(summary.timestamp)
        json.name("kind", onNewLine: true)
        json.string(summary.kind)
        json.name("superstep", onNewLine: true)
        json.integer(summary.superstep)
    }

    private static func write(_ message: Message, _ graph: Graph, to json: inout JSONWriter) {
        json.object { json in
            json.name("source")
            json.string(message.source == Message.outside ? nil : graph.executorID(message.source))
            json.name("target")
            json.string(message.target == Message.everyone ? nil : graph.executorID(message.target))
            json.name("data")
            json.raw(message.payload)
        }
    }

    private static func write(_ buffer: FanInBuffer?, _ group: Int, _ graph: Graph, to json: inout JSONWriter) {
        guard let buffer, graph.edges.indices.contains(group), case .fanIn(let sources, let target) = graph.edges[group]
        else { return }
        json.object { json in
            json.name("target")
            json.string(graph.executorID(target))
            json.name("sources")
            json.array { json in for source in sources { json.string(graph.executorID(source)) } }
            json.name("buffered")
            json.array { json in
                for (source, payloads) in zip(sources, buffer.waiting) {
                    for payload in payloads {
                        json.object { json in
                            json.name("source")
                            json.string(graph.executorID(source))
                            json.name("data")
                            json.raw(payload)
                        }
                    }
                }
            }
        }
    }

    private static func write(_ state: ExecutorState, to json: inout JSONWriter) {
        json.object { json in
            if let saved = state.saved {
                json.name("saved")
                json.raw(saved)
            }
            if !state.state.isEmpty {
                json.name("state")
                write(state.state, to: &json)
            }
        }
    }

    private static func write(_ state: StateMap, to json: inout JSONWriter) {
        json.object { json in
            for key in state.keys {
                guard let value = state[key] else { continue }
                json.name(key.string)
                json.raw(value)
            }
        }
    }
}
