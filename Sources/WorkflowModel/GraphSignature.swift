/// What a checkpoint must find again in the graph that resumes it.
///
/// Language-neutral: ids, edges, kinds, and names and versions of conditions; no class names, no code, no limits. The
/// order of declaration does not count, except among the sources of a fan-in, where it decides what the list means.
enum GraphSignature {
    static func of(_ draft: GraphDraft) -> Text {
        var lines = draft.executors.map { "executor \(field($0))" }
        lines += draft.edges.map { line($0, draft.conditions) }
        lines.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var builder = TextBuilder(capacity: 256)
        builder.append("libworkflow graph 1\nstart \(field(draft.start ?? ""))\n")
        for line in lines {
            builder.append(line)
            builder.append(byte: UInt8(ascii: "\n"))
        }
        return Text(SHA256.hex(of: builder.finish()))
    }

    private static func line(_ edge: GraphDraft.Edge, _ conditions: [Condition]) -> String {
        switch edge {
        case .single(let source, let target, let condition):
            let version = conditions.first { $0.name == condition }?.version
            return "single \(field(source)) \(field(target)) \(field(condition ?? "")) \(field(version ?? ""))"
        case .fanOut(let source, let targets):
            let sorted = targets.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return "fan_out \(field(source)) \(sorted.map(field).joined(separator: " "))"
        case .fanIn(let sources, let target):
            return "fan_in \(sources.map(field).joined(separator: " ")) \(field(target))"
        }
    }

    /// Length first, so that no id can look like two.
    private static func field(_ text: String) -> String { "\(text.utf8.count):\(text)" }
}
