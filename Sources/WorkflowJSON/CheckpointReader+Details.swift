public import WorkflowModel

/// What a document says without the graph that made it.
extension CheckpointDocument {
    public static func details(of document: Text, as what: String) throws(Failure) -> CheckpointDetails {
        let reader = try CheckpointReader(document, what)
        return try reader.details(bytes: document.count)
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
}

extension CheckpointReader {
    func details(bytes: Int) throws(Failure) -> CheckpointDetails {
        var messages = try array("messages").count
        var requests = try object("pending_request_info_events").members.map { (id: $0.name, value: $0.value) }
        for name in ["state", "executor_states", "sub_workflows", "metadata"] { _ = try object(name) }
        _ = try array("fan_in_buffers")
        let partial = try members["partial"].map { value throws(Failure) in try list(value, "partial") }
        for (index, work) in (partial ?? []).enumerated() {
            messages += try list(work["deliveries"], "partial[\(index)].deliveries").count
            messages += work["staged"]?["messages"]?.elements.count ?? 0
            for request in work["staged"]?["requests"]?.elements ?? [] {
                requests.append((request["request_id"]?.string ?? "", request))
            }
        }
        let pending = requests.filter { $0.value["intercepted_at"].map(\.isNull) ?? true }.map(\.id)
        return CheckpointDetails(
            try summary(), pendingRequestIDs: pending, messages: messages, isPartial: partial != nil, bytes: bytes)
    }
}
