/// Immutable UTF-8 bytes with a NUL behind them, shared by reference.
///
/// The one form in which payloads and ids live in the engine: copying is a reference count, and the bytes can be
/// lent to C as they are. The NUL is not counted. The text of a host value is made when somebody looks at it.
///
/// `@unchecked Sendable` because nothing writes to the storage after `TextBuilder.finish`, unless one text alone holds it.
public struct Text: @unchecked Sendable {
    /// Its own bytes, or no bytes and the value that has them: one reference either way, for it is counted all the time.
    private var holder: TextStorage

    fileprivate init(storage: TextStorage) { holder = storage }

    /// A value that stands for its text.
    public init(_ value: HostValue) { holder = TextStorage.make(value) }

    /// Whether the text was made from a value in this process.
    public var isHostValue: Bool { holder.isValue }

    /// The value behind the text, if there is one.
    public var hostValue: HostValue? { holder.isValue ? holder.value : nil }

    /// The text itself, or that of the value behind it if it was made before.
    public var known: Text? { holder.isValue ? holder.value?.knownText : self }

    /// Whether they are one text, not only alike.
    public func isIdentical(to other: Text) -> Bool { holder === other.holder }

    /// Why the value behind the text has none; nil for an ordinary text. Encodes the value.
    public var unencodable: Failure? { holder.isValue ? holder.value?.encoding.failure : nil }

    /// From now on it is an ordinary text, which keeps no value. Encodes the value.
    public mutating func forgetValue() { if holder.isValue { holder = encoded } }

    fileprivate var storage: TextStorage { holder.isValue ? encoded : holder }

    private var encoded: TextStorage { (holder.value?.encoding.text ?? .null).storage }

    /// Copies `bytes`, which the caller knows to be UTF-8.
    public init(copying bytes: UnsafeRawBufferPointer) {
        holder = TextStorage.make(capacity: bytes.count)
        if let source = bytes.baseAddress { UnsafeMutableRawPointer(holder.base).copyMemory(from: source, byteCount: bytes.count) }
        holder.base[bytes.count] = 0
        holder.count = bytes.count
    }

    public init(_ string: String) {
        var builder = TextBuilder(capacity: string.utf8.count)
        builder.append(string)
        self = builder.finish()
    }

    public init<Bytes: Collection<UInt8>>(bytes: Bytes) {
        var builder = TextBuilder(capacity: bytes.count)
        for byte in bytes { builder.append(byte: byte) }
        self = builder.finish()
    }

    public var count: Int { holder.isValue ? encoded.count : holder.count }
    public var isEmpty: Bool { count == 0 }

    /// The bytes without the NUL, valid inside `body`.
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let storage = storage
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeBufferPointer(start: storage.base, count: storage.count))
    }

    /// The bytes with their NUL, for C. Valid as long as some copy of this text lives: the caller keeps one.
    public var unsafeCString: UnsafePointer<CChar> {
        UnsafeRawPointer(holder.isValue ? encoded.base : holder.base).assumingMemoryBound(to: CChar.self)
    }

    public var string: String {
        withBytes { String(decoding: $0, as: UTF8.self) }
    }

    public func hasPrefix(_ prefix: Text) -> Bool {
        withBytes { bytes in prefix.withBytes { bytes.starts(with: $0) } }
    }

    /// The bytes of `range` as a text of their own. `range` is clamped to what there is.
    public func slice(_ range: Range<Int>) -> Text {
        withBytes { Text(copying: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer($0)[range.clamped(to: 0..<$0.count)])) }
    }

    public static let null = Text("null")

    /// Keeps the first bytes, and lets `write` put others in the place of the rest. Costs what is written, as long as nobody
    /// else holds the bytes and there is room; whoever does hold them keeps what they were.
    public mutating func replaceEnd(from kept: Int, _ write: (inout TextBuilder) -> Void) {
        var builder = takeBuilder(keeping: min(max(kept, 0), count))
        write(&builder)
        self = builder.finish()
    }

    private mutating func takeBuilder(keeping kept: Int) -> TextBuilder {
        var storage = storage
        // A text that holds the storage as well would make two of one.
        holder = Self.null.holder
        if isKnownUniquelyReferenced(&storage) { return TextBuilder(storage, count: kept) }
        var builder = TextBuilder(capacity: kept + kept / 2)
        builder.append(UnsafeRawBufferPointer(start: storage.base, count: kept))
        withExtendedLifetime(storage) {}
        return builder
    }
}

extension Text: Hashable, Comparable {
    public static func == (left: Text, right: Text) -> Bool {
        let (left, right) = (left.storage, right.storage)
        if left === right { return true }
        return withExtendedLifetime((left, right)) { left.count == right.count && left.firstDifference(right) == nil }
    }

    /// By bytes, which for UTF-8 is the order of code points.
    public static func < (left: Text, right: Text) -> Bool {
        let (left, right) = (left.storage, right.storage)
        return withExtendedLifetime((left, right)) {
            guard let place = left.firstDifference(right) else { return left.count < right.count }
            return left.base[place] < right.base[place]
        }
    }

    public func hash(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension Text: CustomStringConvertible {
    public var description: String { string }
}

/// Grows a text. Finishing does not copy.
public struct TextBuilder {
    private var storage: TextStorage
    /// Of the storage, which does not move.
    @usableFromInline var base: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int
    @usableFromInline var length = 0

    public init(capacity: Int = 128) {
        self.capacity = max(capacity, 16)
        storage = TextStorage.make(capacity: self.capacity)
        base = storage.base
    }

    /// Goes on in a storage that nobody else holds, behind its first bytes.
    fileprivate init(_ storage: TextStorage, count: Int) {
        self.storage = storage
        base = storage.base
        capacity = storage.capacity - 1
        length = count
    }

    public var count: Int { length }

    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        if bytes.count > capacity - length { grow(bytes.count) }
        UnsafeMutableRawPointer(base + length).copyMemory(from: source, byteCount: bytes.count)
        length += bytes.count
    }

    public mutating func append(_ text: Text) {
        text.withBytes { append(UnsafeRawBufferPointer($0)) }
    }

    public mutating func append(_ string: String) {
        var string = string
        string.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    @inlinable
    public mutating func append(byte: UInt8) {
        if length == capacity { grow(1) }
        base[length] = byte
        length += 1
    }

    public mutating func append(_ number: Int) {
        guard number >= 0 else { return append(String(number)) }
        // The digits from the last to the first.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var (first, rest) = (digits.count, number)
            repeat {
                first -= 1
                digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            append(UnsafeRawBufferPointer(UnsafeMutableBufferPointer(rebasing: digits[first...])))
        }
    }

    /// The text so far; the builder is used up.
    public consuming func finish() -> Text {
        base[length] = 0
        storage.count = length
        return Text(storage: storage)
    }

    @usableFromInline
    mutating func grow(_ more: Int) {
        capacity = max(capacity * 2, length + more)
        let larger = TextStorage.make(capacity: capacity)
        UnsafeMutableRawPointer(larger.base).copyMemory(from: base, byteCount: length)
        storage = larger
        base = larger.base
    }
}

private struct TextHeader {
    /// Of the bytes; `TextStorage.ofValue` if a value has them.
    var count: Int
    let value: HostValue?
}

/// The bytes behind a text: one allocation that holds their number, the bytes and a NUL.
private final class TextStorage: ManagedBuffer<TextHeader, UInt8> {
    private static let ofValue = -1

    static func make(capacity: Int) -> TextStorage {
        let buffer = create(minimumCapacity: capacity + 1) { _ in TextHeader(count: 0, value: nil) }
        return unsafeDowncast(buffer, to: TextStorage.self)
    }

    static func make(_ value: HostValue) -> TextStorage {
        let buffer = create(minimumCapacity: 0) { _ in TextHeader(count: ofValue, value: value) }
        return unsafeDowncast(buffer, to: TextStorage.self)
    }

    var isValue: Bool { count == Self.ofValue }
    var value: HostValue? { withUnsafeMutablePointerToHeader { $0.pointee.value } }

    var base: UnsafeMutablePointer<UInt8> { withUnsafeMutablePointerToElements { $0 } }

    /// The first place at which two bytes differ, if both have it. Eight at a time: ids and keys are compared all the time.
    func firstDifference(_ other: TextStorage) -> Int? {
        let (left, right, end) = (UnsafeRawPointer(base), UnsafeRawPointer(other.base), min(count, other.count))
        var place = 0
        while place + 8 <= end,
            left.loadUnaligned(fromByteOffset: place, as: UInt64.self) == right.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        { place += 8 }
        while place < end, base[place] == other.base[place] { place += 1 }
        return place < end ? place : nil
    }

    /// Not by `header`, which is checked for exclusive access each time: nobody writes it but the one builder.
    var count: Int {
        get { withUnsafeMutablePointerToHeader { $0.pointee.count } }
        set { withUnsafeMutablePointerToHeader { $0.pointee.count = newValue } }
    }
}
