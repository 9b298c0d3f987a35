/// Where a commit changed the state, and what was there before: so that a storage can write the change alone.
///
/// What is there now stands in the snapshot. A place may be named twice; the first time counts.
public struct StateChanges: Sendable {
    public enum Place: Hashable, Sendable {
        /// A key of a shared state; `Graph.outermost` for the run's own.
        case shared(scope: Int, key: Text)
        /// A key of an executor's private state.
        case own(executor: Int, key: Text)
        /// What an executor's save hook gave.
        case saved(executor: Int)
    }

    public struct Change: Sendable {
        public let place: Place
        public let before: Text?
    }

    public private(set) var all: [Change] = []

    public init() {}

    public mutating func add(_ place: Place, before: Text?) { all.append(Change(place: place, before: before)) }
    public mutating func clear() { all.removeAll(keepingCapacity: true) }
}
