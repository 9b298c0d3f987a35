import CShims
import Glibc

/// What a run takes from the world: the time and chance. A test gives its own.
public struct Environment: Sendable {
    /// Microseconds since 1970, UTC.
    public var now: @Sendable () -> UInt64
    public var random: @Sendable () -> UInt64
    /// So many at once, where that costs less than one at a time; may give fewer.
    public var randoms: (@Sendable (Int) -> [UInt64])?
    /// Microseconds of a clock that nobody can set, since whenever; nil: time passes as `now` says.
    public var elapsed: (@Sendable () -> UInt64)?

    public init(
        now: @escaping @Sendable () -> UInt64, random: @escaping @Sendable () -> UInt64,
        randoms: (@Sendable (Int) -> [UInt64])? = nil, elapsed: (@Sendable () -> UInt64)? = nil
    ) {
        self.now = now
        self.random = random
        self.randoms = randoms
        self.elapsed = elapsed
    }

    /// A clock that begins with `now`, for pauses and limits: somebody who sets the time neither ends them nor prolongs them.
    var steadyClock: @Sendable () -> UInt64 {
        guard let elapsed else { return now }
        let (start, before) = (now(), elapsed())
        return { start &+ (elapsed() &- before) }
    }

    public static let system = Environment(
        now: { microseconds(of: CLOCK_REALTIME) },
        random: { UInt64.random(in: .min ... .max) },
        randoms: { count in
            [UInt64](unsafeUninitializedCapacity: count) { words, filled in
                let bytes = wfs_random(words.baseAddress, words.count * MemoryLayout<UInt64>.size)
                filled = bytes / MemoryLayout<UInt64>.size
            }
        },
        elapsed: { microseconds(of: CLOCK_BOOTTIME) })

    private static func microseconds(of clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000 &+ UInt64(clamping: time.tv_nsec / 1000)
    }
}
