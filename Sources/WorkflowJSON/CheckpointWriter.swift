public import WorkflowModel

/// Writes the checkpoint document. Its members and their meaning stand in `docs/checkpoint.md`.
///
/// The same checkpoint always gives the same bytes: members in a fixed order, state keys in the order of their bytes.
public enum CheckpointDocument {
    public static let format = "libworkflow.checkpoint"
    public static let version = 1
    /// A larger graph is not carried along: it would weigh more than what most runs have to say.
    public static let largestGraph = 16 << 10

    /// `definition` is that of the graph in one line, for those who write many checkpoints of it.
    public static func text(of checkpoint: Checkpoint, graph: Graph, definition: Text? = nil) -> Text {
        var json = JSONWriter(capacity: 1024)
        json.document { json in
            write(checkpoint.summary, to: &json)
            let snapshot = checkpoint.snapshot
            json.member("input_superstep", snapshot.inputSuperstep, onNewLine: true)
            writeMessages(snapshot, graph, to: &json)
            writeFanIns(snapshot, graph, to: &json)
            json.name("state", onNewLine: true)
            write(snapshot.shared, to: &json)
            json.name("executor_states", onNewLine: true)
            json.object { json in
                for index in snapshot.executorsWithState {
                    json.name(graph.executorText(index))
                    write(snapshot.executors[index], to: &json)
                }
            }
            writeRequests(snapshot, graph, to: &json)
            json.name("sub_workflows", onNewLine: true)
            json.object { json in
                for node in snapshot.scopes.keys.sorted() {
                    guard let state = snapshot.scopes[node], !state.isEmpty else { continue }
                    json.name(graph.executorText(node))
                    json.object { json in
                        json.name("state")
                        write(state, to: &json)
                    }
                }
            }
            if let partial = snapshot.partial { writePartial(partial, graph, to: &json) }
            if snapshot.lanes > 0 { json.member("lanes", snapshot.lanes, onNewLine: true) }
            json.name("metadata", onNewLine: true)
            json.raw(snapshot.metadata)
            let definition = definition ?? Definition.line(of: graph)
            if definition.count <= largestGraph {
                json.name("graph", onNewLine: true)
                json.raw(definition)
            }
            for (name, value) in snapshot.unknownMembers {
                json.name(name, onNewLine: true)
                json.raw(value)
            }
        }
        return json.finish()
    }

    // The members that a storage by parts writes too, see CheckpointParts.swift.

    static func writeMessages(_ snapshot: Snapshot, _ graph: Graph, to json: inout JSONWriter, onNewLine: Bool = true) {
        json.name("messages", onNewLine: onNewLine)
        json.array { json in for message in snapshot.messages { write(message, graph, to: &json) } }
    }

    static func writeFanIns(_ snapshot: Snapshot, _ graph: Graph, to json: inout JSONWriter, onNewLine: Bool = true) {
        json.name("fan_in_buffers", onNewLine: onNewLine)
        json.array { json in
            for fanIn in snapshot.fanIns.keys.sorted() { write(snapshot.fanIns[fanIn], fanIn, graph, to: &json) }
        }
    }

    static func writeRequests(_ snapshot: Snapshot, _ graph: Graph, to json: inout JSONWriter, onNewLine: Bool = true) {
        json.name("pending_request_info_events", onNewLine: onNewLine)
        json.object { json in
            for request in snapshot.requests {
                json.name(request.id)
                json.object { write(request, graph, to: &$0) }
            }
        }
    }

    static func writePartial(_ partial: Partial, _ graph: Graph, to json: inout JSONWriter, onNewLine: Bool = true) {
        json.name("partial", onNewLine: onNewLine)
        json.array { json in for work in partial.work { write(work, graph, to: &json) } }
    }

    /// A document from elsewhere in the form in which the library writes it: one top-level member a line. What is not an
    /// object stays as it is; `summary` will refuse it.
    public static func normalized(_ document: Text) -> Text {
        let value = JSONValue(trusting: document)
        guard value.kind == .object else { return document }
        var json = JSONWriter(capacity: document.count + 64)
        json.document { json in
            for (name, value) in value.members where name != "checksum" {
                json.name(name, onNewLine: true)
                json.raw(value.raw)
            }
        }
        return json.finish()
    }

    static func write(_ summary: CheckpointSummary, to json: inout JSONWriter) {
        json.member("format", format, onNewLine: true)
        json.member("version", version, onNewLine: true)
        json.member("checkpoint_id", summary.id, onNewLine: true)
        json.member("previous_checkpoint_id", summary.previousID, onNewLine: true)
        json.member("run_id", summary.runID, onNewLine: true)
        json.member("workflow_name", summary.workflowName, onNewLine: true)
        json.member("graph_signature", summary.signature, onNewLine: true)
        json.member("timestamp", summary.timestamp, onNewLine: true)
        json.member("kind", summary.kind, onNewLine: true)
        json.member("superstep", summary.superstep, onNewLine: true)
    }

    private static func write(_ work: Partial.Work, _ graph: Graph, to json: inout JSONWriter) {
        json.object { json in
            json.member("executor", graph.executorText(work.executor))
            json.member("handled", work.handled)
            if work.attempts > 0 { json.member("failed_attempts", work.attempts) }
            if let moment = work.notBefore { json.member("not_before_us", Int(clamping: moment)) }
            json.name("deliveries")
            json.array { json in
                for delivery in work.deliveries {
                    json.object { json in
                        json.name("sources")
                        json.array { json in
                            for source in delivery.sources where source != Message.outside { json.string(graph.executorText(source)) }
                        }
                        write(delivery.lane, to: &json)
                        json.name("data")
                        json.raw(delivery.payload)
                        if let request = delivery.request {
                            json.name("request")
                            json.object { write(request, graph, to: &$0) }
                        }
                    }
                }
            }
            json.name("staged")
            json.object { write(work.staged, graph, to: &$0) }
        }
    }

    private static func write(_ staged: Staged, _ graph: Graph, to json: inout JSONWriter) {
        if !staged.messages.isEmpty {
            json.name("messages")
            json.array { json in for message in staged.messages { write(message, graph, to: &json) } }
        }
        if !staged.requests.isEmpty {
            json.name("requests")
            json.array { json in for request in staged.requests { json.object { write(request, graph, to: &$0) } } }
        }
        if !staged.answers.isEmpty {
            json.name("answers")
            json.array { json in
                for (request, payload) in staged.answers {
                    json.object { json in
                        json.member("request_id", request.id)
                        json.name("data")
                        json.raw(payload)
                    }
                }
            }
        }
        write(staged.writes.own, "state", to: &json)
        write(staged.writes.shared, "shared_state", to: &json)
        if staged.halts { json.member("halts", true) }
    }

    /// What was written, under `deleted_...` the keys that were deleted, and under `appended_...` what lists grow by.
    private static func write(_ writes: [Text: StateWrite], _ name: String, to json: inout JSONWriter) {
        guard !writes.isEmpty else { return }
        var values = StateMap()
        var (deleted, grown): ([Text], [(key: Text, elements: [Text])]) = ([], [])
        for (key, write) in writes {
            switch write {
            case .value(let value): values[key] = value
            case .deletion: deleted.append(key)
            case .addition(let addition): grown.append((key, addition.elements))
            }
        }
        if !values.isEmpty {
            json.name(name)
            write(values, to: &json)
        }
        if !deleted.isEmpty {
            json.name("deleted_" + name)
            json.array { json in for key in deleted.sorted() { json.string(key) } }
        }
        if !grown.isEmpty {
            json.name("appended_" + name)
            json.object { json in
                for (key, elements) in grown.sorted(by: { $0.key < $1.key }) {
                    json.name(key)
                    json.array { json in for element in elements { json.raw(element) } }
                }
            }
        }
    }

    private static func write(_ lane: Lane, to json: inout JSONWriter) {
        if let path = lane.path { json.member("lane", path) }
    }

    private static func write(_ message: Message, _ graph: Graph, to json: inout JSONWriter) {
        json.object { json in
            writeEnd("source", message.source, graph, to: &json)
            writeEnd("target", message.target, graph, to: &json)
            write(message.lane, to: &json)
            json.name("data")
            json.raw(message.payload)
            if let request = message.request {
                json.name("request")
                json.object { write(request, graph, to: &$0) }
            }
        }
    }

    /// Null for outside, and for everyone.
    private static func writeEnd(_ name: String, _ executor: Int, _ graph: Graph, to json: inout JSONWriter) {
        json.name(name)
        if executor < 0 { json.null() } else { json.string(graph.executorText(executor)) }
    }

    static func write(_ request: Request, _ graph: Graph, to json: inout JSONWriter) {
        json.member("request_id", request.id)
        json.member("source_executor_id", graph.executorText(request.executor))
        json.member("response_type", request.responseType?.string)
        write(request.lane, to: &json)
        if let node = request.interceptor { json.member("intercepted_at", graph.executorText(node)) }
        json.name("data")
        json.raw(request.data)
    }

    private static func write(_ buffer: FanInBuffer?, _ fanIn: FanIn, _ graph: Graph, to json: inout JSONWriter) {
        guard let buffer, graph.edges.indices.contains(fanIn.group),
            case .fanIn(let sources, let target) = graph.edges[fanIn.group]
        else { return }
        json.object { json in
            json.member("target", graph.executorText(target))
            write(fanIn.lane, to: &json)
            json.name("sources")
            json.array { json in for source in sources { json.string(graph.executorText(source)) } }
            json.name("buffered")
            json.array { json in
                for (source, payloads) in zip(sources, buffer.waiting) {
                    for payload in payloads {
                        json.object { json in
                            json.member("source", graph.executorText(source))
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
                json.name(key)
                json.raw(value)
            }
        }
    }
}
