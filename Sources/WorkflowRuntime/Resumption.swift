import WorkflowJSON
import WorkflowModel
import WorkflowStorage

/// A checkpoint that a run takes up: edited and migrated as the host wants, and checked in full.
struct Resumption {
    let checkpoint: Checkpoint
    private let content: StoredContent
    var document: Text { content.document }
    /// It is not the document that was made durable.
    let isChanged: Bool

    init(
        _ original: StoredContent, as what: String, _ graph: Graph, edits: Text? = nil, _ migration: (any MigrationCode)?
    ) throws(Failure) {
        // As it mostly is: to be taken as it stands.
        if case .assembly(let assembly) = original, edits == nil, migration == nil || assembly.summary.signature == graph.signature.string {
            checkpoint = try CheckpointDocument.checkpoint(from: assembly, graph: graph, as: what)
            content = original
            isChanged = false
            return
        }
        var (document, what) = (original.document, what)
        if let edits {
            // What is wrong already must not be blamed on the edits.
            _ = try CheckpointDocument.summary(of: document, as: what)
            document = try CheckpointDocument.edited(document, by: edits)
            what += ", as edited,"
        }
        var isMigrated = false
        if let migration, try CheckpointDocument.summary(of: document, as: what).signature != graph.signature.string {
            document = try Self.migrated(document, what, graph, migration)
            what += " as migrated"
            isMigrated = true
        }
        checkpoint = try CheckpointDocument.checkpoint(from: document, graph: graph, as: what)
        content = .document(document)
        isChanged = edits != nil || isMigrated
    }

    private static func migrated(
        _ document: Text, _ what: String, _ graph: Graph, _ code: any MigrationCode
    ) throws(Failure) -> Text {
        let comparison = try CheckpointComparison(document, to: graph, as: what)
        let migration = Migration()
        defer { migration.close() }
        try code.migrate(document, comparison.report, into: migration)
        guard let migrated = migration.document else { throw comparison.mismatch }
        return try CheckpointDocument.migrated(migrated, from: document, to: graph)
    }
}
