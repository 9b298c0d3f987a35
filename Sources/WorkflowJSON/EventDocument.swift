public import WorkflowModel

/// Events as JSON.
public enum EventDocument {
    /// What `wf_event_data` shows.
    public static func data(of event: Event, graph: Graph) -> Text {
        switch event.data {
        case .none: return .null
        case .payload(let payload): return payload
        case .state(let state): return Text("\"\(state.name)\"")
        case .failure(let failure): return failure.eventJSON
        case .results(let results):
            var json = JSONWriter(capacity: results.reduce(2) { $0 + $1.count + 1 })
            json.array { json in for result in results { json.raw(result) } }
            return json.finish()
        case .checkpoint(let summary):
            var json = JSONWriter()
            json.object { json in
                json.name("checkpoint_id")
                json.string(summary.id)
                json.name("previous_checkpoint_id")
                json.string(summary.previousID)
                json.name("kind")
                json.string(summary.kind)
                json.name("superstep")
                json.integer(summary.superstep)
            }
            return json.finish()
        case .warning(let reason, let message):
            var json = JSONWriter()
            json.object { json in
                json.name("reason")
                json.string(reason)
                json.name("message")
                json.string(message)
                json.name("executor_id")
                json.string(event.executor < 0 ? nil : graph.executorID(event.executor))
            }
            return json.finish()
        }
    }

    /// The whole event.
    public static func text(of event: Event, data: Text, sequence: UInt64, graph: Graph) -> Text {
        var json = JSONWriter(capacity: data.count + 128)
        json.object { json in
            json.name("type")
            json.string("\(event.kind.name)")
            json.name("sequence")
            json.integer(Int(clamping: sequence))
            json.name("superstep")
            json.integer(event.superstep)
            json.name("executor_id")
            json.string(event.executor < 0 ? nil : graph.executorID(event.executor))
            json.name("data")
            json.raw(data)
        }
        return json.finish()
    }
}

extension Failure {
    /// The machine-readable part: only what is known.
    public var detailsJSON: Text {
        var json = JSONWriter()
        json.object { json in writeDetails(to: &json) }
        return json.finish()
    }

    fileprivate var eventJSON: Text {
        var json = JSONWriter()
        json.object { json in
            json.name("message")
            json.string(message)
            json.name("status")
            json.integer(Int(status.rawValue))
            writeDetails(to: &json)
        }
        return json.finish()
    }

    private func writeDetails(to json: inout JSONWriter) {
        if let errorType {
            json.name("error_type")
            json.string(errorType)
        }
        if let executorID {
            json.name("executor_id")
            json.string(executorID)
        }
        if let superstep {
            json.name("superstep")
            json.integer(superstep)
        }
        if let offset {
            json.name("offset")
            json.integer(offset)
        }
    }
}
