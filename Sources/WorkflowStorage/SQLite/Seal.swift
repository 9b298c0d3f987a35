import WorkflowModel

/// A 64-bit checksum. A change of any one byte changes it for sure; anything else all but surely.
///
/// Each step is a bijection of the state for a given input and the other way round, so what differs in one word stays
/// different. Against accidents, not against people.
struct Seal {
    private(set) var value: UInt64

    init(_ start: UInt64 = 0x9E37_79B9_7F4A_7C15) { value = start }

    mutating func add(_ number: Int) { mix(UInt64(bitPattern: Int64(number))) }
    mutating func add(_ number: UInt64) { mix(number) }

    /// The bytes and their number.
    mutating func add(_ text: Text) {
        text.withBytes { bytes in
            mix(UInt64(bytes.count))
            let raw = UnsafeRawBufferPointer(bytes)
            var offset = 0
            while offset + 8 <= raw.count {
                mix(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
                offset += 8
            }
            var rest: UInt64 = 0
            for byte in raw[offset...] { rest = rest << 8 | UInt64(byte) }
            mix(rest)
        }
    }

    /// Tells absent from empty.
    mutating func add(_ text: Text?) {
        add(text == nil ? 0 : 1)
        if let text { add(text) }
    }

    private mutating func mix(_ word: UInt64) {
        value = (value ^ word) &* 0xFF51_AFD7_ED55_8CCD
        value ^= value >> 32
    }

    /// As SQLite keeps it.
    var integer: Int { Int(Int64(bitPattern: value)) }
}
