public import WorkflowModel

/// Events as JSON.
public enum EventDocument {
    /// What `wf_event_data` shows.
    public static func data(of event: Event, graph: Graph) -> Text {
        switch event.data {
        case .none: return .null
        case .payload(let payload), .custom(_, let payload): return payload
        case .state(let state): return Text("\"\(state.name)\"")
        case .failure(let failure): return failure.eventJSON
        case .result(let result): return list(of: CollectionOfOne(result))
        case .results(let results): return list(of: results)
        case .checkpoint(let summary):
            var json = JSONWriter()
            json.object { json in
                json.member("checkpoint_id", summary.id)
                json.member("previous_checkpoint_id", summary.previousID)
                json.member("kind", summary.kind)
                json.member("superstep", summary.superstep)
            }
            return json.finish()
        case .request(let request): return request.data
        case .cancelled(let reason):
            var json = JSONWriter()
            json.object { $0.member("reason", reason) }
            return json.finish()
        case .warning(let reason, let message):
            var json = JSONWriter()
            json.object { json in
                json.member("reason", reason)
                json.member("message", message)
                json.member("executor_id", event.executor < 0 ? nil : graph.executorID(event.executor))
            }
            return json.finish()
        }
    }

    private static func list(of results: some Collection<Text>) -> Text {
        var json = JSONWriter(capacity: results.reduce(2) { $0 + $1.count + 1 })
        json.array { json in for result in results { json.raw(result) } }
        return json.finish()
    }

    /// The whole event.
    public static func text(of event: Event, data: Text, sequence: UInt64, graph: Graph) -> Text {
        var json = JSONWriter(capacity: data.count + 128)
        json.object { json in
            json.member("type", "\(event.kind.name)")
            json.member("sequence", Int(clamping: sequence))
            json.member("superstep", event.superstep)
            json.member("executor_id", event.executor < 0 ? nil : graph.executorID(event.executor))
            if case .custom(let name, _) = event.data { json.member("name", name.string) }
            if case .request(let request) = event.data {
                json.member("request_id", request.id.string)
                json.member("response_type", request.responseType?.string)
            }
            json.name("data")
            json.raw(data)
        }
        return json.finish()
    }

    /// What `wf_run_pending_requests` shows.
    public static func list(of requests: [Request], graph: Graph) -> Text {
        var json = JSONWriter()
        json.array { json in
            for request in requests { json.object { CheckpointDocument.write(request, graph, to: &$0) } }
        }
        return json.finish()
    }
}

extension Failure {
    /// The machine-readable part of an error: only what is known.
    public var detailsJSON: Text {
        var json = JSONWriter()
        json.object { json in
            if let errorType { json.member("error_type", errorType) }
            if let executorID { json.member("executor_id", executorID) }
            if let superstep { json.member("superstep", superstep) }
            if let offset { json.member("offset", offset) }
        }
        return json.finish()
    }

    /// The data of a failure event: always the same members, null for what is not known.
    fileprivate var eventJSON: Text {
        var json = JSONWriter()
        json.object { json in
            json.member("error_type", errorType)
            json.member("message", message)
            json.member("status", Int(status.rawValue))
            json.member("executor_id", executorID)
            json.member("superstep", superstep)
        }
        return json.finish()
    }
}
