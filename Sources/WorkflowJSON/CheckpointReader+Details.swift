public import WorkflowModel

/// What a document says without the graph that made it.
extension CheckpointDocument {
    public static func details(of document: Text, as what: String) throws(Failure) -> CheckpointDetails {
        let reader = try CheckpointReader(document, what)
        return try reader.details(bytes: document.count)
    }

    /// The same of a document that a checksum has shown to be the one that was written.
    public static func details(trusting document: Text, as what: String) throws(Failure) -> CheckpointDetails {
        try CheckpointReader(JSONValue(trusting: document).members, what).details(bytes: document.count)
    }

    /// Reads everything: with the graph that it carries, if that is the one of its signature. Without one, only what every
    /// checkpoint has.
    public static func verify(_ document: Text, as what: String) throws(Failure) -> CheckpointDetails {
        let reader = try CheckpointReader(document, what)
        let details = try reader.details(bytes: document.count)
        guard case .success(let graph) = CheckpointComparison.graph(of: reader.members, details.summary) else { return details }
        do throws(Failure) { _ = try reader.snapshot(graph, details.summary) } catch {
            // Of a newer kind: nothing that could be judged here.
            guard error.status == .unsupported else { throw error }
        }
        return details
    }

    /// The same from the frame of a document.
    public static func details(_ summary: CheckpointSummary, frame: Text, bytes: Int) -> CheckpointDetails {
        let members = Dictionary(JSONValue(trusting: frame).members.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        return details(summary, members, bytes: bytes)
    }

    fileprivate static func details(_ summary: CheckpointSummary, _ members: [String: JSONValue], bytes: Int) -> CheckpointDetails {
        var messages = members["messages"]?.elements.count ?? 0
        var requests = (members["pending_request_info_events"]?.members ?? []).map { (id: $0.name, value: $0.value) }
        for work in members["partial"]?.elements ?? [] {
            messages += work["deliveries"]?.elements.count ?? 0
            messages += work["staged"]?["messages"]?.elements.count ?? 0
            for request in work["staged"]?["requests"]?.elements ?? [] {
                requests.append((request["request_id"]?.string ?? "", request))
            }
        }
        let pending = requests.filter { $0.value["intercepted_at"].map(\.isNull) ?? true }.map(\.id)
        return CheckpointDetails(
            summary, pendingRequestIDs: pending, messages: messages, isPartial: members["partial"] != nil, bytes: bytes)
    }
}

extension CheckpointReader {
    func details(bytes: Int) throws(Failure) -> CheckpointDetails {
        for name in ["messages", "fan_in_buffers"] { _ = try array(name) }
        for name in ["state", "executor_states", "pending_request_info_events", "sub_workflows", "metadata"] { _ = try object(name) }
        if let partial = members["partial"] {
            for (index, work) in try list(partial, "partial").enumerated() { _ = try list(work["deliveries"], "partial[\(index)].deliveries") }
        }
        return CheckpointDocument.details(try summary(), members, bytes: bytes)
    }
}
