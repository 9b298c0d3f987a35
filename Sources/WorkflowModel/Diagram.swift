/// Pictures of a graph as text: Mermaid for documents, DOT for Graphviz.
///
/// Nodes are numbered, and ids appear only in labels, where any character can be written: no id can break a picture.
public enum Diagram: String, Sendable, CaseIterable {
    case mermaid
    case dot

    public func text(of graph: Graph) -> Text {
        var lines = [opening(graph)] + nodes(in: Graph.outermost, members(graph), graph, "    ")
        for (group, edge) in graph.edges.enumerated() { lines += arrows(edge, group, graph) }
        for (node, sub) in graph.subWorkflows.sorted(by: { $0.key < $1.key }) {
            lines.append(arrow("n\(node)", "n\(sub.entry)", nil))
        }
        if self == .dot { lines.append("}") }
        return Text(lines.joined(separator: "\n") + "\n")
    }

    /// By the node of a sub-workflow: the executors and the fan-ins directly inside.
    private func members(_ graph: Graph) -> [Int: (executors: [Int], fanIns: [Int])] {
        var members: [Int: (executors: [Int], fanIns: [Int])] = [:]
        for executor in graph.executors.indices { members[graph.node(around: executor), default: ([], [])].executors.append(executor) }
        for (group, edge) in graph.edges.enumerated() {
            if case .fanIn(_, let target) = edge { members[graph.node(around: target), default: ([], [])].fanIns.append(group) }
        }
        return members
    }

    /// The nodes, with a box for what is inside a sub-workflow.
    private func nodes(
        in box: Int, _ members: [Int: (executors: [Int], fanIns: [Int])], _ graph: Graph, _ indent: String
    ) -> [String] {
        var lines: [String] = []
        let (executors, fanIns) = members[box] ?? ([], [])
        for executor in executors {
            let isStart = executor == (graph.subWorkflows[box]?.entry ?? graph.start)
            let label = graph.executorID(executor) + (isStart ? " (start)" : "")
            lines.append(indent + node("n\(executor)", label, isFanIn: false))
            guard graph.subWorkflows[executor] != nil else { continue }
            lines.append(indent + openBox(executor, graph.executorID(executor)))
            lines += nodes(in: executor, members, graph, indent + "    ")
            lines.append(indent + (self == .mermaid ? "end" : "}"))
        }
        return lines + fanIns.map { indent + node("f\($0)", "fan-in", isFanIn: true) }
    }

    private func openBox(_ number: Int, _ label: String) -> String {
        switch self {
        case .mermaid: "subgraph b\(number)[\(quoted(label))]"
        case .dot: "subgraph cluster_\(number) { label=\(quoted(label));"
        }
    }

    private func arrows(_ edge: EdgeGroup, _ group: Int, _ graph: Graph) -> [String] {
        switch edge {
        case .single(let source, let target, let condition):
            [arrow("n\(source)", "n\(target)", condition.map { graph.conditions[$0].name })]
        case .fanOut(let source, let targets): targets.map { arrow("n\(source)", "n\($0)", nil) }
        case .selection(let source, let targets, let selector):
            targets.map { arrow("n\(source)", "n\($0)", graph.selectors[selector].name) }
        case .switchCase(let source, let cases, let fallback):
            cases.map { arrow("n\(source)", "n\($0.target)", graph.conditions[$0.condition].name) }
                + [arrow("n\(source)", "n\(fallback)", "default")]
        case .fanIn(let sources, let target):
            sources.map { arrow("n\($0)", "f\(group)", nil) } + [arrow("f\(group)", "n\(target)", nil)]
        }
    }

    private func opening(_ graph: Graph) -> String {
        switch self {
        case .mermaid: "flowchart TD"
        case .dot: "digraph \(quoted(graph.name)) {"
        }
    }

    private func node(_ name: String, _ label: String, isFanIn: Bool) -> String {
        switch (self, isFanIn) {
        case (.mermaid, false): "\(name)[\(quoted(label))]"
        case (.mermaid, true): "\(name)((\(quoted(label))))"
        case (.dot, false): "\(name) [label=\(quoted(label)), shape=box];"
        case (.dot, true): "\(name) [label=\(quoted(label)), shape=ellipse];"
        }
    }

    /// Dashed with a label if somebody decides, else plain.
    private func arrow(_ source: String, _ target: String, _ label: String?) -> String {
        switch (self, label) {
        case (.mermaid, nil): "    \(source) --> \(target)"
        case (.mermaid, let label?): "    \(source) -. \(quoted(label)) .-> \(target)"
        case (.dot, nil): "    \(source) -> \(target);"
        case (.dot, let label?): "    \(source) -> \(target) [label=\(quoted(label)), style=dashed];"
        }
    }

    private func quoted(_ text: String) -> String {
        var result = "\""
        for character in text.unicodeScalars {
            switch (self, character) {
            // Mermaid writes characters as #number; and takes what looks like mark-up for mark-up.
            case (.mermaid, "\""), (.mermaid, "#"), (.mermaid, "<"), (.mermaid, ">"), (.mermaid, "&"), (.mermaid, "`"), (.mermaid, "\\"):
                result += "#\(character.value);"
            case (.dot, "\""), (.dot, "\\"): result += "\\" + String(character)
            default: result.unicodeScalars.append(character)
            }
        }
        return result + "\""
    }
}
