/// Steps over the values of a text that is known to be JSON. Every index is checked against the end.
enum JSONScan {
    static func skipSpace(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        var offset = start
        while offset < bytes.count, isSpace(bytes[offset]) { offset += 1 }
        return min(offset, bytes.count)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// The offset behind the value at `start`.
    static func skipValue(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        guard start < bytes.count else { return bytes.count }
        switch bytes[start] {
        case UInt8(ascii: "\""): return skipString(bytes, start)
        case UInt8(ascii: "{"), UInt8(ascii: "["): return skipNested(bytes, start)
        default:
            var offset = start
            while offset < bytes.count, !isDelimiter(bytes[offset]) { offset += 1 }
            return offset
        }
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ":"): true
        default: isSpace(byte)
        }
    }

    private static func skipString(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        var offset = start + 1
        while offset < bytes.count {
            if bytes[offset] == UInt8(ascii: "\"") { return offset + 1 }
            offset += bytes[offset] == UInt8(ascii: "\\") ? 2 : 1
        }
        return bytes.count
    }

    private static func skipNested(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        var depth = 0
        var offset = start
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return offset + 1 }
            case UInt8(ascii: "\""):
                offset = skipString(bytes, offset)
                continue
            default: break
            }
            offset += 1
        }
        return bytes.count
    }

    /// How many bytes lead to where arrays and objects are first nested so deep; nil if they never are.
    static func offset(ofLevel level: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
        let bytes = bytes.assumingMemoryBound(to: UInt8.self)
        var depth = 0
        var offset = 0
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth == level { return offset + 1 }
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\""):
                offset = skipString(bytes, offset)
                continue
            default: break
            }
            offset += 1
        }
        return nil
    }

    /// The characters of the string literal at `range`.
    static func unescaped(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> String {
        let body = bytes[range].dropFirst().dropLast()
        guard body.contains(UInt8(ascii: "\\")) else { return String(decoding: body, as: UTF8.self) }
        var units: [UInt16] = []
        for scalar in String(decoding: body, as: UTF8.self).utf16 { units.append(scalar) }
        return String(decoding: unescaped(units), as: UTF16.self)
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
