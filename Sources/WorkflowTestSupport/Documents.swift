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

    /// One of a run, which stands there as `status` says.
    public init(
        _ id: String, run: String, after previous: String? = nil, _ status: CheckpointStatus = .working,
        workflow: String = "flow", superstep: Int = 1, timestamp: String = "2026-01-01T00:00:00.000000+00:00"
    ) throws {
        let graph = try makeGraph(workflow)
        var snapshot = Snapshot(graph: graph)
        snapshot.superstep = superstep
        snapshot.shared[Text(id)] = #"{"é\u00e9": 1.50e0}"#
        if status == .working { snapshot.messages = [Message(source: Message.outside, target: 0, payload: "1")] }
        if status != .idle { snapshot.requests = [Request(id: Text("ask-\(id)"), executor: 0, data: "2", responseType: nil)] }
        var summary = CheckpointSummary.sample(snapshot, .superstep, graph)
        summary.id = id
        summary.previousID = previous
        summary.runID = run
        summary.timestamp = timestamp
        self.summary = summary
        text = CheckpointDocument.text(of: Checkpoint(summary: summary, snapshot: snapshot), graph: graph)
    }
}
