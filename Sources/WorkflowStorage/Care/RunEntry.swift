public import WorkflowModel

/// One run of a listing, as its last readable checkpoint tells.
public struct RunEntry: Sendable, Equatable {
    public var runID: String
    public var workflowName: String
    /// The last readable checkpoint.
    public var head: String
    public var superstep: Int
    /// Nil if it cannot be told; `problem` says why.
    public var status: CheckpointStatus?
    public var timestamp: String
    /// How many there are that can be read.
    public var checkpoints: Int
    public var problem: String?

    public init(_ head: CheckpointSummary, status: CheckpointStatus?, checkpoints: Int, problem: String? = nil) {
        runID = head.runID
        workflowName = head.workflowName
        self.head = head.id
        superstep = head.superstep
        timestamp = head.timestamp
        self.status = status
        self.checkpoints = checkpoints
        self.problem = problem
    }
}

/// A listing by runs.
struct RunCensus {
    /// In the order of their last checkpoints; those of one run in the order of ids, and never none.
    let runs: [[CheckpointSummary]]
    /// By id: what cannot be read and whose run is not known.
    let damaged: [String: String]

    init(_ listing: [StoredCheckpoint]) {
        var places: [Name: Int] = [:]
        var runs: [[CheckpointSummary]] = []
        var damaged: [String: String] = [:]
        for entry in listing {
            switch entry {
            case .good(let summary):
                let place = places[Name(summary.runID)] ?? runs.count
                if place == runs.count {
                    places[Name(summary.runID)] = place
                    runs.append([])
                }
                runs[place].append(summary)
            case .damaged(let id, let problem): damaged[id] = problem
            }
        }
        self.runs = runs.sorted { ($0.last?.id ?? "").utf8.lexicographicallyPrecedes(($1.last?.id ?? "").utf8) }
        self.damaged = damaged
    }
}
