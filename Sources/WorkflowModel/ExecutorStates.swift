/// The states of all executors, by their numbers. Those that never had any take no room but, once somebody has, a number each:
/// in a large graph most have none, and every checkpoint asks.
public struct ExecutorStates: RandomAccessCollection, MutableCollection, Sendable {
    public let count: Int
    /// By executor: the place in `states`, or -1. Empty until the first one has a state.
    private var places: [Int] = []
    private var states: [ExecutorState] = []
    /// By place in `states`.
    private var owners: [Int] = []
    private var isInOrder = true

    init(count: Int) { self.count = count }

    public var startIndex: Int { 0 }
    public var endIndex: Int { count }

    public subscript(executor: Int) -> ExecutorState {
        get { place(of: executor).map { states[$0] } ?? ExecutorState() }
        set {
            if let place = place(of: executor) { states[place] = newValue } else if !newValue.isEmpty { states[add(executor)] = newValue }
        }
        _modify { yield &states[place(of: executor) ?? add(executor)] }
    }

    /// Whether none ever had a state.
    public var isEmptyOfState: Bool { states.isEmpty }

    /// Those that have any, in order.
    var withState: [Int] {
        let having = owners.indices.filter { !states[$0].isEmpty }.map { owners[$0] }
        return isInOrder ? having : having.sorted()
    }

    private func place(of executor: Int) -> Int? {
        guard places.indices.contains(executor) else { return nil }
        let place = places[executor]
        return place < 0 ? nil : place
    }

    private mutating func add(_ executor: Int) -> Int {
        if places.isEmpty { places = Array(repeating: -1, count: count) }
        isInOrder = isInOrder && (owners.last.map { $0 < executor } ?? true)
        places[executor] = states.count
        owners.append(executor)
        states.append(ExecutorState())
        return states.count - 1
    }
}

extension ExecutorStates: Equatable {
    public static func == (left: ExecutorStates, right: ExecutorStates) -> Bool {
        let having = left.withState
        return left.count == right.count && having == right.withState && having.allSatisfy { left[$0] == right[$0] }
    }
}
