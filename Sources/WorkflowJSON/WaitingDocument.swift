public import WorkflowModel

/// What `wf_run_why_waiting` shows: a sentence for people, and the parts for programs.
public enum WaitingDocument {
    /// `now` is in microseconds since 1970.
    public static func text(of waiting: Waiting, graph: Graph, now: UInt64) -> Text {
        func milliseconds(until moment: UInt64) -> Int { moment > now ? Int(clamping: (moment - now + 999) / 1000) : 0 }
        var json = JSONWriter(capacity: 512)
        json.object { json in
            json.member("why", sentence(waiting, graph, milliseconds))
            json.member("state", waiting.state.name)
            json.member("superstep", waiting.superstep)
            json.member("halted", waiting.isHalted)
            json.member("undelivered_messages", waiting.messages)
            list("requests", waiting.requests, &json) { request, json in CheckpointDocument.write(request, graph, to: &json) }
            list("fan_ins", waiting.fanIns, &json) { write($0.fanIn, $0.buffer, graph, &$1) }
            list("calls", waiting.calls, &json) { call, json in
                json.member("executor_id", graph.executorID(call.executor))
                json.member("asked_to", call.verb)
                json.member("failed_attempts", call.failedAttempts)
                json.member("deadline_in_ms", call.deadline.map(milliseconds))
            }
            list("retries", waiting.pauses, &json) { pause, json in
                json.member("executor_id", graph.executorID(pause.executor))
                json.member("failed_attempts", pause.failedAttempts)
                json.member("in_ms", milliseconds(until: pause.until))
            }
        }
        return json.finish()
    }

    private static func list<Item>(
        _ name: String, _ items: [Item], _ json: inout JSONWriter, _ write: (Item, inout JSONWriter) -> Void
    ) {
        json.name(name)
        json.array { json in for item in items { json.object { json in write(item, &json) } } }
    }

    private static func write(_ fanIn: FanIn, _ buffer: FanInBuffer, _ graph: Graph, _ json: inout JSONWriter) {
        let (target, sources) = ends(of: fanIn, graph)
        json.member("target", target)
        if let lane = fanIn.lane.path { json.member("lane", lane.string) }
        json.name("arrived")
        json.object { json in
            for (source, payloads) in zip(sources, buffer.waiting) where !payloads.isEmpty { json.member(source, payloads.count) }
        }
        json.name("waiting_for")
        json.array { json in for (source, payloads) in zip(sources, buffer.waiting) where payloads.isEmpty { json.string(source) } }
    }

    private static func ends(of fanIn: FanIn, _ graph: Graph) -> (target: String, sources: [String]) {
        guard graph.edges.indices.contains(fanIn.group), case .fanIn(let sources, let target) = graph.edges[fanIn.group] else {
            return ("", [])
        }
        return (graph.executorID(target), sources.map(graph.executorID))
    }

    private static func sentence(_ waiting: Waiting, _ graph: Graph, _ milliseconds: (UInt64) -> Int) -> String {
        if let failure = waiting.failure {
            return "it waits for nothing: it ended as \(waiting.state.name): \(failure.message)"
        }
        var reasons: [String] = []
        for call in waiting.calls { reasons.append("'\(graph.executorID(call.executor))' to \(call.verb)") }
        for pause in waiting.pauses {
            reasons.append("the next attempt of '\(graph.executorID(pause.executor))' in \(milliseconds(pause.until)) ms")
        }
        for request in waiting.requests {
            let asked = "the request '\(request.id.string.printable)' of '\(graph.executorID(request.executor))'"
            reasons.append(request.interceptor.map { "executors around '\(graph.executorID($0))' to answer \(asked)" } ?? "an answer to \(asked)")
        }
        for (fanIn, buffer) in waiting.fanIns {
            let (target, sources) = ends(of: fanIn, graph)
            let missing = zip(sources, buffer.waiting).filter { $1.isEmpty }.map { "'\($0.0)'" }
            reasons.append("\(missing.joined(separator: " and ")) to send to the fan-in of '\(target)'")
        }
        if waiting.isHalted {
            reasons.append("something from outside: an executor halted it with \(waiting.messages) messages undelivered")
        }
        if reasons.isEmpty {
            return waiting.state == .idle ? "it waits for nothing: it has finished" : "it waits to be driven: call wf_run_next"
        }
        return "it waits for " + reasons.joined(separator: "; ")
    }
}
