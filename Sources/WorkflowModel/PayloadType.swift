/// The name of a payload's type: the `$type` of a tagged value, else its JSON kind.
///
/// `null`, `boolean`, `integer`, `number`, `string`, `array`, `object`; an `integer` is a `number` too, and everything is
/// `any`. Only the head of the payload is looked at, however long it is.
public enum PayloadType {
    public static let null = Text("null")
    public static let boolean = Text("boolean")
    public static let integer = Text("integer")
    public static let number = Text("number")
    public static let string = Text("string")
    public static let array = Text("array")
    public static let object = Text("object")
    public static let any = Text("any")
    /// Tags the requests of a sub-workflow that executors around it answer.
    public static let subWorkflowRequest = Text("libworkflow:sub_workflow_request")

    /// `payload` is known to be JSON. A value of the host that says its type need not become text for it.
    public static func name(of payload: Text) -> Text {
        if let name = payload.hostValue?.typeName { return Text(name) }
        return payload.withBytes { bytes in
            let start = skipSpace(bytes, 0)
            guard start < bytes.count else { return null }
            switch bytes[start] {
            case UInt8(ascii: "n"): return null
            case UInt8(ascii: "t"), UInt8(ascii: "f"): return boolean
            case UInt8(ascii: "\""): return string
            case UInt8(ascii: "["): return array
            case UInt8(ascii: "{"): return tag(bytes, start) ?? object
            default: return bytes[start...].contains(where: isFractional) ? number : integer
            }
        }
    }

    /// Whether a payload is of one of the types named in `expected`, which are separated by `|`.
    public static func matches(_ payload: Text, _ expected: Text) -> Bool {
        let names = expected.string.split(separator: "|" as Character).map { Text(String($0)) }
        return mostSpecific(of: names, for: name(of: payload)) != nil
    }

    /// Which of `names` a value of the type `type` is taken for: its own name before a wider one, that before `any`.
    public static func mostSpecific(of names: [Text], for type: Text) -> Text? {
        if names.contains(type) { return type }
        if type == integer, names.contains(number) { return number }
        return names.contains(any) ? any : nil
    }

    /// The tag is written first; an object that merely has such a member later is plain.
    private static func tag(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Text? {
        let name = skipSpace(bytes, start + 1)
        guard let (member, colon) = literal(bytes, name, longest: longestTagName), member == "$type" else { return nil }
        return literal(bytes, skipSpace(bytes, skipSpace(bytes, colon) + 1)).map { Text($0.text) }
    }

    /// `"$type"` with every character as an escape: a longer name is another one.
    private static let longestTagName = 32

    /// The string at `start` and the offset behind it; nil for anything else.
    private static func literal(
        _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, longest: Int = .max
    ) -> (text: String, end: Int)? {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "\"") else { return nil }
        let end = JSONString.end(in: bytes, from: start)
        return end - start > longest ? nil : (JSONString.unescaped(bytes, start..<end), end)
    }

    private static func skipSpace(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        var offset = start
        while offset < bytes.count, isSpace(bytes[offset]) { offset += 1 }
        return min(offset, bytes.count)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    private static func isFractional(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
    }
}
