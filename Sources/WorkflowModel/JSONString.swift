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

    /// The first place from `start` on with a byte that is not simply a character of a literal: a quote, a backslash, a control and, if so
    /// asked, one beyond ASCII.
    @inlinable
    public static func plainEnd(in bytes: UnsafeRawBufferPointer, from start: Int, onlyASCII: Bool) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high: UInt64 = 0x8080_8080_8080_8080
        var place = start
        // Eight at a time: the highest bit of a byte is set if it is such a one, and perhaps of some behind it.
        while bytes.count - place >= 8 {
            let eight = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            let quotes = eight ^ (ones &* UInt64(UInt8(ascii: "\"")))
            let backslashes = eight ^ (ones &* UInt64(UInt8(ascii: "\\")))
            let ascii = (eight &- ones &* 0x20) | (quotes &- ones) | (backslashes &- ones)
            let found = (onlyASCII ? ascii | eight : ascii & ~eight) & high
            guard found == 0 else { return place + found.trailingZeroBitCount / 8 }
            place += 8
        }
        while place < bytes.count {
            switch bytes[place] {
            case ..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"): return place
            case 0x80... where onlyASCII: return place
            default: place += 1
            }
        }
        return place
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
