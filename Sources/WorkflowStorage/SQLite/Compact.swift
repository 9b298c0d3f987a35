import WorkflowModel

/// Ids and times as they stand in rows: an id of the library's own form in 17 bytes instead of 36, a time in 8 instead of 32.
/// Others stand as they are; what is read back is what was written, byte for byte.
enum Compact {
    /// No id begins with it.
    private static let mark: UInt8 = 0xFF
    private static func isHyphen(_ place: Int) -> Bool { place == 8 || place == 13 || place == 18 || place == 23 }
    private static func hexDigit(_ number: UInt8) -> UInt8 { number + (number < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10) }

    static func id(_ id: String) -> Text {
        var id = id
        return id.withUTF8 { digits in ownID(digits) ?? Text(copying: UnsafeRawBufferPointer(digits)) }
    }

    private static func ownID(_ digits: UnsafeBufferPointer<UInt8>) -> Text? {
        guard digits.count == 36 else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: 17, alignment: 1) { bytes in
            bytes[0] = mark
            var (number, count): (UInt8, Int) = (0, 0)
            for (place, byte) in digits.enumerated() {
                if isHyphen(place) {
                    guard byte == UInt8(ascii: "-") else { return nil }
                    continue
                }
                guard let digit = digit(byte) else { return nil }
                number = number << 4 | digit
                if count & 1 == 1 { bytes[1 + count / 2] = number }
                count += 1
            }
            return Text(copying: UnsafeRawBufferPointer(bytes))
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// Whether this stands for an id of the library's own form.
    static func isOwn(_ compact: Text) -> Bool { compact.withBytes { $0.count == 17 && $0.first == mark } }

    static func id(of compact: Text) -> String {
        compact.withBytes { bytes in
            guard bytes.count == 17, bytes.first == mark else { return String(decoding: bytes, as: UTF8.self) }
            var text: [UInt8] = []
            text.reserveCapacity(36)
            for byte in bytes.dropFirst() {
                if isHyphen(text.count) { text.append(UInt8(ascii: "-")) }
                text.append(hexDigit(byte >> 4))
                text.append(hexDigit(byte & 15))
            }
            return String(decoding: text, as: UTF8.self)
        }
    }

    // MARK: Times: "2026-11-21T11:22:33.123456+00:00"

    private static let form = Array("0000-00-00T00:00:00.000000+00:00".utf8)
    /// Where each field begins and ends, and how many values it has.
    private static let fields = [(0, 4, 10_000), (5, 7, 13), (8, 10, 32), (11, 13, 24), (14, 16, 60), (17, 19, 60), (20, 26, 1_000_000)]

    static func time(_ text: String) -> SQLiteStatement.Value {
        var text = text
        let packed: Int64? = text.withUTF8 { bytes in
            guard bytes.count == form.count else { return nil }
            var packed: Int64 = 0
            for (start, end, limit) in fields {
                var number: Int64 = 0
                for byte in bytes[start..<end] {
                    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                    number = number * 10 + Int64(byte - UInt8(ascii: "0"))
                }
                guard number < limit else { return nil }
                packed = packed &* Int64(limit) &+ number
            }
            for place in [4, 7, 10, 13, 16, 19, 26, 27, 28, 29, 30, 31] where bytes[place] != form[place] { return nil }
            return packed
        }
        return packed.map { .integer($0) } ?? .blob(Text(text))
    }

    static func time(of packed: Int64) -> String {
        var bytes = form
        var rest = max(0, packed)
        for (start, end, limit) in fields.reversed() {
            var number = rest % Int64(limit)
            rest /= Int64(limit)
            for place in (start..<end).reversed() {
                bytes[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10)
                number /= 10
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
