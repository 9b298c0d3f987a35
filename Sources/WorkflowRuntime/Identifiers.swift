/// Makes ids in the form of UUID version 7 (RFC 9562, method 3): 48 bits of milliseconds, 12 of their fraction, chance.
///
/// Each id is greater than the one before it and than the checkpoint that a run was resumed from, also when a clock
/// goes back or two machines disagree: so the byte order of a lineage is its order. Ids of different runs are in the
/// order of the clock, to the microsecond: a fork that begins within a millisecond of its origin's end comes behind it.
struct Identifiers: Sendable {
    private let environment: Environment
    private var milliseconds: UInt64 = 0
    /// In 4096ths of a millisecond. Goes on by itself while the clock does not.
    private var counter: UInt64 = 0
    /// Chance that was drawn in advance.
    private var chances: [UInt64] = []

    init(environment: Environment, after id: String? = nil) {
        self.environment = environment
        if let id { advance(beyond: id) }
    }

    /// Ids to come are greater than `id` too.
    mutating func advance(beyond id: String) {
        guard let (milliseconds, counter) = Self.parts(of: id), (milliseconds, counter) > (self.milliseconds, self.counter)
        else { return }
        self.milliseconds = milliseconds
        self.counter = counter
    }

    mutating func next() -> String {
        let (now, microseconds) = environment.now().quotientAndRemainder(dividingBy: 1000)
        let (millisecond, fraction) = (now & Self.lastMillisecond, microseconds * 4096 / 1000)
        if (millisecond, fraction) > (milliseconds, counter) {
            (milliseconds, counter) = (millisecond, fraction)
        } else if counter < 0xFFF {
            counter += 1
        } else {
            milliseconds = min(milliseconds + 1, Self.lastMillisecond)
            counter = 0
        }
        let chance = nextChance() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return Self.text(milliseconds << 16 | 0x7000 | counter, chance)
    }

    private mutating func nextChance() -> UInt64 {
        if chances.isEmpty, let many = environment.randoms { chances = many(Self.batch) }
        return chances.popLast() ?? environment.random()
    }

    /// One call of the system for so many ids.
    private static let batch = 16
    private static let lastMillisecond: UInt64 = 1 << 48 - 1

    private static func text(_ high: UInt64, _ low: UInt64) -> String {
        String(unsafeUninitializedCapacity: 36) { text in
            var (word, place) = (high, 0)
            for index in 0..<32 {
                switch index {
                case 8, 12, 16, 20:
                    text[place] = UInt8(ascii: "-")
                    place += 1
                    if index == 16 { word = low }
                default: break
                }
                let digit = UInt8(truncatingIfNeeded: word &>> 60)
                text[place] = digit &+ (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
                word &<<= 4
                place += 1
            }
            return place
        }
    }

    /// Nil for ids that are not of this form.
    private static func parts(of id: String) -> (UInt64, UInt64)? {
        let fields = id.split(separator: "-")
        guard fields.count == 5, fields.map(\.utf8.count) == [8, 4, 4, 4, 12], fields[2].hasPrefix("7"),
            let milliseconds = UInt64(fields[0] + fields[1], radix: 16), let counter = UInt64(fields[2].dropFirst(), radix: 16)
        else { return nil }
        return (milliseconds, counter)
    }
}
