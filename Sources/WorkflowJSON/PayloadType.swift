public import WorkflowModel

/// The name of a payload's type: the `$type` of a tagged value, else its JSON kind.
///
/// `null`, `boolean`, `integer`, `number`, `string`, `array`, `object`; an `integer` is a `number` too.
public enum PayloadType {
    public static func name(of payload: Text) -> String {
        let value = JSONValue(trusting: payload)
        switch value.kind {
        case .null: return "null"
        case .bool: return "boolean"
        case .string: return "string"
        case .array: return "array"
        case .number: return value.integer == nil ? "number" : "integer"
        case .object:
            // The tag is written first; an object that merely has such a member later is plain.
            if let (name, tag) = value.firstMember, name == "$type", let type = tag.string { return type }
            return "object"
        }
    }

    /// Whether a payload is of one of the types named in `expected`, which are separated by `|`.
    public static func matches(_ payload: Text, _ expected: Text) -> Bool {
        let name = name(of: payload)
        return expected.string.split(separator: "|" as Character).contains { one in
            one == "any" || one == name || (one == "number" && name == "integer")
        }
    }
}
