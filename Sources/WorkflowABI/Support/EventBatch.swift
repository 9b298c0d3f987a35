import CWorkflow
import WorkflowModel
import WorkflowRuntime

/// What a `wf_batch_t *` points to: events in a row. Complete before the host sees it, and immutable from then on; the structs that C
/// reads are made when somebody asks, once.
final class EventBatch: @unchecked Sendable {
    let graph: Graph
    private var items: ContiguousArray<(event: Event, sequence: UInt64)> = []
    private(set) var kinds: UInt64 = 0
    private let made = Once<Records>()

    init(_ graph: Graph, _ event: Event, sequence: UInt64) {
        self.graph = graph
        items.reserveCapacity(8)
        append(event, sequence)
    }

    var count: Int { items.count }

    /// Drives the run until it would wait or ends, something fails, or there are `most` events.
    func add(from run: Run, most: UInt) {
        let failedCalls = run.failedCalls
        while items.count < most, run.failedCalls == failedCalls {
            // Anything but an event stays as it is, for the next call.
            guard case .event(let event, let sequence) = try? run.next(timeout: 0) else { return }
            append(event, sequence)
        }
    }

    private func append(_ event: Event, _ sequence: UInt64) {
        kinds |= 1 << UInt64(event.kind.rawValue)
        items.append((event, sequence))
    }

    /// An event of its own; nil for an index that there is not.
    func event(_ index: UInt) -> EventBox? {
        guard let index = Int(exactly: index), items.indices.contains(index) else { return nil }
        return EventBox(items[index].event, sequence: items[index].sequence, graph: graph)
    }

    /// One struct for each event. Their addresses point into the events and the graph, which live as long as the batch.
    var records: UnsafePointer<wf_record> {
        made.get { Records(items.count) { self.record(self.items[$0]) } }.first
    }

    private func record(_ item: (event: Event, sequence: UInt64)) -> wf_record {
        let event = item.event, data = Self.readyText(event)
        return wf_record(
            struct_size: UInt32(MemoryLayout<wf_record>.stride), kind: event.kind.rawValue, sequence: item.sequence,
            superstep: UInt64(clamping: event.superstep),
            executor_id: graph.executors.indices.contains(event.executor) ? graph.executors[event.executor].unsafeCString : nil,
            data: data?.unsafeCString, data_length: data?.count ?? 0)
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

/// Structs in a row, at an address that stays. Never written after `init`.
private final class Records: @unchecked Sendable {
    let first: UnsafePointer<wf_record>
    private let place: UnsafeMutablePointer<wf_record>

    init(_ count: Int, _ record: (Int) -> wf_record) {
        place = .allocate(capacity: max(count, 1))
        for index in 0..<count { (place + index).initialize(to: record(index)) }
        first = UnsafePointer(place)
    }

    deinit { place.deallocate() }
}
