import Synchronization

/// A value that is made when somebody first asks for it, by whatever thread. Two threads may both make it; one of them is
/// published, and everybody sees that one.
///
/// `@unchecked Sendable` because what the pointer leads to never changes once it is published.
struct Once<Value: Sendable>: ~Copyable, @unchecked Sendable {
    private final class Holder: Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }

    private let published = Atomic<UnsafeMutableRawPointer?>(nil)

    func get(_ make: () -> Value) -> Value {
        if let known = published.load(ordering: .acquiring) { return Self.value(at: known) }
        let mine = Unmanaged.passRetained(Holder(make()))
        let result = published.compareExchange(expected: nil, desired: mine.toOpaque(), ordering: .acquiringAndReleasing)
        guard !result.exchanged, let theirs = result.original else { return mine.takeUnretainedValue().value }
        mine.release()
        return Self.value(at: theirs)
    }

    private static func value(at pointer: UnsafeMutableRawPointer) -> Value {
        Unmanaged<Holder>.fromOpaque(pointer).takeUnretainedValue().value
    }

    deinit {
        if let last = published.load(ordering: .acquiring) { Unmanaged<Holder>.fromOpaque(last).release() }
    }
}
