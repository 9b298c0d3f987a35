public import WorkflowModel

/// A checkpoint as a storage that keeps each value by itself gives it: the document, not yet written down.
public struct CheckpointAssembly: Sendable {
    public let summary: CheckpointSummary
    /// What `CheckpointDocument.frame` made.
    let frame: Text
    /// In the order of the document. Each was JSON when it was kept, and is that text still.
    let parts: [StatePart]
    let definition: Text?

    public init(_ summary: CheckpointSummary, frame: Text, parts: [StatePart], definition: Text?) {
        (self.summary, self.frame, self.parts, self.definition) = (summary, frame, parts, definition)
    }

    public var document: Text { CheckpointDocument.text(summary, frame: frame, parts: parts, definition: definition) }
}

extension CheckpointDocument {
    /// The same as from the document, at the cost of reading its frame: the values need not be found in a text.
    public static func checkpoint(from assembly: CheckpointAssembly, graph: Graph, as what: String) throws(Failure) -> Checkpoint {
        let frame = text(assembly.summary, frame: assembly.frame, parts: [], definition: nil)
        let reader = try CheckpointReader(frame, what)
        // What a superstep has done in part is about values, and rare.
        guard assembly.summary.signature == graph.signature.string, reader.members["partial"] == nil else {
            return try checkpoint(from: assembly.document, graph: graph, as: what)
        }
        var snapshot = try reader.snapshot(graph, assembly.summary)
        var parts = assembly.parts[...]
        while let first = parts.first {
            let owned = parts.prefix { $0.place.area == first.place.area && $0.place.owner == first.place.owner }
            try snapshot.put(owned, of: first.place, graph, reader)
            parts = parts.dropFirst(owned.count)
        }
        return Checkpoint(summary: assembly.summary, snapshot: snapshot)
    }
}

extension Snapshot {
    /// The values of one owner.
    fileprivate mutating func put(
        _ parts: ArraySlice<StatePart>, of place: StatePlace, _ graph: Graph, _ reader: CheckpointReader
    ) throws(Failure) {
        let state = StateMap(parts.lazy.compactMap { part in part.place.key.map { ($0, part.value) } })
        guard place.area != .shared else { return shared = state }
        let index = graph.index(ofExecutor: place.name.string)
        switch place.area {
        case .shared: break
        case .executor:
            guard let index else { throw reader.wrong("executor_states.\(place.name.string.printable)", "an executor of the workflow") }
            executors[index].state = state
            executors[index].saved = parts.first { $0.place.key == nil }?.value
        case .scope:
            guard let index, let sub = graph.subWorkflows[index], !sub.ties.sharesState else {
                throw reader.wrong("sub_workflows.\(place.name.string.printable)", "a sub-workflow with a state of its own")
            }
            scopes[index] = state
        }
    }
}
