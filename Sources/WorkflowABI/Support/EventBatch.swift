import CWorkflow
import WorkflowModel
import WorkflowRuntime

/// What a `wf_batch_t *` points to: events in a row. Complete before the host sees it, and immutable from then on; the structs that C
/// reads are made when somebody asks, once.
final class EventBatch: @unchecked Sendable {
    let graph: Graph
    private let items: ContiguousArray<Item>
    let kinds: UInt64
    private let made = Once<Records>()

    typealias Item = (event: Event, sequence: UInt64)

    init(_ items: ContiguousArray<Item>, _ kinds: UInt64, _ graph: Graph) {
        self.graph = graph
        self.items = items
        self.kinds = kinds
    }

    var count: Int { items.count }

    /// An event of its own; nil for an index that there is not.
    func event(_ index: UInt) -> EventBox? {
        guard let index = Int(exactly: index), items.indices.contains(index) else { return nil }
        return EventBox(items[index].event, sequence: items[index].sequence, graph: graph)
    }

    /// One struct for each event. Their addresses point into the events and the graph, which live as long as the batch.
    var records: UnsafePointer<wf_record> {
        made.get { Records(items.count) { index in Self.record(items[index].event, items[index].sequence, graph) } }.first
    }

    private static func record(_ event: borrowing Event, _ sequence: UInt64, _ graph: borrowing Graph) -> wf_record {
        var record = wf_record(
            struct_size: UInt32(MemoryLayout<wf_record>.stride), kind: event.kind.rawValue, sequence: sequence,
            superstep: UInt64(clamping: event.superstep),
            executor_id: graph.executors.indices.contains(event.executor) ? graph.executors[event.executor].unsafeCString : nil,
            data: nil, data_length: 0)
        // The data, if it is a text that the event itself holds: nothing is made here that nobody may want.
        switch event.data {
        case .none: put(.null, in: &record)
        case .payload(let payload), .custom(_, let payload): put(payload, in: &record)
        case .request(let request): put(request.data, in: &record)
        default: break
        }
        return record
    }

    private static func put(_ data: borrowing Text, in record: inout wf_record) {
        guard data.hostValue == nil else { return }
        record.data = data.unsafeCString
        record.data_length = data.count
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
