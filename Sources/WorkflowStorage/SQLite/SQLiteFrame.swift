import WorkflowJSON
import WorkflowModel

/// What is written of a checkpoint beside its state: made before the database is locked.
struct SQLiteFrame {
    /// The frame of a boundary; of a host's document, the document itself.
    let body: CutText
    let workflow: Text
    let definition: Text?
    /// 0 idle, 1 waiting for the host, 2 with work to do.
    let status: Int

    static let working = 2

    /// Of the boundary.
    private(set) var requests: RequestGroups

    init(_ commit: Commit) throws(Failure) {
        requests = (commit.session.memory as? SQLiteLine)?.requests ?? RequestGroups()
        workflow = Text(commit.summary.workflowName)
        switch commit.content {
        case .document(let document):
            body = CutText(document)
            definition = nil
            status = Self.status(of: document)
        case .boundary(let boundary):
            let snapshot = boundary.snapshot
            body = CheckpointDocument.frame(of: snapshot, graph: boundary.graph, shortestPiece: SQLitePayload.shortest, &requests)
            definition = boundary.definition.count <= CheckpointDocument.largestGraph ? boundary.definition : nil
            status = !snapshot.messages.isEmpty || snapshot.partial != nil ? Self.working : snapshot.hasHostRequests ? 1 : 0
        }
    }

    private static func status(of document: Text) -> Int {
        let value = JSONValue(trusting: document)
        if value["messages"]?.elements.isEmpty == false || value["partial"] != nil { return working }
        let isWaiting = value["pending_request_info_events"]?.members.contains { $0.value["intercepted_at"] == nil } ?? false
        return isWaiting ? 1 : 0
    }
}
