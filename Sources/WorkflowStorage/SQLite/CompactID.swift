import WorkflowModel

/// Ids and times as they stand in rows: an id of the library's own form in 17 bytes instead of 36, a time in 8 instead of 32.
/// Others stand as they are; what is read back is what was written, byte for byte.
enum Compact {
    /// No id begins with it.
    private static let mark: UInt8 = 0xFF

    static func id(_ id: String) -> Text {
        let digits = id.utf8.filter { $0 != UInt8(ascii: "-") }
        guard id.utf8.count == 36, digits.count == 32 else { return Text(id) }
        var bytes = TextBuilder(capacity: 17)
        bytes.append(byte: mark)
        for index in stride(from: 0, to: 32, by: 2) {
            guard let high = digit(digits[index]), let low = digit(digits[index + 1]) else { return Text(id) }
            bytes.append(byte: high << 4 | low)
        }
        let compact = bytes.finish()
        return self.id(of: compact) == id ? compact : Text(id)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    static func id(of compact: Text) -> String {
        let bytes = compact.withBytes { Array($0) }
        guard bytes.count == 17, bytes.first == mark else { return compact.string }
        var text = ""
        text.reserveCapacity(36)
        for (index, byte) in bytes.dropFirst().enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append("-") }
            text.append(byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16))
        }
        return text
    }

    // MARK: Times: "2026-11-21T11:22:33.123456+00:00"

    private static let limits = [10_000, 13, 32, 24, 60, 60]

    static func time(_ text: String) -> SQLiteStatement.Value {
        let bytes = Array(text.utf8)
        guard bytes.count == 32 else { return .blob(Text(text)) }
        var packed = 0
        for (range, limit) in zip([0..<4, 5..<7, 8..<10, 11..<13, 14..<16, 17..<19], limits) {
            guard let number = Int(String(decoding: bytes[range], as: UTF8.self)), number < limit, number >= 0 else { return .blob(Text(text)) }
            packed = packed * limit + number
        }
        guard let micros = Int(String(decoding: bytes[20..<26], as: UTF8.self)), micros >= 0 else { return .blob(Text(text)) }
        packed = packed * 1_000_000 + micros
        return time(of: packed) == text ? .integer(packed) : .blob(Text(text))
    }

    static func time(of packed: Int) -> String {
        var (rest, micros) = max(0, packed).quotientAndRemainder(dividingBy: 1_000_000)
        var fields: [Int] = []
        for limit in limits.reversed() {
            let (quotient, field) = rest.quotientAndRemainder(dividingBy: limit)
            fields.insert(field, at: 0)
            rest = quotient
        }
        func pad(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        micros = micros % 1_000_000
        return pad(fields[0], 4) + "-" + pad(fields[1], 2) + "-" + pad(fields[2], 2) + "T" + pad(fields[3], 2) + ":" + pad(fields[4], 2)
            + ":" + pad(fields[5], 2) + "." + pad(micros, 6) + "+00:00"
    }
}
