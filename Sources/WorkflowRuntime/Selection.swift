import WorkflowJSON
public import WorkflowModel

/// One question to a selector: the targets it may choose, and those it chose.
///
/// Used only while the selector runs, by the thread that runs it.
public final class Selection: ProcessBound, @unchecked Sendable {
    private let graph: Graph
    private let targets: [Int]
    private(set) var chosen: [Int] = []
    private var isOpen = true

    init(graph: Graph, targets: [Int]) {
        self.graph = graph
        self.targets = targets
    }

    private var targetIDs: [String] { targets.map(graph.executorID) }

    /// The targets as a JSON list of ids.
    public private(set) lazy var targetList: Text = {
        var json = JSONWriter()
        json.array { json in for id in targetIDs { json.string(id) } }
        return json.finish()
    }()

    /// Choosing a target twice is choosing it once.
    public func add(_ id: String) throws(Failure) {
        guard isOpen else { throw Failure(.closed, "the selector has ended; its selection cannot be used any more") }
        guard let index = graph.index(ofExecutor: id), targets.contains(index) else {
            throw Failure(
                .notFound,
                "'\(id.printable)' is none of the targets of this selection: \(targetIDs.joined(separator: ", "))",
                executorID: id)
        }
        if !chosen.contains(index) { chosen.append(index) }
    }

    func close() { isOpen = false }
}
