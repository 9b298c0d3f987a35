/// What a storage has, and what of it is damaged.
public struct VerifyReport: Sendable, Equatable {
    public struct Problem: Sendable, Equatable {
        /// Nil for what is no checkpoint, such as a memo.
        public var checkpointID: String?
        public var problem: String

        public init(checkpointID: String?, _ problem: String) {
            self.checkpointID = checkpointID
            self.problem = problem
        }
    }

    /// From where a run can be resumed.
    public struct Run: Sendable, Equatable {
        public var runID: String
        public var latestGood: String

        public init(runID: String, latestGood: String) {
            self.runID = runID
            self.latestGood = latestGood
        }
    }

    /// All, the damaged ones too.
    public var checkpoints = 0
    public var good = 0
    public var problems: [Problem] = []
    /// Checkpoints that others name as their previous one and that are not there: deleted, most likely. No damage.
    public var missingParents: [String] = []
    public var runs: [Run] = []
    /// Nil if the storage cannot tell.
    public var memos: Int?

    public init() {}
}

/// What `verify` learns about memos.
public struct MemoReport: Sendable, Equatable {
    /// All, the damaged ones too.
    public var memos = 0
    /// Each a sentence.
    public var problems: [String] = []

    public init() {}
}
