public import WorkflowModel

extension CheckpointDocument {
    /// The same checkpoint at another place: everything but the three ids stays as it is.
    public static func copy(_ document: Text, id: String, previousID: String?, runID: String) -> Text {
        var json = JSONWriter(capacity: document.count + 256)
        json.document { json in
            for (name, value) in JSONValue(trusting: document).members where name != "checksum" {
                switch name {
                case "checkpoint_id": json.member(name, id, onNewLine: true)
                case "previous_checkpoint_id": json.member(name, previousID, onNewLine: true)
                case "run_id": json.member(name, runID, onNewLine: true)
                default:
                    json.name(name, onNewLine: true)
                    json.raw(value.raw)
                }
            }
        }
        return json.finish()
    }
}
