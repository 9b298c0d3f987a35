import WorkflowJSON
import WorkflowModel
import WorkflowStorage

/// A checkpoint that the suite made, and the document that must come back.
struct Sample: Sendable {
    let summary: CheckpointSummary
    let text: Text

    var id: String { summary.id }

    /// As a host's document, whether or not it expects a head.
    func commit(_ expected: ExpectedHead, _ durability: Durability = .process) -> Commit {
        Commit(document: text, summary, expected: expected, durability: durability)
    }
}

/// Makes checkpoints of a workflow with one executor.
struct SampleMaker: Sendable {
    let graph: Graph
    let definition: DefinitionLine

    init() throws(Failure) {
        var draft = try GraphDraft(name: "conformance")
        try draft.setStart("a")
        try draft.addExecutor("a")
        graph = try draft.validated()
        definition = DefinitionLine(of: graph)
    }

    func summary(
        _ id: String, run: String, workflow: String, previous: String? = nil, superstep: Int = 0
    ) -> CheckpointSummary {
        CheckpointSummary(
            id: id, previousID: previous, runID: run, workflowName: workflow, signature: graph.signature.string,
            kind: (previous == nil ? CheckpointKind.entry : .superstep).rawValue, superstep: superstep,
            timestamp: "2026-01-01T00:00:00.000000+00:00")
    }

    /// With a message on its way to the executor; without one there is nothing left to do.
    func sample(_ summary: CheckpointSummary, payload: Text? = Text("1")) -> Sample {
        var snapshot = Snapshot(graph: graph)
        snapshot.superstep = summary.superstep
        if let payload { snapshot.messages = [Message(source: Message.outside, target: 0, payload: payload)] }
        let checkpoint = Checkpoint(summary: summary, snapshot: snapshot)
        return Sample(summary: summary, text: CheckpointDocument.text(of: checkpoint, graph: graph, definition: definition.text))
    }
}

/// The ids of a run's checkpoints: `<prefix>.<number>`, or `<prefix>.<number>.<writer>`. Numbers have eight digits, so that their order is that of
/// the bytes.
enum SampleID {
    static func text(_ prefix: String, _ number: Int, writer: String? = nil) -> String {
        let digits = String(number)
        return "\(prefix).\(String(repeating: "0", count: max(0, 8 - digits.utf8.count)))\(digits)" + (writer.map { ".\($0)" } ?? "")
    }

    /// Nil for what the suite never made: a storage may answer anything, and others count on from here.
    static func number(_ id: String) -> Int? {
        let parts = id.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 2, let number = Int(parts[1]), (0...1 << 40).contains(number) else { return nil }
        return number
    }
}
