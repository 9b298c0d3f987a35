public import WorkflowModel

/// A value inside a text that jansson has accepted: where it is, not a copy of it.
///
/// Reading a checkpoint this way keeps payloads as the bytes they were; a parse and a print by any library would
/// change the spelling of numbers and escapes, and a resumed run would no longer write what a straight one does.
/// The walk trusts the syntax but not its own luck: it never reads outside the text.
public struct JSONValue: Sendable {
    public let text: Text
    public let range: Range<Int>

    public enum Kind: Sendable { case object, array, string, number, bool, null }

    /// Checks the whole text, then stands at its value.
    public init(checking text: Text, as what: String) throws(Failure) {
        try JSON.check(text, as: what)
        self.init(text, from: 0)
    }

    /// Stands at the value of a text that was checked before.
    public init(trusting text: Text) { self.init(text, from: 0) }

    private init(_ text: Text, _ range: Range<Int>) { (self.text, self.range) = (text, range) }

    private init(_ text: Text, from offset: Int) {
        self.text = text
        range = text.withBytes { bytes in
            let start = JSONScan.skipSpace(bytes, offset)
            return start..<JSONScan.skipValue(bytes, start)
        }
    }

    public var kind: Kind {
        switch first {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
        case UInt8(ascii: "n"): .null
        default: .number
        }
    }

    private var first: UInt8 { text.withBytes { range.isEmpty ? 0 : $0[range.lowerBound] } }

    /// The value as it was written.
    public var raw: Text { range == 0..<text.count ? text : text.slice(range) }

    public var string: String? {
        guard kind == .string else { return nil }
        return text.withBytes { JSONString.unescaped($0, range) }
    }

    public var integer: Int? {
        guard kind == .number else { return nil }
        return text.withBytes { Int(String(decoding: $0[range], as: UTF8.self)) }
    }

    public var number: Double? {
        guard kind == .number else { return nil }
        return text.withBytes { Double(String(decoding: $0[range], as: UTF8.self)) }
    }

    public var isNull: Bool { kind == .null }

    /// In the order of the text. Empty for what is not an array.
    public var elements: [JSONValue] {
        guard kind == .array else { return [] }
        var found: [JSONValue] = []
        eachItem { offset in
            let value = JSONValue(text, from: offset)
            found.append(value)
            return value.range.upperBound
        }
        return found
    }

    /// Names and values in the order of the text. Empty for what is not an object.
    public var members: [(name: String, value: JSONValue)] {
        guard kind == .object else { return [] }
        var found: [(String, JSONValue)] = []
        eachItem { offset in
            let (name, value) = member(offset)
            found.append((name, value))
            return value.range.upperBound
        }
        return found
    }

    /// The members of an object from its begin until `isEnough`: what stands behind is not looked at. The text was checked before.
    static func firstMembers(trusting text: Text, until isEnough: (String) -> Bool) -> [(name: String, value: JSONValue)] {
        let start = text.withBytes { JSONScan.skipSpace($0, 0) }
        let object = JSONValue(text, start..<max(start, text.count))
        guard object.kind == .object else { return [] }
        var found: [(String, JSONValue)] = []
        object.eachItem { offset in
            let (name, value) = object.member(offset)
            found.append((name, value))
            return isEnough(name) ? nil : value.range.upperBound
        }
        return found
    }

    private func member(_ offset: Int) -> (name: String, value: JSONValue) {
        let name = JSONValue(text, from: offset)
        let colon = text.withBytes { JSONScan.skipSpace($0, name.range.upperBound) }
        return (name.string ?? "", JSONValue(text, from: colon + 1))
    }

    /// Calls `item` with the offset of each element or member; it answers where that ends, or nil to see no more.
    private func eachItem(_ item: (Int) -> Int?) {
        var offset = range.lowerBound + 1
        while true {
            offset = text.withBytes { JSONScan.skipSpace($0, offset) }
            guard offset < range.upperBound - 1, let end = item(offset) else { return }
            offset = text.withBytes { JSONScan.skipSpace($0, end) } + 1
        }
    }
}
