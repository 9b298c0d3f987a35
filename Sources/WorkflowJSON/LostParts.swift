import WorkflowModel

/// What of a checkpoint has no place in a graph. Looks only at names: what is damaged is for the reader to say.
struct LostParts {
    struct Part {
        let path: String
        let executor: String?
        let why: String
    }

    private(set) var parts: [Part] = []
    private let graph: Graph
    /// The graph that made the checkpoint, if it is known.
    private let before: Graph?

    init(of members: [String: JSONValue], in graph: Graph, before: Graph?) {
        self.graph = graph
        self.before = before
        for (index, message) in (members["messages"]?.elements ?? []).enumerated() {
            lose("messages[\(index)]", whyLost(message: message))
        }
        for (index, buffer) in (members["fan_in_buffers"]?.elements ?? []).enumerated() {
            lose("fan_in_buffers[\(index)]", whyLost(fanIn: buffer))
        }
        for (id, _) in members["executor_states"]?.members ?? [] { lose("executor_states.\(id.printable)", missing(id)) }
        for (id, request) in members["pending_request_info_events"]?.members ?? [] {
            lose("pending_request_info_events.\(id.printable)", whyLost(request: request))
        }
        for (id, _) in members["sub_workflows"]?.members ?? [] {
            lose("sub_workflows.\(id.printable)", missing(id) ?? whyLost(stateOf: id))
        }
        for (index, work) in (members["partial"]?.elements ?? []).enumerated() {
            lose("partial[\(index)]", whyLost(work: work))
        }
    }

    /// The executors that are named and are not there.
    var strangers: [String] {
        var found: [String] = []
        for case let id? in parts.map(\.executor) where graph.index(ofExecutor: id) == nil && !found.contains(where: { Name($0) == Name(id) }) {
            found.append(id)
        }
        return found
    }

    private typealias Loss = (executor: String?, why: String)

    private mutating func lose(_ path: String, _ loss: Loss?) {
        if let loss { parts.append(Part(path: path, executor: loss.executor, why: loss.why)) }
    }

    private func missing(_ id: String?) -> Loss? {
        guard let id, graph.index(ofExecutor: id) == nil else { return nil }
        return (id, "the workflow has no executor '\(id.printable)'")
    }

    private func whyLost(message: JSONValue) -> Loss? {
        let (source, target, request) = (message["source"]?.string, message["target"]?.string, message["request"])
        if let loss = missing(target) ?? missing(source) { return loss }
        if let request { return whyLost(request: request) }
        guard let source, !leads(graph, source, target) else { return nil }
        // What led nowhere before is not lost now.
        if let before, !leads(before, source, target) { return nil }
        let way = target.map { "from '\(source.printable)' leads to '\($0.printable)'" } ?? "leaves '\(source.printable)'"
        return (source, "no edge \(way) any more")
    }

    private func leads(_ graph: Graph, _ source: String, _ target: String?) -> Bool {
        guard let source = graph.index(ofExecutor: source), graph.routes.indices.contains(source) else { return false }
        guard let target else { return !graph.routes[source].isEmpty }
        guard let target = graph.index(ofExecutor: target) else { return false }
        return graph.routes[source].contains { graph.edges[$0].targets.contains(target) }
    }

    private func whyLost(fanIn: JSONValue) -> Loss? {
        let sources = fanIn["sources"]?.elements.compactMap(\.string) ?? []
        let target = fanIn["target"]?.string
        for id in [target] + sources { if let loss = missing(id) { return loss } }
        guard let target, let index = graph.index(ofExecutor: target) else { return nil }
        let edge = EdgeGroup.fanIn(sources: sources.compactMap(graph.index), target: index)
        guard !graph.edges.contains(edge) else { return nil }
        let list = sources.map { "'\($0.printable)'" }.joined(separator: ", ")
        return (target, "the workflow has no fan-in from \(list), in this order, to '\(target.printable)'")
    }

    private func whyLost(request: JSONValue) -> Loss? {
        guard let id = request["source_executor_id"]?.string else { return nil }
        guard let executor = graph.index(ofExecutor: id) else { return missing(id) }
        guard graph.subWorkflows[executor] == nil else { return (id, "'\(id.printable)' is a sub-workflow now, and has no code that asks") }
        guard let node = request["intercepted_at"]?.string else { return nil }
        if let loss = missing(node) { return loss }
        guard graph.interceptor(of: executor) != graph.index(ofExecutor: node) else { return nil }
        return (id, "the requests of '\(id.printable)' are not intercepted at '\(node.printable)' any more")
    }

    private func whyLost(stateOf id: String) -> Loss? {
        if let node = graph.index(ofExecutor: id), let sub = graph.subWorkflows[node], !sub.ties.sharesState { return nil }
        return (id, "'\(id.printable)' is no sub-workflow with a state of its own")
    }

    private func whyLost(work: JSONValue) -> Loss? {
        guard let id = work["executor"]?.string else { return nil }
        guard let executor = graph.index(ofExecutor: id) else { return missing(id) }
        guard graph.subWorkflows[executor] == nil else { return (id, "'\(id.printable)' is a sub-workflow now, and has no code") }
        for delivery in work["deliveries"]?.elements ?? [] {
            for source in delivery["sources"]?.elements ?? [] { if let loss = missing(source.string) { return loss } }
            if let request = delivery["request"], let loss = whyLost(request: request) { return loss }
        }
        let staged = work["staged"]
        for message in staged?["messages"]?.elements ?? [] { if let loss = whyLost(message: message) { return loss } }
        for request in staged?["requests"]?.elements ?? [] { if let loss = whyLost(request: request) { return loss } }
        return nil
    }
}
