import Synchronization
public import WorkflowRuntime

/// A clock that a test sets, and chance without surprise.
public final class FakeWorld: Sendable {
    private let clock: Mutex<UInt64>
    private let chance: Mutex<SeededRandom>
    private let step: UInt64

    /// Each look at the clock moves it by `step` microseconds.
    public init(now: UInt64 = 1_700_000_000_000_000, step: UInt64 = 0, seed: UInt64 = 1) {
        clock = Mutex(now)
        chance = Mutex(SeededRandom(seed: seed))
        self.step = step
    }

    public var now: UInt64 {
        get { clock.withLock { $0 } }
        set { clock.withLock { $0 = newValue } }
    }

    public var environment: Environment {
        Environment(
            now: {
                self.clock.withLock { now in
                    defer { now &+= self.step }
                    return now
                }
            },
            random: { self.chance.withLock { $0.next() } })
    }
}
