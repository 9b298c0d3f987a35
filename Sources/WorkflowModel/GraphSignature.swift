/// What a checkpoint must find again in the graph that resumes it.
///
/// Language-neutral: ids, edges, kinds, and names and versions of conditions; no class names, no code, no limits. The
/// order of declaration does not count, except among the sources of a fan-in and the cases of a switch, where it decides
/// what they mean.
enum GraphSignature {
    static func of(_ draft: GraphDraft) -> Text {
        var lines = draft.executors.map { "executor \(field($0))" }
        lines += draft.edges.map { line($0, draft) }
        lines += draft.subWorkflows.map { sub in
            "sub_workflow \(field(sub.id)) \(sub.graph.signature) \(sub.ties.sharesState ? "shared" : "isolated")"
        }
        lines.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var builder = TextBuilder(capacity: 256)
        builder.append("libworkflow graph 1\nstart \(field(draft.start ?? ""))\n")
        for line in lines {
            builder.append(line)
            builder.append(byte: UInt8(ascii: "\n"))
        }
        return Text(SHA256.hex(of: builder.finish()))
    }

    private static func line(_ edge: GraphDraft.Edge, _ draft: GraphDraft) -> String {
        func version(_ condition: String?) -> String { draft.conditions.first { Name($0.name) == condition.map(Name.init) }?.version ?? "" }
        switch edge {
        case .single(let source, let target, let condition):
            return "single \(field(source)) \(field(target)) \(field(condition ?? "")) \(field(version(condition)))"
        case .fanOut(let source, let targets):
            return "fan_out \(field(source)) \(sorted(targets))"
        case .selection(let source, let targets, let selector):
            let version = draft.selectors.first { Name($0.name) == Name(selector) }?.version ?? ""
            return "selection \(field(source)) \(field(selector)) \(field(version)) \(sorted(targets))"
        case .switchCase(let source, let cases, let fallback):
            let cases = cases.map { "\(field($0.condition)) \(field(version($0.condition))) \(field($0.target))" }
            return "switch_case \(field(source)) \(cases.joined(separator: " ")) \(field(fallback))"
        case .fanIn(let sources, let target):
            return "fan_in \(sources.map(field).joined(separator: " ")) \(field(target))"
        }
    }

    private static func sorted(_ targets: [String]) -> String {
        targets.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map(field).joined(separator: " ")
    }

    /// Length first, so that no id can look like two.
    private static func field(_ text: String) -> String { "\(text.utf8.count):\(text)" }
}
