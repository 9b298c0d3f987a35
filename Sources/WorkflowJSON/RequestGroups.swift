import WorkflowModel

/// The pending requests of a run's boundaries, written down in groups. Where thousands wait, an answer changes one group: the others
/// are the texts that they were at the boundary before.
public struct RequestGroups: Sendable {
    private final class Group: Sendable {
        let requests: [Request]
        /// The members of the document that stand for them.
        let text: Text

        init(_ requests: [Request], _ graph: Graph) {
            self.requests = requests
            var json = JSONWriter(capacity: 256 * requests.count)
            for request in requests {
                json.name(request.id)
                json.object { CheckpointDocument.write(request, graph, to: &$0) }
            }
            text = json.finish()
        }
    }

    private var graph: Graph?
    private var groups: [Group] = []

    /// Fewer are not worth it.
    static let fewest = 64
    /// So many in a group, or so many bytes of what they ask.
    private static let most = 64
    private static let mostBytes = 16 << 10
    /// One that has shrunk so far is put together with what stands beside it.
    private static let smallest = 16

    public init() {}

    mutating func forget() { if !groups.isEmpty { groups = [] } }

    /// What is no longer there was answered or withdrawn; what is new stands behind the others.
    mutating func arrange(_ requests: [Request], _ graph: Graph) -> [Text] {
        var known: [ObjectIdentifier: Group] = [:]
        if self.graph === graph {
            for group in groups where group.requests.count >= Self.smallest {
                if let first = group.requests.first { known[ObjectIdentifier(first)] = group }
            }
        }
        self.graph = graph
        groups.removeAll(keepingCapacity: true)
        var (rest, bytes): ([Request], Int) = ([], 0)
        func close(_ groups: inout [Group]) {
            if !rest.isEmpty { groups.append(Group(rest, graph)) }
            rest.removeAll(keepingCapacity: true)
            bytes = 0
        }
        var left = requests[...]
        while let request = left.first {
            if let group = known[ObjectIdentifier(request)], left.starts(with: group.requests, by: { $0 === $1 }) {
                close(&groups)
                groups.append(group)
                left = left.dropFirst(group.requests.count)
            } else {
                rest.append(request)
                bytes += request.data.count
                if rest.count >= Self.most || bytes >= Self.mostBytes { close(&groups) }
                left = left.dropFirst()
            }
        }
        close(&groups)
        return groups.map(\.text)
    }
}
