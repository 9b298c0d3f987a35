/// A time as people and `datetime.fromisoformat` read it: UTC, ISO 8601, microseconds.
public enum Timestamp {
    public static func text(microseconds: UInt64) -> String {
        let seconds = microseconds / 1_000_000
        let (year, month, day) = date(daysSince1970: Int(clamping: seconds / 86400))
        let time = Int(seconds % 86400)
        return String(unsafeUninitializedCapacity: 48) { text in
            var end = write(year, digits: year < 10_000 ? 4 : String(year).utf8.count, to: text, at: 0)
            end = write("-", month, digits: 2, to: text, at: end)
            end = write("-", day, digits: 2, to: text, at: end)
            end = write("T", time / 3600, digits: 2, to: text, at: end)
            end = write(":", time / 60 % 60, digits: 2, to: text, at: end)
            end = write(":", time % 60, digits: 2, to: text, at: end)
            end = write(".", Int(microseconds % 1_000_000), digits: 6, to: text, at: end)
            for byte in "+00:00".utf8 {
                text[end] = byte
                end += 1
            }
            return end
        }
    }

    private static func write(
        _ mark: Unicode.Scalar, _ number: Int, digits: Int, to text: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) -> Int {
        text[start] = UInt8(ascii: mark)
        return write(number, digits: digits, to: text, at: start + 1)
    }

    /// With zeros in front. Gives the end.
    private static func write(_ number: Int, digits: Int, to text: UnsafeMutableBufferPointer<UInt8>, at start: Int) -> Int {
        var (rest, place) = (number, start + digits)
        while place > start {
            place -= 1
            text[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        return start + digits
    }

    /// Whether a timestamp names a moment before that one. Nil for what is no time in UTC: hosts may save what they like.
    ///
    /// In this form the order of the texts is the order of the moments, also where a fraction of zero is left out.
    public static func isBefore(_ text: String, microseconds: UInt64) -> Bool? {
        let bytes = Array(text.utf8)
        let form = "0000-00-00T00:00:00".utf8
        let isTime = bytes.count > form.count && zip(bytes, form).allSatisfy { byte, expected in
            expected == UInt8(ascii: "0") ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == expected
        }
        guard isTime, ["+00:00", "Z"].contains(where: { bytes.suffix($0.utf8.count).elementsEqual($0.utf8) }) else { return nil }
        return bytes.lexicographicallyPrecedes(Self.text(microseconds: microseconds).utf8)
    }

    /// The civil date of the proleptic Gregorian calendar, counted in eras of 400 years that begin in March.
    private static func date(daysSince1970 days: Int) -> (Int, Int, Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}
