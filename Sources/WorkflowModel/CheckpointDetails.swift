/// Where a run stands at a checkpoint.
public enum CheckpointStatus: String, Sendable, CaseIterable {
    /// There is nothing to do.
    case idle
    /// Requests wait for answers of the host, and nothing else is left to do.
    case waiting
    /// Messages are on their way, or a superstep has begun: who resumes it goes on.
    case working
}

/// What a storage tells of one checkpoint, without its parts.
public struct CheckpointDetails: Sendable, Equatable {
    public var summary: CheckpointSummary
    public var status: CheckpointStatus
    /// The requests that only the host can answer, in the order of asking.
    public var pendingRequestIDs: [String]
    /// Sent and not yet handled.
    public var messages: Int
    /// The size of its document, or what was written for it.
    public var bytes: Int

    /// As it was told before.
    public init(_ summary: CheckpointSummary, status: CheckpointStatus, pendingRequestIDs: [String], messages: Int, bytes: Int) {
        (self.summary, self.status, self.pendingRequestIDs) = (summary, status, pendingRequestIDs)
        (self.messages, self.bytes) = (messages, bytes)
    }

    /// `isPartial`: a superstep has begun and did not commit.
    public init(_ summary: CheckpointSummary, pendingRequestIDs: [String], messages: Int, isPartial: Bool, bytes: Int) {
        self.summary = summary
        self.pendingRequestIDs = pendingRequestIDs
        self.messages = messages
        self.bytes = bytes
        status = messages > 0 || isPartial ? .working : pendingRequestIDs.isEmpty ? .idle : .waiting
    }
}
