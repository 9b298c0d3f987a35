import CWorkflow
import WorkflowModel
import WorkflowRuntime

/// What a `wf_batch_t *` points to: events in a row, each with the struct that C reads of it. Complete before the host sees it,
/// and immutable from then on.
final class EventBatch: @unchecked Sendable {
    let graph: Graph
    /// What the addresses in the records point into.
    private(set) var events: [Event] = []
    private(set) var kinds: UInt64 = 0
    private(set) var records: UnsafeMutablePointer<wf_record>
    private var capacity = 8

    init(_ graph: Graph, _ event: Event, sequence: UInt64) {
        self.graph = graph
        records = .allocate(capacity: capacity)
        append(event, sequence)
    }

    deinit { records.deallocate() }

    /// Drives the run until it would wait or ends, something fails, or there are `most` events.
    func add(from run: Run, most: UInt) {
        let failedCalls = run.failedCalls
        while events.count < most, run.failedCalls == failedCalls {
            // Anything but an event stays as it is, for the next call.
            guard case .event(let event, let sequence) = try? run.next(timeout: 0) else { return }
            append(event, sequence)
        }
    }

    /// An event of its own; nil for an index that there is not.
    func event(_ index: UInt) -> EventBox? {
        guard let index = Int(exactly: index), events.indices.contains(index) else { return nil }
        return EventBox(events[index], sequence: records[index].sequence, graph: graph)
    }

    private func append(_ event: Event, _ sequence: UInt64) {
        let data = Self.readyText(event)
        let record = wf_record(
            struct_size: UInt32(MemoryLayout<wf_record>.stride), kind: event.kind.rawValue, sequence: sequence,
            superstep: UInt64(clamping: event.superstep),
            executor_id: graph.executors.indices.contains(event.executor) ? graph.executors[event.executor].unsafeCString : nil,
            data: data?.unsafeCString, data_length: data?.count ?? 0)
        if events.count == capacity { grow() }
        (records + events.count).initialize(to: record)
        events.append(event)
        kinds |= 1 << UInt64(event.kind.rawValue)
    }

    private func grow() {
        let larger = UnsafeMutablePointer<wf_record>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: records, count: events.count)
        records.deallocate()
        (records, capacity) = (larger, capacity * 2)
    }

    /// The data, if it is a text that the event itself holds: nothing is made here that nobody may want.
    private static func readyText(_ event: Event) -> Text? {
        let text: Text
        switch event.data {
        case .none: text = .null
        case .payload(let payload), .custom(_, let payload): text = payload
        case .request(let request): text = request.data
        default: return nil
        }
        return text.hostValue == nil ? text : nil
    }
}
