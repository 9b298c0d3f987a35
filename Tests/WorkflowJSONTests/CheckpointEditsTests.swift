import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowTestSupport

@Suite("Edited checkpoint documents")
struct CheckpointEditsTests {
    @Test("State, messages and metadata are edited, and nothing else changes")
    func contents() throws {
        let rich = try CheckpointFixture.rich()
        let edited = try CheckpointDocument.edited(
            rich.text,
            by: #"{"state": {"": null, "new": [1.0]}, "executor_states": {"b": {"state": {"k": "w"}}}, "messages": [], "metadata": {"why": "x"}}"#)
        var expected = rich.checkpoint
        expected.snapshot.shared[""] = nil
        expected.snapshot.shared["new"] = "[1.0]"
        expected.snapshot.executors[1].state["k"] = #""w""#
        expected.snapshot.messages = []
        expected.snapshot.metadata = #"{"why":"x"}"#
        #expect(CheckpointDocument.text(of: try rich.read(edited), graph: rich.graph) == CheckpointDocument.text(of: expected, graph: rich.graph))
    }

    @Test("An edit of nothing gives the same checkpoint")
    func nothing() throws {
        let rich = try CheckpointFixture.rich()
        #expect(try CheckpointDocument.edited(rich.text, by: "{}") == rich.text)
    }

    @Test(
        "What the checkpoint is cannot be edited, nor removed",
        arguments: [
            "format", "version", "checkpoint_id", "previous_checkpoint_id", "run_id", "workflow_name", "graph_signature", "graph",
            "superstep", "input_superstep", "timestamp", "kind", "checksum",
        ])
    func identity(name: String) throws {
        let rich = try CheckpointFixture.rich()
        for value in ["null", "1", "\"x\"", "{}"] {
            let refused = failure { _ = try CheckpointDocument.edited(rich.text, by: Text("{\"state\": {}, \"\(name)\": \(value)}")) }
            #expect(refused?.status == .invalid)
            #expect(refused?.message.contains("'\(name)'") == true)
        }
    }

    @Test("Edits that are no object are refused", arguments: ["null", "[]", "1", "\"state\""])
    func form(edits: String) throws {
        let rich = try CheckpointFixture.rich()
        #expect(failure { _ = try CheckpointDocument.edited(rich.text, by: Text(edits)) }?.status == .invalid)
    }

    @Test("Messages cannot be put beside a partial superstep, where nobody would deliver them")
    func partial() throws {
        var small = try CheckpointFixture.small()
        small.checkpoint.snapshot.messages = []
        small.checkpoint.snapshot.partial = Partial(work: [Partial.Work(executor: 0, deliveries: [Delivery(payload: "1", sources: [Message.outside])])])
        for kind in [CheckpointKind.partial, .fork] {
            small.checkpoint.summary.kind = kind.rawValue
            #expect(throws: Never.self) { try small.read(small.text) }
            let edited = try CheckpointDocument.edited(small.text, by: #"{"messages": [{"source": null, "target": "a", "data": 1}]}"#)
            #expect(failure { _ = try small.read(edited) }?.message.contains("'messages'") == true)
        }
        small.checkpoint.summary.kind = "entry"
        #expect(failure { _ = try small.read(small.text) }?.message.contains("'partial'") == true)
    }

    @Test("A migrated document gets the graph and its signature, and stays the same checkpoint")
    func migrated() throws {
        let rich = try CheckpointFixture.rich()
        let other = try makeGraph { try $0.addEdge("a", "b") }
        let document = try CheckpointDocument.migrated(rich.text, from: rich.text, to: other)
        #expect(try CheckpointDocument.summary(of: document, as: "it").signature == other.signature.string)
        #expect(JSONValue(trusting: document).members.last?.value.raw == Definition.line(of: other))
        let spelled = try rich.text(#""checkpoint-7""#, #""\u0063heckpoint-7""#)
        #expect(throws: Never.self) { try CheckpointDocument.migrated(spelled, from: rich.text, to: other) }
        for (name, old, new) in [
            ("checkpoint_id", #""checkpoint-7""#, #""x""#), ("previous_checkpoint_id", #""checkpoint-6""#, "null"),
            ("run_id", #""run-1""#, #""run-2""#), ("superstep", "\"superstep\": 7", "\"superstep\": 8"),
            ("kind", "\"kind\": \"superstep\",\n", ""),
        ] {
            let refused = failure { _ = try CheckpointDocument.migrated(try rich.text(old, new), from: rich.text, to: other) }
            #expect(refused?.status == .invalid)
            #expect(refused?.message.contains("'\(name)'") == true)
        }
        for wrong in ["null", "[]", "1"] { #expect(failure { _ = try CheckpointDocument.migrated(Text(wrong), from: rich.text, to: other) }?.status == .invalid) }
    }
}
