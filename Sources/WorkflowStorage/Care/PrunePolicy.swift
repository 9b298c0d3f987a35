public import WorkflowModel
import WorkflowJSON

/// Which checkpoints may go. One goes only if all that is set says so.
public struct PrunePolicy: Sendable, Equatable {
    /// All but the last so many of each run.
    public var keepLast: Int?
    /// Those made at least so many milliseconds ago.
    public var olderThan: Int?
    public var runID: String?
    /// A run is of the workflow of its last checkpoint.
    public var workflowName: String?
    /// These stay.
    public var pinned: Set<String> = []
    /// Also of runs that are not done, all but the last.
    public var trimsLive = false
    /// Only says what would go.
    public var isDryRun = false

    public init() {}

    /// What a host wrote as JSON.
    public init(_ text: Text) throws(Failure) {
        let fields = try JSONFields(
            text, as: "the policy",
            known: ["keep_last", "older_than_ms", "run_id", "workflow_name", "pinned", "trim_live", "dry_run"])
        let counts = 0...1 << 53
        keepLast = try fields.integer("keep_last", in: counts)
        olderThan = try fields.integer("older_than_ms", in: counts)
        runID = try fields.string("run_id")
        workflowName = try fields.string("workflow_name")
        pinned = Set(try fields.strings("pinned") ?? [])
        trimsLive = try fields.flag("trim_live") ?? false
        isDryRun = try fields.flag("dry_run") ?? false
    }

    /// One that says nothing would delete everything that is done.
    public func check() throws(Failure) {
        guard keepLast != nil || olderThan != nil else {
            throw Failure(
                .invalid, "the policy has neither 'keep_last' nor 'older_than_ms': it would delete all that is done. "
                    + "Nothing was deleted; say {\"keep_last\": 0} if that is meant")
        }
    }

    public func covers(_ head: CheckpointSummary) -> Bool {
        var query = StorageQuery()
        query.runID = runID
        query.workflowName = workflowName
        return query.isOf(head)
    }

    /// What may go of the checkpoints of one run, which are in the order of ids. `now` is in microseconds since 1970.
    ///
    /// The last one goes only when nothing stays: what a run that is done leaves behind must not look like one that waits
    /// to be resumed.
    public func victims(of checkpoints: [CheckpointSummary], isLive: Bool, now: UInt64) -> [CheckpointSummary] {
        if isLive && !trimsLive { return [] }
        let named = checkpoints.dropLast(keepLast ?? 0).filter { isOld($0, now) && !pinned.contains($0.id) }
        guard isLive || named.count < checkpoints.count, let last = checkpoints.last else { return named }
        return named.filter { $0.id != last.id }
    }

    /// A time that cannot be read is not long ago.
    private func isOld(_ checkpoint: CheckpointSummary, _ now: UInt64) -> Bool {
        guard let olderThan else { return true }
        let age = UInt64(clamping: olderThan).multipliedReportingOverflow(by: 1000)
        guard !age.overflow, age.partialValue <= now else { return false }
        return Timestamp.isBefore(checkpoint.timestamp, microseconds: now - age.partialValue) ?? false
    }
}

/// What pruning did, or would do.
public struct PruneReport: Sendable, Equatable {
    /// Checkpoints.
    public var deleted = 0
    public var runsDeleted = 0
    /// Checkpoints that are left of the runs that the policy covers.
    public var kept = 0
    /// Runs that are not done and have checkpoints that would have gone otherwise.
    public var liveRunsSkipped = 0
    public var bytesBefore = 0
    public var bytesAfter = 0

    public init() {}
}
