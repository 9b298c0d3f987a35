/// What a checkpoint must find again in the graph that resumes it.
///
/// Language-neutral: ids, edges, kinds, and names and versions of conditions; no class names, no code, no limits. The
/// order of declaration does not count, except among the sources of a fan-in and the cases of a switch, where it decides
/// what they mean.
enum GraphSignature {
    static func of(_ draft: GraphDraft) -> Text {
        var lines: [Text] = []
        lines.reserveCapacity(draft.executors.count + draft.edges.count + draft.subWorkflows.count)
        for executor in draft.executors { lines.append(line("executor", [executor])) }
        for edge in draft.edges { lines.append(line(edge, draft)) }
        for sub in draft.subWorkflows {
            var line = start("sub_workflow", [sub.id])
            line.append(" ")
            line.append(sub.graph.signature)
            line.append(sub.ties.sharesState ? " shared" : " isolated")
            lines.append(line.finish())
        }
        lines.sort()
        var builder = TextBuilder(capacity: 256)
        builder.append("libworkflow graph 1\n")
        builder.append(line("start", [draft.start ?? ""]))
        for line in lines {
            builder.append(byte: UInt8(ascii: "\n"))
            builder.append(line)
        }
        builder.append(byte: UInt8(ascii: "\n"))
        return Text(SHA256.hex(of: builder.finish()))
    }

    private static func line(_ edge: GraphDraft.Edge, _ draft: GraphDraft) -> Text {
        func version(_ condition: String?) -> String {
            guard let name = condition.map(Name.init) else { return "" }
            return draft.conditions.first { Name($0.name) == name }?.version ?? ""
        }
        switch edge {
        case .single(let source, let target, let condition):
            return line("single", [source, target, condition ?? "", version(condition)])
        case .fanOut(let source, let targets):
            return line("fan_out", [source] + sorted(targets))
        case .selection(let source, let targets, let selector):
            let version = draft.selectors.first { Name($0.name) == Name(selector) }?.version ?? ""
            return line("selection", [source, selector, version] + sorted(targets))
        case .switchCase(let source, let cases, let fallback):
            return line("switch_case", [source] + cases.flatMap { [$0.condition, version($0.condition), $0.target] } + [fallback])
        case .fanIn(let sources, let target):
            return line("fan_in", sources + [target])
        }
    }

    private static func sorted(_ targets: [String]) -> [String] {
        targets.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func line(_ kind: StaticString, _ fields: [String]) -> Text { start(kind, fields).finish() }

    /// The length of each field stands before it, so that no id can look like two.
    private static func start(_ kind: StaticString, _ fields: [String]) -> TextBuilder {
        var line = TextBuilder(capacity: 64)
        line.append(UnsafeRawBufferPointer(start: kind.utf8Start, count: kind.utf8CodeUnitCount))
        for field in fields {
            line.append(byte: UInt8(ascii: " "))
            line.append(field.utf8.count)
            line.append(byte: UInt8(ascii: ":"))
            line.append(field)
        }
        return line
    }
}
