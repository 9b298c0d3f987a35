public import WorkflowModel

/// Writes JSON piece by piece; payloads go in as the bytes they are.
///
/// The writer places the commas. A document is written with one top-level member a line, which keeps it readable
/// and comparable line by line.
public struct JSONWriter {
    private var text: TextBuilder
    private var needsComma = false
    /// Payloads with as many bytes are left out, and noted.
    private let shortestPiece: Int
    private var pieces: [CutText.Piece] = []

    public init(capacity: Int = 256, shortestPiece: Int = .max) {
        text = TextBuilder(capacity: capacity)
        self.shortestPiece = shortestPiece
    }

    public consuming func finish() -> Text { text.finish() }

    public consuming func finishCut() -> CutText {
        let pieces = pieces
        return CutText(text.finish(), pieces)
    }

    public mutating func raw(_ value: Text) { raw(value, stays: false) }

    /// `stays`: see `CutText.Piece`.
    mutating func raw(_ value: Text, stays: Bool) {
        separate()
        guard value.count >= shortestPiece else { return text.append(value) }
        pieces.append(CutText.Piece(place: text.count, text: value, stays: stays))
    }

    /// Null for nil.
    public mutating func string(_ value: String?) {
        guard let value else { return null() }
        separate()
        quote(value)
    }

    public mutating func string(_ value: Text) {
        separate()
        value.withBytes { quote($0) }
    }

    public mutating func integer(_ value: Int) {
        separate()
        text.append(value)
    }

    public mutating func null() {
        separate()
        text.append("null")
    }

    /// The name of the member whose value comes next.
    public mutating func name(_ name: String, onNewLine: Bool = false) {
        separate()
        if onNewLine { text.append(byte: UInt8(ascii: "\n")) }
        quote(name)
        text.append(onNewLine ? ": " : ":")
        needsComma = false
    }

    public mutating func name(_ name: Text) {
        separate()
        name.withBytes { quote($0) }
        text.append(byte: UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func member(_ name: String, _ value: Text) {
        self.name(name)
        string(value)
    }

    public mutating func member(_ name: String, _ value: String?, onNewLine: Bool = false) {
        self.name(name, onNewLine: onNewLine)
        string(value)
    }

    public mutating func member(_ name: String, _ value: Bool) {
        self.name(name)
        raw(value ? Self.yes : Self.no)
    }

    /// A finite number.
    public mutating func member(_ name: String, _ value: Double) {
        self.name(name)
        raw(Text("\(value)"))
    }

    private static let yes = Text("true")
    private static let no = Text("false")

    public mutating func member(_ name: String, _ value: Int?, onNewLine: Bool = false) {
        self.name(name, onNewLine: onNewLine)
        if let value { integer(value) } else { null() }
    }

    public mutating func object(_ body: (inout JSONWriter) -> Void) { nest("{", "}", body) }
    public mutating func array(_ body: (inout JSONWriter) -> Void) { nest("[", "]", body) }

    /// An object on a line of its own.
    public mutating func line(_ body: (inout JSONWriter) -> Void) {
        separate()
        text.append(byte: UInt8(ascii: "\n"))
        needsComma = false
        object(body)
    }

    /// `{`, one member a line, `}` and a line feed.
    public mutating func document(_ body: (inout JSONWriter) -> Void) {
        nest("{", "\n}\n", body)
    }

    private mutating func nest(_ open: String, _ close: String, _ body: (inout JSONWriter) -> Void) {
        separate()
        text.append(open)
        needsComma = false
        body(&self)
        text.append(close)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { text.append(byte: UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func quote(_ value: String) {
        var value = value
        value.withUTF8 { quote($0) }
    }

    /// What needs no escape, which is nearly everything, is copied as a whole.
    private mutating func quote(_ bytes: UnsafeBufferPointer<UInt8>) {
        text.append(byte: UInt8(ascii: "\""))
        var plain = 0
        var place = 0
        while place < bytes.count {
            place = JSONString.plainEnd(in: UnsafeRawBufferPointer(bytes), from: place, onlyASCII: false)
            guard place < bytes.count else { break }
            text.append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[plain..<place])))
            escape(bytes[place])
            place += 1
            plain = place
        }
        text.append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[plain...])))
        text.append(byte: UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): text.append("\\\"")
        case UInt8(ascii: "\\"): text.append("\\\\")
        case 0x0A: text.append("\\n")
        case 0x09: text.append("\\t")
        case 0x0D: text.append("\\r")
        default:
            let digits = String(byte, radix: 16)
            text.append("\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits)
        }
    }
}
