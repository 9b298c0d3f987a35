import WorkflowJSON
import WorkflowKernel
public import WorkflowModel
import WorkflowStorage

/// How a run makes its checkpoints, and which one is its last.
extension Run {
    enum LastCheckpoint {
        case none
        /// The document that the run was restored from: the host's own, or one that was changed on the way, which makes
        /// this run a fork.
        case given(document: Text, CheckpointSummary, isChanged: Bool = false)
        case stored(CheckpointSummary)
        /// Without a storage: the kernel's snapshot is the checkpoint.
        case boundary(CheckpointSummary)

        init(_ found: Resumption, isStored: Bool) {
            self = isStored && !found.isChanged
                ? .stored(found.checkpoint.summary)
                : .given(document: found.document, found.checkpoint.summary, isChanged: found.isChanged)
        }

        var summary: CheckpointSummary? {
            switch self {
            case .none: nil
            case .given(_, let summary, _), .stored(let summary), .boundary(let summary): summary
            }
        }
    }

    func commit(_ kind: CheckpointKind) {
        let summary = CheckpointSummary(
            id: identifiers.next(), previousID: last.summary?.id, runID: id.string, workflowName: workflow.graph.name,
            signature: workflow.graph.signature.string, kind: kind.rawValue, superstep: kernel.snapshot.superstep,
            timestamp: Timestamp.text(microseconds: options.environment.now()))
        guard let storage = options.storage else {
            last = .boundary(summary)
            return kernel.committed(summary)
        }
        do throws(Failure) {
            let document = try document(summary)
            guard document.count <= JSON.largestText else {
                throw Failure(
                    .limit,
                    "the checkpoint of superstep \(summary.superstep) has \(document.count) bytes; at most \(JSON.largestText) "
                        + "can be read again. Keep large data elsewhere and send its name", superstep: summary.superstep)
            }
            try storage.save(document, summary)
            last = .stored(summary)
            kernel.committed(summary)
        } catch {
            kernel.fail(error)
        }
    }

    private func document(_ summary: CheckpointSummary) throws(Failure) -> Text {
        if let (source, failure) = kernel.snapshot.unencodable { throw failure.unsendable(from: workflow.graph.executorID(source)) }
        return CheckpointDocument.text(
            of: Checkpoint(summary: summary, snapshot: kernel.snapshot), graph: workflow.graph, definition: workflow.definition)
    }

    /// The last checkpoint as a document, or nil if none was made yet. On the driving thread also inside a callback.
    public func checkpoint() throws(Failure) -> Text? {
        guard options.checkpoints || options.storage != nil else {
            throw Failure(
                .unsupported, "this run makes no checkpoints: give it a storage, or start it with WF_RUN_CHECKPOINTS")
        }
        return try inside { () throws(Failure) in try lastDocument() }
    }

    func lastDocument() throws(Failure) -> Text? {
        switch last {
        case .none: nil
        case .given(let document, _, _): document
        case .boundary(let summary): try document(summary)
        case .stored(let summary): try options.storage?.load(summary.id)
        }
    }
}
