import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowTestSupport

@Suite("Checkpoint document")
struct CheckpointDocumentTests {
    @Test("Writing, reading and writing again gives the same bytes")
    func roundTrip() throws {
        let rich = try CheckpointFixture.rich()
        let read = try rich.read(rich.text)
        #expect(CheckpointDocument.text(of: read, graph: rich.graph) == rich.text)
        #expect(read.summary == rich.checkpoint.summary)
        #expect(read.snapshot.messages == rich.checkpoint.snapshot.messages)
        #expect(read.snapshot.fanIns == rich.checkpoint.snapshot.fanIns)
        #expect(read.snapshot.shared == rich.checkpoint.snapshot.shared)
        #expect(read.snapshot.executors == rich.checkpoint.snapshot.executors)
        #expect(read.snapshot.requests == rich.checkpoint.snapshot.requests)
    }

    @Test("Its members stand in the order and with the names of the contract, one a line")
    func form() throws {
        let small = try CheckpointFixture.small()
        #expect(
            small.text.string == """
                {
                "format": "libworkflow.checkpoint",
                "version": 1,
                "checkpoint_id": "checkpoint-0",
                "previous_checkpoint_id": null,
                "run_id": "run-1",
                "workflow_name": "f",
                "graph_signature": "\(small.graph.signature)",
                "timestamp": "2026-11-21T05:19:00.123456+00:00",
                "kind": "entry",
                "superstep": 0,
                "input_superstep": 0,
                "messages": [{"source":null,"target":"a","data":0}],
                "fan_in_buffers": [],
                "state": {},
                "executor_states": {},
                "pending_request_info_events": {},
                "sub_workflows": {},
                "metadata": {},
                "graph": \(Definition.line(of: small.graph))
                }

                """)
    }

    @Test("The graph stands in it as one line that is its definition; a large one is left out")
    func graph() throws {
        let small = try CheckpointFixture.small()
        let line = Definition.line(of: small.graph)
        #expect(line.string == Definition.text(of: small.graph).inOneLine)
        #expect(!line.string.contains("\n"))
        let ids = (0..<2000).map { "executor \($0)" }
        let large = try makeGraph(start: ids[0]) { try $0.addChain(ids) }
        let snapshot = Snapshot(graph: large)
        let text = CheckpointDocument.text(of: Checkpoint(summary: .sample(snapshot, .entry, large), snapshot: snapshot), graph: large)
        #expect(JSONValue(trusting: text).members.map(\.name).last == "metadata")
        #expect(throws: Never.self) { try CheckpointDocument.checkpoint(from: text, graph: large, as: "it") }
    }

    @Test("A checkpoint without a graph is read too; one with something else in its place is damaged")
    func noGraph() throws {
        let small = try CheckpointFixture.small()
        let member = ",\n\"graph\": \(Definition.line(of: small.graph))"
        #expect(CheckpointDocument.text(of: try small.read(try small.text(member, "")), graph: small.graph) == small.text)
        for wrong in ["null", "[]", "\"\"", "1"] {
            let failure = failure { _ = try small.read(try small.text(member, ",\n\"graph\": \(wrong)")) }
            #expect(failure?.status == .checkpoint && failure?.message.contains("'graph'") == true)
        }
    }

    @Test("What is absent is not written, and what is null is")
    func absence() throws {
        let text = try CheckpointFixture.rich().text.string
        #expect(
            text.contains(
                #""executor_states": {"a":{"saved":null},"b":{"state":{"k":"v"}},"d":{"saved":{"count":3},"state":{"z":-0.0}}}"#
            ))
        #expect(
            text.contains(
                #"{"target":"d","sources":["b","c"],"buffered":[{"source":"b","data":1},{"source":"b","data":"two"}]}"#))
    }

    @Test("The head is read without a graph")
    func summary() throws {
        let rich = try CheckpointFixture.rich()
        #expect(try CheckpointDocument.summary(of: rich.text, as: "it") == rich.checkpoint.summary)
    }

    @Test("Members that this version does not know survive untouched")
    func unknownMembers() throws {
        let small = try CheckpointFixture.small()
        let text = try small.text("\n}\n", ",\n\"later\": [ 1.0, {\"a\":2}],\n\"\u{E9}\": 1,\n\"e\u{301}\": 2\n}\n")
        #expect(CheckpointDocument.text(of: try small.read(text), graph: small.graph) == text)
    }

    @Test("Metadata survives untouched")
    func metadata() throws {
        let small = try CheckpointFixture.small()
        let text = try small.text("\"metadata\": {}", "\"metadata\": {\"host\":\"python\"}")
        #expect(CheckpointDocument.text(of: try small.read(text), graph: small.graph) == text)
    }

    @Test("The checksum of a file is no part of the checkpoint that was in it")
    func checksum() throws {
        let small = try CheckpointFixture.small()
        let sealed = try small.text("\n}\n", ",\n\"checksum\": \"sha256:00\"\n}\n")
        #expect(CheckpointDocument.normalized(sealed) == small.text)
        #expect(CheckpointDocument.text(of: try small.read(sealed), graph: small.graph) == small.text)
    }

    @Test("Whitespace and the order of members do not count, and normalizing gives the written form")
    func normalized() throws {
        let small = try CheckpointFixture.small()
        let members = try JSONValue(checking: small.text, as: "it").members
        let compact = Text(
            "{" + members.reversed().map { "\"\($0.name)\" :\t\($0.value.raw)" }.joined(separator: " ,\r\n") + "}")
        #expect(CheckpointDocument.text(of: try small.read(compact), graph: small.graph) == small.text)
        #expect(CheckpointDocument.normalized(small.text) == small.text)
        #expect(CheckpointDocument.normalized("[1]") == "[1]")
    }

    @Test("A checkpoint of another graph is a mismatch that names both")
    func mismatch() throws {
        let rich = try CheckpointFixture.rich()
        let failure = failure { _ = try CheckpointFixture.small().read(rich.text) }
        #expect(failure?.status == .mismatch)
        #expect(failure?.message.contains("größe") == true)
        #expect(failure?.message.contains("'f'") == true)
    }

    @Test("A graph that declares the same in another order reads everything where it belongs")
    func otherOrder() throws {
        let rich = try CheckpointFixture.rich()
        let other = try makeGraph("größe") {
            for id in ["e \"x\"", "d", "c", "b"] { try $0.declare(id) }
            try $0.addEdge("d", "a")
            try $0.addFanIn(["c", "d"], "e \"x\"")
            try $0.addFanIn(["b", "c"], "d")
            try $0.addFanOut("a", ["c", "b"])
        }
        #expect(other.executors.map(\.string) != rich.graph.executors.map(\.string))
        let read = try CheckpointDocument.checkpoint(from: rich.text, graph: other, as: "the document").snapshot
        let (theirs, ours) = (rich.checkpoint.snapshot, rich.graph)
        for (index, id) in ours.executors.enumerated() {
            let place = try #require(other.index(ofExecutor: id.string))
            #expect(read.executors[place] == theirs.executors[index], "\(id)")
        }
        #expect(read.messages.map { other.executorID($0.source) } == theirs.messages.map { ours.executorID($0.source) })
        #expect(read.messages.map { other.executorID($0.target) } == theirs.messages.map { ours.executorID($0.target) })
        for (fanIn, buffer) in read.fanIns {
            guard case .fanIn(_, let target) = other.edges[fanIn.group] else { return #expect(Bool(false)) }
            let same = try #require(
                ours.edges.firstIndex { edge in
                    if case .fanIn(_, let old) = edge { ours.executorID(old) == other.executorID(target) } else { false }
                })
            #expect(theirs.fanIns[FanIn(group: same, lane: fanIn.lane)] == buffer)
        }
        #expect(read.fanIns.count == theirs.fanIns.count)
    }

    @Test("A newer version says so, and sub-workflows of a newer version are not dropped")
    func newer() throws {
        let small = try CheckpointFixture.small()
        let version = failure { _ = try small.read(try small.text("\"version\": 1", "\"version\": 2")) }
        #expect(version?.status == .checkpoint)
        #expect(version?.message.contains("version 2") == true)
        let inner = failure { _ = try small.read(try small.text("\"sub_workflows\": {}", "\"sub_workflows\": {\"x\":1}")) }
        #expect(inner?.status == .checkpoint)
        #expect(inner?.message.contains("sub_workflows") == true)
    }

    @Test("The deepest payload that may enter is readable wherever a checkpoint holds it")
    func deepestPayload() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
        }
        let deepest = try #require(
            (1...JSON.deepestText).reversed().first { depth in
                (try? Array(nested(depth).utf8).withUnsafeBytes { try JSON.checked($0, as: "the message") }) != nil
            })
        #expect(deepest == JSON.deepestText)
        var rich = try CheckpointFixture.rich()
        let payload = Text(nested(deepest))
        rich.checkpoint.snapshot.messages[0].payload = payload
        rich.checkpoint.snapshot.fanIns[FanIn(group: 1)]?.waiting[0][0] = payload
        rich.checkpoint.snapshot.shared["k"] = payload
        rich.checkpoint.snapshot.executors[1].state["k"] = payload
        rich.checkpoint.snapshot.executors[3].saved = payload
        #expect(throws: Never.self) { try rich.read(rich.text) }
    }
}
