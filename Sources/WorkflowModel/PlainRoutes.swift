/// Where the messages of executors go that all go the same way: no condition, selector, switch or type has a say.
///
/// Most executors of most graphs are such, and their exits stand in one list: routing reads a few numbers.
struct PlainRoutes: Sendable {
    /// By executor, behind a leading 0: where its exits end in `exits`. As before for those that are not plain.
    private var ends: [Int]
    private var isPlain: [Bool]
    private var exits: [Graph.Exit] = []

    init(executors: Int, edges: [EdgeGroup], isChecked: [Bool]) {
        isPlain = Array(repeating: true, count: executors)
        for (source, checked) in isChecked.enumerated() where checked { isPlain[source] = false }
        // Counted first, then filled in: the exits of one source need not stand together in the edges.
        ends = Array(repeating: 0, count: executors + 1)
        for edge in edges {
            switch edge {
            case .single(let source, _, nil): ends[source + 1] += 1
            case .fanOut(let source, let targets): ends[source + 1] += targets.count
            case .fanIn(let sources, _): for source in sources { ends[source + 1] += 1 }
            case .single, .selection, .switchCase: for source in edge.sources { isPlain[source] = false }
            }
        }
        for source in 0..<executors { ends[source + 1] = ends[source] + (isPlain[source] ? ends[source + 1] : 0) }
        exits = Array(repeating: Graph.Exit(target: 0), count: ends[executors])
        var places = ends
        for (group, edge) in edges.enumerated() {
            let joins = if case .fanIn = edge { true } else { false }
            for (place, source) in edge.sources.enumerated() where isPlain[source] {
                for target in edge.targets {
                    exits[places[source]] = joins ? Graph.Exit(target: target, group: group, place: place) : Graph.Exit(target: target)
                    places[source] += 1
                }
            }
        }
    }

    /// Nil if the executor's routes have to be walked.
    func range(of source: Int) -> Range<Int>? { isPlain[source] ? ends[source]..<ends[source + 1] : nil }

    subscript(place: Int) -> Graph.Exit { exits[place] }
}

extension Graph {
    /// One way that a message takes whatever it says.
    public struct Exit: Sendable, Equatable {
        public let target: Int
        /// The fan-in that it waits in before it gets there, or -1.
        public let group: Int
        /// Its source's place in the fan-in.
        public let place: Int

        init(target: Int, group: Int = -1, place: Int = 0) { (self.target, self.group, self.place) = (target, group, place) }
    }

    /// Where a message of `source` goes whatever it says: places for `exit`. Nil if its edges must be asked.
    public func exits(of source: Int) -> Range<Int>? { plainRoutes.range(of: source) }

    public func exit(_ place: Int) -> Exit { plainRoutes[place] }
}
