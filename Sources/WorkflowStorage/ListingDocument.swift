import WorkflowJSON
public import WorkflowModel

/// A listing as JSON.
public enum ListingDocument {
    public static func text(of entries: [StoredCheckpoint]) -> Text {
        var json = JSONWriter(capacity: entries.count * 300 + 16)
        json.array { json in
            for entry in entries {
                json.object { write(entry, to: &$0) }
            }
        }
        return json.finish()
    }

    static func write(_ entry: StoredCheckpoint, to json: inout JSONWriter) {
        switch entry {
        case .good(let summary):
            json.member("checkpoint_id", summary.id)
            json.member("previous_checkpoint_id", summary.previousID)
            json.member("run_id", summary.runID)
            json.member("workflow_name", summary.workflowName)
            json.member("graph_signature", summary.signature)
            json.member("kind", summary.kind)
            json.member("superstep", summary.superstep)
            json.member("timestamp", summary.timestamp)
        case .damaged(let id, let problem):
            json.member("checkpoint_id", id)
            json.member("problem", problem)
        }
    }
}
