import WorkflowModel

/// Numbers of seven bits a byte, the lowest first: what is small takes one byte.
enum PackedNumber {
    /// The number at `offset`, which is behind it afterwards. Nil for what is none.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>, _ offset: inout Int) -> UInt64? {
        var (number, shift): (UInt64, UInt64) = (0, 0)
        while offset < bytes.count, shift < 64 {
            let byte = bytes[offset]
            offset += 1
            number |= UInt64(byte & 127) << shift
            if byte < 128 { return number }
            shift += 7
        }
        return nil
    }
}

extension TextBuilder {
    mutating func append(packed number: UInt64) {
        var rest = number
        while rest >= 128 {
            append(byte: UInt8(truncatingIfNeeded: rest) | 128)
            rest >>= 7
        }
        append(byte: UInt8(truncatingIfNeeded: rest))
    }
}
