import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowTestSupport

@Suite("Comparing a checkpoint with a graph")
struct CheckpointComparisonTests {
    private func report(_ document: Text, _ graph: Graph) throws -> JSONValue {
        JSONValue(trusting: try CheckpointComparison(document, to: graph, as: "the document").report)
    }

    private func raw(_ report: JSONValue, _ name: String) -> String {
        report.members.first { $0.name == name }?.value.raw.string ?? "absent"
    }

    private static let same = #"{"added":[],"removed":[],"changed":[]}"#

    /// The rich fixture's graph, with changes.
    private func graph(_ describe: (inout GraphDraft) throws -> Void) throws -> Graph { try makeGraph("größe", describe) }

    @Test("The same graph: compatible, and no differences")
    func equal() throws {
        let rich = try CheckpointFixture.rich()
        let report = try report(rich.text, rich.graph)
        #expect(raw(report, "compatible") == "true" && raw(report, "lost") == "[]" && raw(report, "graph_unknown") == "null")
        for name in ["executors", "sub_workflows", "edges", "conditions", "selectors"] { #expect(raw(report, name) == Self.same) }
        #expect(raw(report, "start") == "null")
    }

    @Test("Executors and edges that came and went, and what is lost with them")
    func different() throws {
        let rich = try CheckpointFixture.rich()
        let other = try graph {
            try $0.addFanOut("a", ["b", "c"])
            try $0.addFanIn(["c", "b"], "d")
            try $0.addEdge("d", "f")
        }
        let report = try report(rich.text, other)
        #expect(raw(report, "compatible") == "false")
        #expect(raw(report, "executors") == #"{"added":["f"],"removed":["e \"x\""],"changed":[]}"#)
        #expect(
            raw(report, "edges")
                == #"{"added":[{"kind":"fan_in","sources":["c","b"],"target":"d"},{"kind":"single","source":"d","target":"f"}],"#
                + #""removed":[{"kind":"fan_in","sources":["b","c"],"target":"d"},{"kind":"fan_in","sources":["c","d"],"target":"e \"x\""},"#
                + #"{"kind":"single","source":"d","target":"a"}],"changed":[]}"#)
        #expect(
            raw(report, "lost")
                == #"[{"path":"messages[2]","executor":"d","why":"no edge from 'd' leads to 'a' any more"},"#
                + #"{"path":"fan_in_buffers[0]","executor":"d","why":"the workflow has no fan-in from 'b', 'c', in this order, to 'd'"},"#
                + #"{"path":"fan_in_buffers[1]","executor":"e \"x\"","why":"the workflow has no executor 'e \"x\"'"}]"#)
    }

    @Test("Everything that names an executor which is gone is lost")
    func gone() throws {
        let rich = try CheckpointFixture.rich()
        let report = try report(rich.text, try makeGraph(start: "z"))
        let paths = JSONValue(trusting: Text(raw(report, "lost"))).elements.compactMap { $0.members.first?.value.string }
        #expect(
            paths == [
                "messages[0]", "messages[1]", "messages[2]", "messages[3]", "fan_in_buffers[0]", "fan_in_buffers[1]", "executor_states.a",
                "executor_states.b", "executor_states.d", "pending_request_info_events.r\"1\"", "pending_request_info_events.r2",
            ])
        #expect(raw(report, "start") == #"{"before":"a","after":"z"}"#)
        #expect(raw(report, "workflow_name") == #"{"before":"größe","after":"flow"}"#)
    }

    @Test("A message that led nowhere before is not lost; one whose only edge went is")
    func deadEnds() throws {
        let old = try makeGraph { try $0.addChain(["a", "b", "c"]) }
        var snapshot = Snapshot(graph: old)
        snapshot.messages = [Message(source: 2, target: Message.everyone, payload: "1"), Message(source: 1, target: Message.everyone, payload: "1")]
        let text = CheckpointDocument.text(of: Checkpoint(summary: .sample(snapshot, .superstep, old), snapshot: snapshot), graph: old)
        let new = try makeGraph { try $0.addFanOut("a", ["b", "c"]) }
        #expect(raw(try report(text, new), "lost") == #"[{"path":"messages[1]","executor":"b","why":"no edge leaves 'b' any more"}]"#)
    }

    private func conditional(_ version: String?) throws -> Graph {
        try makeGraph {
            try $0.addCondition(Condition(name: "big", version: version))
            try $0.addEdge("a", "b", condition: "big")
        }
    }

    private func entry(_ graph: Graph) -> Text {
        let snapshot = Snapshot(graph: graph)
        return CheckpointDocument.text(of: Checkpoint(summary: .sample(snapshot, .entry, graph), snapshot: snapshot), graph: graph)
    }

    @Test("A condition that changed its version, and the order of a fan-out, which means nothing")
    func conditions() throws {
        let report = try report(entry(try conditional(nil)), try conditional("2"))
        #expect(raw(report, "compatible") == "false" && raw(report, "edges") == Self.same)
        #expect(raw(report, "conditions") == #"{"added":[],"removed":[],"changed":[{"name":"big","before":null,"after":"2"}]}"#)
        let one = try makeGraph { try $0.addFanOut("a", ["b", "c"]) }
        let other = try makeGraph { try $0.addFanOut("a", ["c", "b"]) }
        #expect(raw(try self.report(entry(one), other), "compatible") == "true")
        #expect(raw(try self.report(entry(one), other), "edges") == Self.same)
    }

    private func nested(_ start: String, shared: Bool = false) throws -> Graph {
        let inner = try makeGraph("inner", start: start) { try $0.addChain(start == "x" ? ["x", "y", "x"] : ["y", "x", "y"]) }
        var draft = try GraphDraft(name: "outer")
        try draft.setStart("a")
        try draft.addExecutor("a")
        try draft.addEdge("a", "sub")
        var ties = SubWorkflow.Ties()
        ties.sharesState = shared
        try draft.addSubWorkflow("sub", inner, ties)
        return try draft.validated()
    }

    @Test("Inside sub-workflows: paths, where they start, whose state they see")
    func subWorkflows() throws {
        let old = try nested("x")
        var snapshot = Snapshot(graph: old)
        snapshot.scopes[1] = StateMap()
        snapshot.scopes[1]?["k"] = "1"
        let text = CheckpointDocument.text(of: Checkpoint(summary: .sample(snapshot, .superstep, old), snapshot: snapshot), graph: old)
        let moved = try report(text, try nested("y"))
        #expect(raw(moved, "compatible") == "false" && raw(moved, "executors") == Self.same && raw(moved, "lost") == "[]")
        #expect(raw(moved, "sub_workflows").contains("start 'sub/x'") && raw(moved, "sub_workflows").contains("start 'sub/y'"))
        let shared = try report(text, try nested("x", shared: true))
        #expect(raw(shared, "sub_workflows").contains("shared state"))
        #expect(raw(shared, "lost").contains("sub_workflows.sub"))
        let flat = try report(text, try makeGraph { try $0.addEdge("a", "sub") })
        #expect(raw(flat, "executors") == #"{"added":[],"removed":["sub/x","sub/y"],"changed":[]}"#)
    }

    @Test("A partial superstep: work, mail and what is staged")
    func partial() throws {
        let old = try makeGraph { try $0.addChain(["a", "b", "c"]) }
        func lost(_ work: Partial.Work) throws -> String {
            var snapshot = Snapshot(graph: old)
            snapshot.partial = Partial(work: [work])
            let text = CheckpointDocument.text(of: Checkpoint(summary: .sample(snapshot, .partial, old), snapshot: snapshot), graph: old)
            return raw(try report(text, try makeGraph { try $0.addEdge("a", "b") }), "lost")
        }
        #expect(try lost(Partial.Work(executor: 0)) == "[]")
        #expect(try lost(Partial.Work(executor: 2)).contains("'c'"))
        #expect(try lost(Partial.Work(executor: 0, deliveries: [Delivery(payload: "1", sources: [2])])).contains("partial[0]"))
        var staged = Staged()
        staged.messages = [Message(source: 1, target: 2, payload: "1")]
        #expect(try lost(Partial.Work(executor: 1, staged: staged)).contains("partial[0]"))
        staged = Staged()
        staged.requests = [Request(id: "r", executor: 2, data: "1", responseType: nil)]
        #expect(try lost(Partial.Work(executor: 1, staged: staged)).contains("partial[0]"))
    }

    @Test("Without the graph, or with one that cannot be right, it says so and goes by what is named")
    func unknown() throws {
        let rich = try CheckpointFixture.rich()
        let member = ",\n\"graph\": \(Definition.line(of: rich.graph))"
        let other = try graph { try $0.addEdge("a", "b") }
        let wrong = Definition.line(of: try makeGraph())
        for (text, why) in [("", "carries no graph"), (",\n\"graph\": {}", "cannot be read"), (",\n\"graph\": \(wrong)", "not that of the signature")] {
            let report = try report(try rich.text(member, text), other)
            #expect(raw(report, "compatible") == "false")
            #expect(raw(report, "graph_unknown").contains(why))
            #expect(raw(report, "executors") == #"{"added":[],"removed":["d","e \"x\"","c"],"changed":[]}"#)
            #expect(raw(report, "edges") == Self.same)
        }
    }

    @Test("A checkpoint of the same graph that is damaged is an error; one that another tie spoils is told")
    func damaged() throws {
        let rich = try CheckpointFixture.rich()
        #expect(failure { _ = try report(try rich.text(#""k":"v""#, #""k":"v"},"later":{"#), rich.graph) }?.status == .checkpoint)
        #expect(failure { _ = try report("{}", rich.graph) }?.status == .checkpoint)
        let stranger = try report(try rich.text(#""a":{"saved":null}"#, #""z":{"saved":null}"#), rich.graph)
        #expect(raw(stranger, "compatible") == "false" && raw(stranger, "lost").contains("executor_states.z"))
    }

    @Test("The error of a resume has the first differences, and how many more there are")
    func mismatch() throws {
        let rich = try CheckpointFixture.rich()
        let failure = failure { _ = try CheckpointDocument.checkpoint(from: rich.text, graph: try makeGraph(start: "z"), as: "the document") }
        #expect(failure?.status == .mismatch)
        for words in ["different graph", "the start was 'a' and is 'z'", "'a' is gone", "more", "messages[0] (the workflow has no executor 'a')", "wf_workflow_compare"] {
            #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "")")
        }
    }
}
