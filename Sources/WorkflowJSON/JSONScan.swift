import WorkflowModel

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
        case UInt8(ascii: "\""): return JSONString.end(in: bytes, from: start)
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
                offset = JSONString.end(in: bytes, from: offset)
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
                offset = JSONString.end(in: bytes, from: offset)
                continue
            default: break
            }
            offset += 1
        }
        return nil
    }
}
