import WorkflowJSON
import WorkflowKernel
public import WorkflowModel
import WorkflowStorage

/// Back to a checkpoint, in place. Everything is read and checked before anything changes.
extension Run {
    /// To a checkpoint of the storage; to the run's last, with or without a storage, if `checkpoint` is nil.
    public func rewind(to checkpoint: String?) throws(Failure) {
        try enter()
        defer { leave() }
        try requireNoCalls()
        guard let checkpoint else {
            guard let document = try lastDocument() else {
                throw Failure(.notFound, "the run '\(id)' has made no checkpoint yet that it could be restored from")
            }
            var (isStored, isChanged) = (false, false)
            switch last {
            case .stored: isStored = true
            case .given(_, _, let changed): isChanged = changed
            case .none, .boundary: break
            }
            return try rewind(document, as: "the last checkpoint of the run '\(id)'", isStored: isStored, isChanged: isChanged)
        }
        guard let storage = options.storage else {
            throw Failure(.invalid, "the run '\(id)' has no storage to restore from; restore a document, or its last checkpoint")
        }
        try rewind(try storage.load(checkpoint), as: "the checkpoint '\(checkpoint)'", isStored: true)
    }

    /// To a document that the host kept.
    public func rewind(toDocument document: Text) throws(Failure) {
        try enter()
        defer { leave() }
        try requireNoCalls()
        try rewind(document, as: "the checkpoint document", isStored: false)
    }

    /// A call that still runs may have done half of something; the run must not be somewhere else when it ends.
    private func requireNoCalls() throws(Failure) {
        let pending = kernel.use { $0.pendingCalls }
        guard pending == 0 else {
            throw Failure(
                .busy, "the run '\(id)' cannot be restored during a superstep: \(pending) of its calls are pending. "
                    + "Drive it until they have ended, or cancel it first")
        }
    }

    private func rewind(_ document: Text, as what: String, isStored: Bool, isChanged: Bool = false) throws(Failure) {
        let resumption = try Resumption(.document(document), as: what, workflow.graph, options.migration)
        let found = resumption.checkpoint
        // What this run remembers would answer for work that another one did.
        guard Text(found.summary.runID) == id || found.summary.id == last.summary?.id else {
            throw Failure(
                .invalid, "\(what) belongs to the run '\(found.summary.runID.printable)', not to '\(id)'; resume it as a run of its own")
        }
        let isChanged = isChanged || resumption.isChanged
        var other = Kernel(
            graph: workflow.graph, options: kernel.use { $0.options }, resuming: found.snapshot, inUse: true,
            forks: isChanged || Text(found.summary.runID) != id)
        other.now = clock()
        kernel.use { swap(&$0, &other) }
        underWay.clear()
        isUnsaved = false
        isLost = isLost && found.summary.id == last.summary?.id
        identifiers.advance(beyond: found.summary.id)
        last = isStored && !isChanged
            ? .stored(found.summary) : .given(document: resumption.document, found.summary, isChanged: isChanged)
        requests.restart(found.snapshot.hostRequests, epoch: inbox.restart())
    }
}
