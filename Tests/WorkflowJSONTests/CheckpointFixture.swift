import WorkflowJSON
import WorkflowModel
import WorkflowTestSupport

/// A checkpoint that has something in every member, and the graph that made it.
struct CheckpointFixture {
    let graph: Graph
    var checkpoint: Checkpoint

    static func rich() throws -> CheckpointFixture {
        let graph = try makeGraph("größe") {
            try $0.addFanOut("a", ["b", "c"])
            try $0.addFanIn(["b", "c"], "d")
            try $0.addFanIn(["c", "d"], "e \"x\"")
            try $0.addEdge("d", "a")
        }
        var snapshot = Snapshot(graph: graph)
        snapshot.superstep = 7
        snapshot.inputSuperstep = 2
        snapshot.messages = [
            Message(source: Message.outside, target: 0, payload: #"{"n": 1.50e0}"#),
            Message(source: 0, target: Message.everyone, payload: "[ 1,2 ]"),
            Message(source: 3, target: 0, payload: #""\u00e9""#),
            Message(source: Message.outside, target: 1, payload: "true", request: Request(id: "r 0", executor: 1, data: "[]", responseType: nil)),
        ]
        var buffer = FanInBuffer(sources: 2)
        buffer.waiting[0] = ["1", "\"two\""]
        snapshot.fanIns[FanIn(group: 1)] = buffer
        buffer.waiting = [[], ["null"]]
        snapshot.fanIns[FanIn(group: 2)] = buffer
        snapshot.requests = [
            Request(id: "r\"1\"", executor: 2, data: #"{"sure?": 1.0}"#, responseType: "boolean"),
            Request(id: "r2", executor: 0, data: "null", responseType: nil),
        ]
        snapshot.shared[Text("é")] = "true"
        snapshot.shared[Text("e\u{301}")] = #"{"deep":[[]]}"#
        snapshot.shared[Text("")] = "0"
        snapshot.executors[0].saved = "null"
        snapshot.executors[1].state["k"] = "\"v\""
        snapshot.executors[3].saved = #"{"count":3}"#
        snapshot.executors[3].state["z"] = "-0.0"
        snapshot.unknownMembers = [("future", #"{"a": [1, 2]}"#), ("x y", "null")]
        return CheckpointFixture(
            graph: graph, checkpoint: Checkpoint(summary: .sample(snapshot, .superstep, graph), snapshot: snapshot))
    }

    /// As short as a checkpoint can be.
    static func small() throws -> CheckpointFixture {
        let graph = try makeGraph("f") { try $0.addEdge("a", "b") }
        var snapshot = Snapshot(graph: graph)
        snapshot.messages = [Message(source: Message.outside, target: 0, payload: "0")]
        return CheckpointFixture(
            graph: graph, checkpoint: Checkpoint(summary: .sample(snapshot, .entry, graph), snapshot: snapshot))
    }

    var text: Text { CheckpointDocument.text(of: checkpoint, graph: graph) }

    func read(_ document: Text) throws(Failure) -> Checkpoint {
        try CheckpointDocument.checkpoint(from: document, graph: graph, as: "the document")
    }

    /// The document with one replacement, which must apply.
    func text(_ old: String, _ new: String) throws -> Text {
        let string = text.string
        guard let place = string.range(ofBytes: old) else { throw Failure(.internal, "the fixture has no \(old)") }
        return Text(string.replacingCharacters(at: place, with: new))
    }
}

extension Text {
    /// A document with one member a line, without those lines.
    var inOneLine: String { string.split(separator: "\n").map { String($0).replacing("\": ", "\":") }.joined() }
}

extension String {
    func range(ofBytes needle: String) -> Range<Int>? {
        let (hay, needle) = (Array(utf8), Array(needle.utf8))
        guard hay.count >= needle.count else { return nil }
        return (0...hay.count - needle.count).first { hay[$0..<$0 + needle.count] == needle[...] }.map {
            $0..<$0 + needle.count
        }
    }

    /// With the first occurrence of `old` replaced.
    func replacing(_ old: String, _ new: String) -> String {
        range(ofBytes: old).map { replacingCharacters(at: $0, with: new) } ?? self
    }

    func replacingCharacters(at range: Range<Int>, with new: String) -> String {
        var bytes = Array(utf8)
        bytes.replaceSubrange(range, with: new.utf8)
        return String(decoding: bytes, as: UTF8.self)
    }
}
