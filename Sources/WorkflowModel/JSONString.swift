/// String literals in bytes that are known to be JSON. Every index is checked against the end.
public enum JSONString {
    /// The offset behind the literal that begins at `start`.
    @inlinable
    public static func end(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var offset = start + 1
        while offset < bytes.count {
            if bytes[offset] == UInt8(ascii: "\"") { return offset + 1 }
            offset += bytes[offset] == UInt8(ascii: "\\") ? 2 : 1
        }
        return bytes.count
    }

    /// The characters of the literal at `range`.
    public static func unescaped(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> String {
        let body = bytes[range].dropFirst().dropLast()
        guard body.contains(UInt8(ascii: "\\")) else { return String(decoding: body, as: UTF8.self) }
        return String(decoding: unescaped(Array(String(decoding: body, as: UTF8.self).utf16)), as: UTF16.self)
    }

    private static func unescaped(_ units: [UInt16]) -> [UInt16] {
        var result: [UInt16] = []
        var index = 0
        while index < units.count {
            guard units[index] == 0x5C, index + 1 < units.count else {
                result.append(units[index])
                index += 1
                continue
            }
            let escape = units[index + 1]
            index += 2
            switch escape {
            case 0x62: result.append(0x08)
            case 0x66: result.append(0x0C)
            case 0x6E: result.append(0x0A)
            case 0x72: result.append(0x0D)
            case 0x74: result.append(0x09)
            case 0x75:
                let digits = String(decoding: units[index..<min(index + 4, units.count)], as: UTF16.self)
                result.append(UInt16(digits, radix: 16) ?? 0xFFFD)
                index += 4
            default: result.append(escape)
            }
        }
        return result
    }
}
