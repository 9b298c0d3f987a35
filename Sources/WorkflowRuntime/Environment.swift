import Glibc

/// What a run takes from the world: the time and chance. A test gives its own.
public struct Environment: Sendable {
    /// Microseconds since 1970, UTC.
    public var now: @Sendable () -> UInt64
    public var random: @Sendable () -> UInt64

    public init(now: @escaping @Sendable () -> UInt64, random: @escaping @Sendable () -> UInt64) {
        self.now = now
        self.random = random
    }

    public static let system = Environment(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return UInt64(clamping: time.tv_sec) &* 1_000_000 &+ UInt64(clamping: time.tv_nsec / 1000)
        },
        random: { UInt64.random(in: .min ... .max) })
}
