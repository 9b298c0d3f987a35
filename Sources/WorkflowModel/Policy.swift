/// What the graph says about calls of an executor that fail or take long.
public struct Policy: Sendable, Hashable {
    public var retry: Retry?
    /// How long a call may take, in milliseconds.
    public var timeout: Int?

    public init() {}
}

/// Try again, with growing pauses. The words are those of Temporal and of most queues.
public struct Retry: Sendable, Hashable {
    /// All attempts, the first one included.
    public var attempts: Int
    /// The pause before the second attempt, in milliseconds.
    public var delay: Int
    /// By how much each pause is longer than the one before.
    public var factor: Double
    /// No pause is longer, in milliseconds.
    public var longest: Int
    /// Up to which part of a pause chance adds or takes away, so that many that failed together do not return together.
    public var jitter: Double

    /// Throws if the numbers make no sense.
    public init(
        attempts: Int = 3, delay: Int = 1000, factor: Double = 2, longest: Int = 60_000, jitter: Double = 0
    ) throws(Failure) {
        func check(_ holds: Bool, _ name: String, _ range: String) throws(Failure) {
            guard holds else { throw Failure(.invalid, "the \(name) of a retry must be \(range)") }
        }
        try check((1...Self.most).contains(attempts), "number of attempts", "1 to \(Self.most)")
        try check((0...Self.longestDelay).contains(delay), "delay", "0 to \(Self.longestDelay) milliseconds, a year")
        try check((0...Self.longestDelay).contains(longest), "longest delay", "0 to \(Self.longestDelay) milliseconds, a year")
        try check(factor.isFinite && factor >= 1 && factor <= 1000, "factor", "1 to 1000")
        try check(jitter.isFinite && jitter >= 0 && jitter <= 1, "jitter", "0 to 1")
        self.attempts = attempts
        self.delay = delay
        self.factor = factor
        self.longest = longest
        self.jitter = jitter
    }

    private static let most = 1_000_000
    private static let longestDelay = 366 * 86_400_000

    /// The pause after so many failed attempts, in microseconds. `chance` is any number.
    public func pause(after failed: Int, chance: UInt64) -> UInt64 {
        var milliseconds = Double(delay)
        for _ in 1..<max(1, failed) where milliseconds < Double(longest) { milliseconds *= factor }
        milliseconds = min(milliseconds, Double(longest))
        let part = Double(chance >> 11) / Double(1 << 53) * 2 - 1
        return UInt64(max(0, (milliseconds * (1 + jitter * part) * 1000).rounded()))
    }
}
