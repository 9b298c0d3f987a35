public import WorkflowModel

/// What differs between the graph that made a checkpoint and another one, and what of the checkpoint has no place there.
public struct CheckpointComparison {
    private let what: String
    private let summary: CheckpointSummary
    private let graph: Graph
    /// Why the checkpoint's own graph is not known.
    private let unknown: String?
    private var difference = GraphDifference()
    private let lost: LostParts

    /// Nothing is run. Throws for what is no checkpoint.
    public init(_ document: Text, to graph: Graph, as what: String) throws(Failure) {
        let reader = try CheckpointReader(document, what)
        self.init(reader, to: graph, try reader.summary())
        // The same graph: then what a resume would find wrong with it is told here too.
        if isCompatible { _ = try CheckpointDocument.checkpoint(from: document, graph: graph, as: what) }
    }

    init(_ reader: CheckpointReader, to graph: Graph, _ summary: CheckpointSummary) {
        what = reader.what
        self.summary = summary
        self.graph = graph
        let before = summary.signature == graph.signature.string ? .success(graph) : Self.graph(of: reader.members, summary)
        switch before {
        case .success(let before):
            unknown = nil
            difference = GraphDifference(from: before, to: graph)
            lost = LostParts(of: reader.members, in: graph, before: before)
        case .failure(let failure):
            unknown = failure.message
            lost = LostParts(of: reader.members, in: graph, before: nil)
            difference.executors.removed = lost.strangers
        }
    }

    static func graph(of members: [String: JSONValue], _ summary: CheckpointSummary) -> Result<Graph, Failure> {
        guard let definition = members["graph"] else {
            return .failure(
                Failure(
                    .none, "the checkpoint carries no graph, which is left out above \(CheckpointDocument.largestGraph) bytes; this is what "
                        + "the checkpoint itself names"))
        }
        do throws(Failure) {
            let graph = try Definition.parse(definition.raw).graph()
            guard graph.signature.string == summary.signature else {
                return .failure(Failure(.none, "the member 'graph' is not that of the signature; this is what the checkpoint itself names"))
            }
            return .success(graph)
        } catch {
            return .failure(
                Failure(.none, "the member 'graph' cannot be read (\(error.message)); this is what the checkpoint itself names"))
        }
    }

    /// Whether the checkpoint can be resumed as it is.
    public var isCompatible: Bool { summary.signature == graph.signature.string && lost.parts.isEmpty }

    /// For programs: see `docs/checkpoint.md`.
    public var report: Text {
        var json = JSONWriter(capacity: 512)
        json.document { json in
            json.name("compatible", onNewLine: true)
            json.raw(Text(isCompatible ? "true" : "false"))
            json.member("checkpoint_id", summary.id, onNewLine: true)
            write("workflow_name", summary.workflowName, graph.name, to: &json)
            write("graph_signature", summary.signature, graph.signature.string, to: &json)
            json.member("graph_unknown", unknown, onNewLine: true)
            if let start = difference.start {
                write("start", start.before, start.after, to: &json)
            } else {
                json.member("start", String?.none, onNewLine: true)
            }
            write("executors", difference.executors, to: &json)
            write("sub_workflows", difference.subWorkflows, to: &json)
            write("edges", difference.edges, areJSON: true, to: &json)
            write("conditions", difference.conditions, to: &json)
            write("selectors", difference.selectors, to: &json)
            json.name("lost", onNewLine: true)
            json.array { json in
                for part in lost.parts {
                    json.object { json in
                        json.member("path", part.path)
                        json.member("executor", part.executor)
                        json.member("why", part.why)
                    }
                }
            }
        }
        return json.finish()
    }

    private func write(_ name: String, _ before: String, _ after: String, to json: inout JSONWriter) {
        json.name(name, onNewLine: true)
        json.object { json in
            json.member("before", before)
            json.member("after", after)
        }
    }

    private func write(_ name: String, _ part: GraphDifference.Part, areJSON: Bool = false, to json: inout JSONWriter) {
        func list(_ name: String, _ items: [String], _ json: inout JSONWriter) {
            json.name(name)
            json.array { json in for item in items { if areJSON { json.raw(Text(item)) } else { json.string(item) } } }
        }
        json.name(name, onNewLine: true)
        json.object { json in
            list("added", part.added, &json)
            list("removed", part.removed, &json)
            json.name("changed")
            json.array { json in
                for (name, before, after) in part.changed {
                    json.object { json in
                        json.member("name", name)
                        json.member("before", before)
                        json.member("after", after)
                    }
                }
            }
        }
    }

    /// For people: why the checkpoint cannot be resumed, with the first differences.
    public var mismatch: Failure {
        var message =
            "\(what) was made by a different graph: its workflow '\(summary.workflowName.printable)' has the signature "
            + "\(summary.signature.prefix(12).description.printable), the workflow '\(graph.name)' has \(graph.signature.string.prefix(12)). "
        let differences = difference.sentences
        message += differences.isEmpty
            ? "Executors, edges, the start or a condition's name or version have changed" : Self.first(differences)
        if !lost.parts.isEmpty {
            message += ". No place is left for " + Self.first(lost.parts.map { "\($0.path) (\($0.why))" })
        }
        return Failure(.mismatch, message + ". wf_workflow_compare tells everything")
    }

    private static func first(_ items: [String]) -> String {
        let more = items.count > 3 ? "; and \(items.count - 3) more" : ""
        return items.prefix(3).joined(separator: "; ") + more
    }
}

extension ParsedDefinition {
    /// The graph without any code.
    func graph() throws(Failure) -> Graph {
        var draft = draft
        for id in executors where !subWorkflows.contains(where: { Name($0.id) == Name(id) }) { try draft.addExecutor(id) }
        for condition in conditions { try draft.addCondition(condition) }
        for selector in selectors { try draft.addSelector(selector) }
        for sub in subWorkflows { try draft.addSubWorkflow(sub.id, try sub.definition.graph(), sub.ties) }
        return try draft.validated()
    }
}
