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

        var id: String? {
            switch self {
            case .none: nil
            case .given(_, let summary, _), .stored(let summary), .boundary(let summary): summary.id
            }
        }

        var summary: CheckpointSummary? {
            switch self {
            case .none: nil
            case .given(_, let summary, _), .stored(let summary), .boundary(let summary): summary
            }
        }
    }

    func commit(_ kind: CheckpointKind) {
        let now = options.environment.now()
        let summary = CheckpointSummary(
            id: identifiers.next(at: now), previousID: isUnsaved || isLost ? last.summary?.previousID : last.id, runID: idString,
            workflowName: workflow.graph.name, signature: workflow.graph.signatureString, kind: kind,
            superstep: kernel.use { $0.snapshot.superstep }, now: now)
        guard options.storage != nil, options.durability != .exit else {
            last = .boundary(summary)
            isUnsaved = options.storage != nil
            return kernel.use { $0.committed(isUnsaved ? nil : summary) }
        }
        do throws(Failure) {
            try save(summary, changes: hasStoredBase ? kernel.use { $0.changes } : nil)
            kernel.use { $0.committed(summary) }
        } catch {
            kernel.use { $0.fail(error) }
        }
    }

    /// The changes of a commit are told from the checkpoint before it: the storage must have that one.
    private var hasStoredBase: Bool { if case .stored = last { true } else { false } }

    private func save(_ summary: CheckpointSummary, changes: StateChanges?) throws(Failure) {
        guard let storage = options.storage else { return }
        try requireTexts()
        let boundary = Commit.Boundary(
            kernel.use { $0.snapshot }, graph: workflow.graph, definition: workflow.line, changes: changes)
        try storage.save(
            Commit(
                boundary, summary, expected: .head(head), durability: options.durability == .process ? .process : .full,
                in: session))
        head = summary.id
        last = .stored(summary)
        isLost = false
    }

    /// The run rests or is let go: what was not saved on the way is saved now. False if there was nothing.
    func saveAtRest() throws(Failure) -> Bool {
        guard isUnsaved, case .boundary(let summary) = last else { return false }
        isUnsaved = false
        isLost = true
        try save(summary, changes: nil)
        kernel.use { $0.tell(summary) }
        return true
    }

    private func requireTexts() throws(Failure) {
        guard kernel.use({ $0.snapshot.mayHoldValues }) else { return }
        // Of a copy: the host is asked, and may look at the run meanwhile.
        let snapshot = kernel.use { $0.snapshot }
        if let (source, failure) = snapshot.unencodable { throw failure.unsendable(from: workflow.graph.executorID(source)) }
    }

    private func document(_ summary: CheckpointSummary) throws(Failure) -> Text {
        try requireTexts()
        return CheckpointDocument.text(
            of: Checkpoint(summary: summary, snapshot: kernel.use { $0.snapshot }), graph: workflow.graph, definition: workflow.definition)
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
