import WorkflowJSON
import WorkflowModel

/// What a `wf_event_t *` points to. Immutable to the host; its JSON is made when somebody asks, once.
final class EventBox: Sendable {
    let event: Event
    let sequence: UInt64
    let graph: Graph
    private let dataText = Once<Text>()
    private let jsonText = Once<Text>()

    init(_ event: Event, sequence: UInt64, graph: Graph) {
        self.event = event
        self.sequence = sequence
        self.graph = graph
    }

    var executorID: Text? { graph.executors.indices.contains(event.executor) ? graph.executors[event.executor] : nil }

    var data: Text { dataText.get { EventDocument.data(of: event, graph: graph) } }

    var json: Text {
        jsonText.get { EventDocument.text(of: event, data: data, sequence: sequence, graph: graph) }
    }
}
