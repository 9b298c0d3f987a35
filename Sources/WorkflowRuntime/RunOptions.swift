public import WorkflowModel
public import WorkflowStorage

/// How to run.
public struct RunOptions: Sendable {
    /// Nil makes an id.
    public var runID: String?
    /// Where checkpoints go; nil keeps none unless `checkpoints` says so.
    public var storage: (any Storage)?
    /// Make checkpoints without a storage: the host takes them from the run.
    public var checkpoints = false
    /// Two executors that write one shared key in one superstep fail the run.
    public var strictState = false
    /// Nil takes the workflow's limit.
    public var maxSupersteps: Int?
    /// Where messages are handled; nil: on the thread that drives.
    public var pool: Pool?
    public var hidden = HiddenEvents()
    /// How long a call that another thread handles may give no sign of life, in milliseconds; nil for any time.
    public var lease: Int?
    /// A merge patch for the checkpoint that is resumed: a JSON object.
    public var edits: Text?
    /// Asked when a checkpoint is of another graph.
    public var migration: (any MigrationCode)?
    public var environment = Environment.system

    public init() {}
}
