import Synchronization
import WorkflowJSON
import WorkflowModel

/// What a `wf_event_t *` points to. Immutable to the host; its JSON is made when somebody asks, once.
final class EventBox: Sendable {
    let event: Event
    let sequence: UInt64
    let graph: Graph
    private let texts = Mutex<(data: Text?, json: Text?)>((nil, nil))

    init(_ event: Event, sequence: UInt64, graph: Graph) {
        self.event = event
        self.sequence = sequence
        self.graph = graph
    }

    var executorID: Text? { graph.executors.indices.contains(event.executor) ? graph.executors[event.executor] : nil }

    var data: Text {
        texts.withLock { texts in
            if let data = texts.data { return data }
            let data = EventDocument.data(of: event, graph: graph)
            texts.data = data
            return data
        }
    }

    var json: Text {
        let data = self.data
        return texts.withLock { texts in
            if let json = texts.json { return json }
            let json = EventDocument.text(of: event, data: data, sequence: sequence, graph: graph)
            texts.json = json
            return json
        }
    }
}
