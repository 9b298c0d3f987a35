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

    mutating func next() -> String { next(at: environment.now()) }

    /// `now`: what the clock says.
    mutating func next(at now: UInt64) -> String {
        let (now, microseconds) = now.quotientAndRemainder(dividingBy: 1000)
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
            text.initialize(repeating: hyphen)
            put(digits(high &>> 32), in: text, at: 0)
            put(digits(high), in: text, at: 9, around: 4)
            put(digits(low &>> 32), in: text, at: 19, around: 4)
            put(digits(low), in: text, at: 28)
            return 36
        }
    }

    /// The last 32 bits as eight hexadecimal digits, the first in the highest byte. All at once: each checkpoint has an id.
    private static func digits(_ word: UInt64) -> UInt64 {
        // A nibble in each byte, then the distance from it to its digit.
        var nibbles = word & 0xFFFF | (word & 0xFFFF_0000) &<< 16
        nibbles = nibbles & 0x00FF_0000_00FF | (nibbles & 0xFF00_0000_FF00) &<< 8
        nibbles = nibbles & 0x000F_000F_000F_000F | (nibbles & 0x00F0_00F0_00F0_00F0) &<< 4
        let letters = (nibbles &+ 0x0606_0606_0606_0606) &>> 4 & 0x0101_0101_0101_0101
        return nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
    }

    /// With a gap of one in front of the digit `middle`.
    private static func put(_ digits: UInt64, in text: UnsafeMutableBufferPointer<UInt8>, at start: Int, around middle: Int = 8) {
        for index in 0..<8 {
            text[start + index + (index < middle ? 0 : 1)] = UInt8(truncatingIfNeeded: digits &>> UInt64(56 - 8 * index))
        }
    }

    /// Nil for ids that are not of this form.
    private static func parts(of id: String) -> (UInt64, UInt64)? {
        var id = id
        return id.withUTF8 { text in
            guard text.count == 36, text[14] == UInt8(ascii: "7"),
                text[8] == hyphen, text[13] == hyphen, text[18] == hyphen, text[23] == hyphen
            else { return nil }
            var word: UInt64 = 0
            for place in 0..<18 where place != 8 && place != 13 {
                guard let digit = digit(text[place]) else { return nil }
                word = word << 4 | digit
            }
            return (word >> 16, word & 0xFFF)
        }
    }

    private static let hyphen = UInt8(ascii: "-")

    private static func digit(_ character: UInt8) -> UInt64? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(character - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(character - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(character - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}
