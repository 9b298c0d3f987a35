import Synchronization

/// What several threads found.
public final class Collector<Element: Sendable>: Sendable {
    private let found = Mutex<[Element]>([])

    public init() {}

    public func add(_ element: Element) { found.withLock { $0.append(element) } }
    public var all: [Element] { found.withLock { $0 } }

    /// What was found so far; the collector lets go of it.
    public func takeAll() -> [Element] {
        found.withLock { found in
            defer { found = [] }
            return found
        }
    }
}
