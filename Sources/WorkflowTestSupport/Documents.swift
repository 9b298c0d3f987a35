import WorkflowJSON
public import WorkflowModel

/// A checkpoint document and its head, as a storage gets them.
public struct SampleDocument: Sendable {
    public let text: Text
    public let summary: CheckpointSummary

    public init(_ id: String, workflow: String = "flow", payload: Text = "1", superstep: Int = 0) throws {
        let graph = try makeGraph(workflow)
        var snapshot = Snapshot(graph: graph)
        snapshot.superstep = superstep
        snapshot.messages = [Message(source: Message.outside, target: 0, payload: payload)]
        var summary = CheckpointSummary.sample(snapshot, superstep == 0 ? .entry : .superstep, graph)
        summary.id = id
        self.summary = summary
        text = CheckpointDocument.text(of: Checkpoint(summary: summary, snapshot: snapshot), graph: graph)
    }
}
