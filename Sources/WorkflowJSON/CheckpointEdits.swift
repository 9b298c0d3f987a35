public import WorkflowModel

/// Checkpoint documents that a host changes on purpose.
extension CheckpointDocument {
    /// What a document is, and where it stands in the tree of its run: not for hosts to edit.
    static let identity = [
        "format", "version", "checkpoint_id", "previous_checkpoint_id", "run_id", "workflow_name", "graph_signature",
        "timestamp", "kind", "superstep", "input_superstep", "graph", "checksum",
    ]

    /// The document after a merge patch. Whether it still is a checkpoint is for the reader to say.
    public static func edited(_ document: Text, by edits: Text) throws(Failure) -> Text {
        let what = "the edits"
        let patch = JSONValue(trusting: edits)
        guard patch.kind == .object else {
            throw Failure(.invalid, "\(what) are not a JSON object; they are a merge patch such as {\"state\": {\"key\": 1}}")
        }
        if let (name, _) = patch.members.first(where: { identity.contains($0.name) }) {
            throw Failure(.invalid, "\(what) change '\(name)', which says what the checkpoint is; edit what is in it, such as 'state' or 'messages'")
        }
        guard JSONValue(trusting: document).kind == .object else { return document }
        return try MergePatch.apply(edits, to: document, as: what)
    }

    /// What a host made of `original` for another graph, with that graph's signature and definition. It stays the same
    /// checkpoint.
    public static func migrated(_ document: Text, from original: Text, to graph: Graph) throws(Failure) -> Text {
        let what = "the migrated checkpoint"
        let (old, new) = (JSONValue(trusting: original), JSONValue(trusting: document))
        guard new.kind == .object else { throw Failure(.invalid, "\(what) is not a JSON object") }
        let free = ["workflow_name", "graph_signature", "graph", "checksum"]
        for name in identity where !free.contains(name) {
            guard Self.same(old[name], new[name]) else {
                throw Failure(.invalid, "\(what) has another '\(name)' than the original; migrate what is in it, and leave what it is")
            }
        }
        let definition = Definition.line(of: graph)
        var json = JSONWriter(capacity: document.count + definition.count + 128)
        json.document { json in
            for (name, value) in new.members where name != "checksum" && name != "graph" {
                json.name(name, onNewLine: true)
                if name == "graph_signature" { json.string(graph.signature.string) } else { json.raw(value.raw) }
            }
            if new["graph_signature"] == nil { json.member("graph_signature", graph.signature.string, onNewLine: true) }
            guard definition.count <= largestGraph else { return }
            json.name("graph", onNewLine: true)
            json.raw(definition)
        }
        return json.finish()
    }

    /// The same value of a member that is a text, a number or null, however it is spelled.
    private static func same(_ one: JSONValue?, _ other: JSONValue?) -> Bool {
        if let one = one?.string, let other = other?.string { return Name(one) == Name(other) }
        return one?.raw == other?.raw
    }
}

extension JSONValue {
    public subscript(name: String) -> JSONValue? { members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value }
}
