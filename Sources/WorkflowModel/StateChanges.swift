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
        /// Nil if nothing stood there, and for what has grown.
        public let before: Text?
        /// For a list that was there before and that has only grown since.
        public let growth: Growth?
    }

    /// What is still there of a list that has grown. The list itself is not kept: it could not grow in its place then.
    public struct Growth: Sendable, Equatable {
        /// How many bytes it had.
        public let count: Int
        /// How many of them, from the first, have not changed: those up to the end of its last element.
        public let kept: Int

        public init(count: Int, kept: Int) {
            self.count = count
            self.kept = kept
        }
    }

    public private(set) var all: [Change] = []

    public init() {}

    public mutating func add(_ place: Place, before: Text?) { all.append(Change(place: place, before: before, growth: nil)) }

    /// For a place to which something will be appended.
    public mutating func add(_ place: Place, growing list: Text?) {
        guard let list, list.isList else { return add(place, before: list) }
        all.append(Change(place: place, before: nil, growth: Growth(count: list.count, kept: list.listBody)))
    }

    public mutating func clear() { all.empty() }
}
