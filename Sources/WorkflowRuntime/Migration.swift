import WorkflowJSON
public import WorkflowModel

/// The host's code that makes a checkpoint of another graph fit. Called by whoever resumes, on that thread.
public protocol MigrationCode: AnyObject, Sendable {
    /// `report` says what differs. What is not given to `migration` is refused.
    func migrate(_ checkpoint: Text, _ report: Text, into migration: Migration) throws(Failure)
}

/// One call of such code, and what came of it. Used only while it runs, by the thread that runs it.
public final class Migration: ProcessBound, @unchecked Sendable {
    private(set) var document: Text?
    private var isOpen = true

    /// The last document counts. Whether it fits is looked at when the host has returned.
    public func set(_ document: Text) throws(Failure) {
        guard isOpen else { throw Failure(.closed, "the migration has ended; nothing can be given to it any more") }
        self.document = document
    }

    func close() { isOpen = false }
}
