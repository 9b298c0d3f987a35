/// Immutable UTF-8 bytes with a NUL behind them, shared by reference.
///
/// The one form in which payloads and ids live in the engine: copying is a reference count, and the bytes can be
/// lent to C as they are. The NUL is not counted. The text of a host value is made when somebody looks at it.
///
/// `@unchecked Sendable` because nothing writes to the storage after `TextBuilder.finish`, unless one text alone holds it.
public struct Text: @unchecked Sendable {
    private enum Form {
        case bytes(TextStorage)
        case value(HostValue)
    }

    private var form: Form

    fileprivate init(storage: TextStorage) { form = .bytes(storage) }

    /// A value that stands for its text.
    public init(_ value: HostValue) { form = .value(value) }

    /// The value behind the text, if the text was made from one in this process.
    public var hostValue: HostValue? { if case .value(let value) = form { value } else { nil } }

    /// Why the value behind the text has none; nil for an ordinary text. Encodes the value.
    public var unencodable: Failure? {
        guard case .value(let value) = form else { return nil }
        return value.encoding.failure
    }

    fileprivate var storage: TextStorage {
        switch form {
        case .bytes(let storage): storage
        case .value(let value): value.encoding.text.storage
        }
    }

    /// Copies `bytes`, which the caller knows to be UTF-8.
    public init(copying bytes: UnsafeRawBufferPointer) {
        var builder = TextBuilder(capacity: bytes.count)
        builder.append(bytes)
        self = builder.finish()
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

    public var count: Int { storage.count }
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
        UnsafeRawPointer(storage.base).assumingMemoryBound(to: CChar.self)
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
        form = Self.null.form
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
    private var capacity: Int
    public private(set) var count = 0

    public init(capacity: Int = 128) {
        self.capacity = max(capacity, 16)
        storage = TextStorage.make(capacity: self.capacity)
    }

    /// Goes on in a storage that nobody else holds, behind its first bytes.
    fileprivate init(_ storage: TextStorage, count: Int) {
        self.storage = storage
        capacity = storage.capacity - 1
        self.count = count
    }

    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        UnsafeMutableRawPointer(storage.base + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    public mutating func append(_ text: Text) {
        text.withBytes { append(UnsafeRawBufferPointer($0)) }
    }

    public mutating func append(_ string: String) {
        var string = string
        string.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    public mutating func append(byte: UInt8) {
        reserve(1)
        storage.base[count] = byte
        count += 1
    }

    public mutating func append(_ number: Int) {
        append(String(number))
    }

    /// The text so far; the builder is used up.
    public consuming func finish() -> Text {
        storage.base[count] = 0
        storage.count = count
        return Text(storage: storage)
    }

    private mutating func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        capacity = max(capacity * 2, count + more)
        let larger = TextStorage.make(capacity: capacity)
        UnsafeMutableRawPointer(larger.base).copyMemory(from: storage.base, byteCount: count)
        storage = larger
    }
}

/// The bytes behind a text: one allocation that holds their number, the bytes and a NUL.
private final class TextStorage: ManagedBuffer<Int, UInt8> {
    static func make(capacity: Int) -> TextStorage {
        let buffer = create(minimumCapacity: capacity + 1) { _ in 0 }
        return unsafeDowncast(buffer, to: TextStorage.self)
    }

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
        get { withUnsafeMutablePointerToHeader { $0.pointee } }
        set { withUnsafeMutablePointerToHeader { $0.pointee = newValue } }
    }
}
