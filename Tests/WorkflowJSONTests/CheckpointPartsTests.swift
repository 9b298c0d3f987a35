import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowTestSupport

@Suite("The checkpoint document in parts")
struct CheckpointPartsTests {
    private func check(_ checkpoint: Checkpoint, _ graph: Graph) {
        let (frame, parts) = (CheckpointDocument.frame(of: checkpoint.snapshot, graph: graph), checkpoint.snapshot.parts(in: graph))
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

    @Test("Many requests are written in groups, of which an answer changes one", arguments: 1...8)
    func groups(seed: Int) throws {
        let graph = try makeGraph("f") { try $0.addEdge("a", "b") }
        var (snapshot, groups) = (Snapshot(graph: graph), RequestGroups())
        var (random, number) = (SeededRandom(seed: UInt64(seed)), 0)
        func chance(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }
        func ask(_ count: Int) {
            for _ in 0..<count {
                number += 1
                let data = Text("\"" + String(repeating: "?", count: chance(50) == 0 ? 9000 : chance(99)) + "\"")
                snapshot.requests.append(Request(id: Text("q\(number)"), executor: number % 2, data: data, responseType: number % 3 == 0 ? "integer" : nil))
            }
        }
        var pieces: [Text] = []
        ask(500)
        for step in 0..<300 {
            switch chance(20) {
            case 0: ask(chance(100))
            case 1: snapshot.requests.removeAll { _ in chance(4) == 0 }
            case 2: snapshot.requests.shuffle(using: &random)
            case 3: groups = RequestGroups()
            default: if !snapshot.requests.isEmpty { snapshot.requests.remove(at: chance(snapshot.requests.count)) }
            }
            let cut = CheckpointDocument.frame(of: snapshot, graph: graph, shortestPiece: 1, &groups)
            #expect(cut.whole == CheckpointDocument.frame(of: snapshot, graph: graph), "step \(step)")
            #expect(cut.count == cut.whole.count)
            pieces = cut.pieces.filter(\.stays).map(\.text)
            if snapshot.requests.count >= 64 { #expect(!pieces.isEmpty && pieces.count <= snapshot.requests.count) }
            let again = CheckpointDocument.frame(of: snapshot, graph: graph, shortestPiece: 1, &groups).pieces.map(\.text)
            let same = zip(pieces, again).filter { $0.isIdentical(to: $1) }.count
            #expect(pieces.count < 8 || same > pieces.count / 2)
        }
        let summary = CheckpointSummary(
            id: "c", previousID: nil, runID: "r", workflowName: "f", signature: graph.signature.string, kind: "superstep", superstep: 0, timestamp: "t")
        ask(200)
        check(Checkpoint(summary: summary, snapshot: snapshot), graph)
    }

    @Test("A frame has nothing that is empty")
    func frame() throws {
        let graph = try makeGraph("f") { try $0.addEdge("a", "b") }
        #expect(CheckpointDocument.frame(of: Snapshot(graph: graph), graph: graph) == "{}")
    }
}

extension CutText {
    fileprivate var whole: Text {
        var (bytes, place) = ("", 0)
        for piece in pieces {
            bytes += rest.slice(place..<piece.place).string + piece.text.string
            place = piece.place
        }
        return Text(bytes + rest.slice(place..<rest.count).string)
    }
}
