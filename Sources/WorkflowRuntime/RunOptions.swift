public import WorkflowModel
public import WorkflowStorage

/// How to run.
public struct RunOptions: Sendable {
    /// Nil makes an id.
    public var runID: String?
    /// Where checkpoints go; nil keeps none unless `checkpoints` says so.
    public var storage: (any Storage)?
    /// When checkpoints are saved, and what they survive then.
    public var durability = RunDurability.full
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

/// With the numbers of `enum wf_durability`.
public enum RunDurability: UInt32, Sendable {
    /// Each checkpoint survives power loss before the run goes on.
    case full = 0
    /// Each checkpoint survives the death of the process.
    case process = 1
    /// One checkpoint whenever the run comes to rest or is let go, and that one survives power loss.
    case exit = 2
}
