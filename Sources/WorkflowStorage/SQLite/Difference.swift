import WorkflowModel

/// How to make a text from one before it: what both begin with and end with stays, the middle is new.
///
/// That is the whole of an element more in a list, a key more in a map, a longer text, a number that counts.
struct Difference {
    var head: Int
    var tail: Int
    var middle: Text

    /// What has no more bytes is kept whole.
    static let shortest = 64

    /// Nil if it would save little.
    init?(from old: Text, to new: Text) {
        guard new.count > Self.shortest else { return nil }
        let (head, tail) = old.withBytes { old in
            new.withBytes { new in
                let head = Self.common(old, new)
                let room = min(old.count, new.count) - head
                return (head, Self.commonTail(old, new, atMost: room))
            }
        }
        self.init(of: new, head: head, tail: tail)
    }

    /// For what has only grown behind its first bytes.
    init?(of new: Text, grownFrom kept: Int) { self.init(of: new, head: kept, tail: 0) }

    private init?(of new: Text, head: Int, tail: Int) {
        guard head + tail > new.count / 2, new.count > Self.shortest else { return nil }
        self.init(head: head, tail: tail, middle: new.slice(head..<(new.count - tail)))
    }

    init(head: Int, tail: Int, middle: Text) {
        self.head = head
        self.tail = tail
        self.middle = middle
    }

    private static func common(_ old: UnsafeBufferPointer<UInt8>, _ new: UnsafeBufferPointer<UInt8>) -> Int {
        let (left, right) = (UnsafeRawBufferPointer(old), UnsafeRawBufferPointer(new))
        let count = min(left.count, right.count)
        var offset = 0
        while offset + 8 <= count,
            left.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        { offset += 8 }
        while offset < count, left[offset] == right[offset] { offset += 1 }
        return offset
    }

    private static func commonTail(_ old: UnsafeBufferPointer<UInt8>, _ new: UnsafeBufferPointer<UInt8>, atMost room: Int) -> Int {
        let (left, right) = (UnsafeRawBufferPointer(old), UnsafeRawBufferPointer(new))
        var count = 0
        while count + 8 <= room,
            left.loadUnaligned(fromByteOffset: left.count - count - 8, as: UInt64.self)
                == right.loadUnaligned(fromByteOffset: right.count - count - 8, as: UInt64.self)
        { count += 8 }
        while count < room, left[left.count - count - 1] == right[right.count - count - 1] { count += 1 }
        return count
    }

    // MARK: As bytes: the head and the tail as numbers of seven bits a byte, then the middle

    var encoded: Text {
        var bytes = TextBuilder(capacity: middle.count + 12)
        for number in [head, tail] { bytes.append(packed: UInt64(UInt(bitPattern: number))) }
        bytes.append(middle)
        return bytes.finish()
    }

    /// Nil for what is no difference.
    init?(decoding text: Text) {
        let found: (Int, Int, Int)? = text.withBytes { bytes in
            var offset = 0
            guard let head = PackedNumber.read(bytes, &offset).flatMap(Int.init(exactly:)),
                let tail = PackedNumber.read(bytes, &offset).flatMap(Int.init(exactly:))
            else { return nil }
            return (head, tail, offset)
        }
        guard let (head, tail, offset) = found else { return nil }
        self.init(head: head, tail: tail, middle: text.slice(offset..<text.count))
    }

    /// Changes `bytes` in place: an addition at the end costs no more than the addition. False if it does not fit.
    func apply(to bytes: inout [UInt8]) -> Bool {
        guard head <= bytes.count, tail <= bytes.count - head else { return false }
        middle.withBytes { middle in bytes.replaceSubrange(head..<(bytes.count - tail), with: middle) }
        return true
    }
}
