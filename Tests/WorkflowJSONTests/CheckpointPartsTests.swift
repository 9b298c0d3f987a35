import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowTestSupport

@Suite("The checkpoint document in parts")
struct CheckpointPartsTests {
    private func check(_ checkpoint: Checkpoint, _ graph: Graph) {
        let (frame, parts) = (CheckpointDocument.frame(of: checkpoint.snapshot, graph: graph).rest, checkpoint.snapshot.parts(in: graph))
        let again = CheckpointDocument.text(checkpoint.summary, frame: frame, parts: parts, definition: Definition.line(of: graph))
        #expect(again == CheckpointDocument.text(of: checkpoint, graph: graph))
    }

    @Test("Put together again it is the document, byte for byte")
    func together() throws {
        for fixture in [try CheckpointFixture.rich(), try CheckpointFixture.small()] { check(fixture.checkpoint, fixture.graph) }
    }

    @Test("Shared states of sub-workflows, lanes, partial work and notes too")
    func rare() throws {
        var fixture = try CheckpointFixture.rich()
        fixture.checkpoint.snapshot.scopes = [2: StateMap(), 3: StateMap()]
        fixture.checkpoint.snapshot.scopes[3]?["k"] = "[1]"
        fixture.checkpoint.snapshot.scopes[3]?[""] = "2"
        fixture.checkpoint.snapshot.scopes[1, default: StateMap()]["x"] = "3"
        fixture.checkpoint.snapshot.lanes = 4
        fixture.checkpoint.snapshot.metadata = #"{"a": 1}"#
        fixture.checkpoint.snapshot.partial = Partial(work: [Partial.Work(executor: 1, handled: 2)])
        fixture.checkpoint.snapshot.messages = []
        check(fixture.checkpoint, fixture.graph)
    }

    @Test("A frame has nothing that is empty")
    func frame() throws {
        let graph = try makeGraph("f") { try $0.addEdge("a", "b") }
        #expect(CheckpointDocument.frame(of: Snapshot(graph: graph), graph: graph).rest == "{}")
    }
}
