public import WorkflowModel

/// JSON Merge Patch (RFC 7396). What the patch does not speak of keeps its bytes and its place.
public enum MergePatch {
    /// Members inside each other that a patch may have.
    static let deepest = 500

    /// Both texts are JSON. `what` names the patch in the error.
    public static func apply(_ patch: Text, to document: Text, as what: String) throws(Failure) -> Text {
        var json = JSONWriter(capacity: document.count + patch.count + 64)
        let (patch, target) = (JSONValue(trusting: patch), JSONValue(trusting: document))
        guard patch.kind == .object else {
            json.raw(patch.raw)
            return json.finish()
        }
        // One member a line, as a document is written.
        var failure: Failure?
        json.document { json in
            do throws(Failure) { try write(members(of: target), patch, 1, onNewLine: true, what, to: &json) } catch { failure = error }
        }
        if let failure { throw failure }
        return json.finish()
    }

    /// The members of one object after the patch: those of the target in their order, then the new ones.
    private static func write(
        _ members: [(name: String, value: JSONValue)], _ patch: JSONValue, _ depth: Int, onNewLine: Bool = false, _ what: String,
        to json: inout JSONWriter
    ) throws(Failure) {
        guard depth <= deepest else {
            throw Failure(.limit, "\(what) are nested deeper than \(deepest) objects; put the whole value into an array or one member")
        }
        var changes: [Name: JSONValue] = [:]
        for (name, value) in patch.members { changes[Name(name)] = value }
        var met: Set<Name> = []
        for (name, value) in members {
            met.insert(Name(name))
            guard let change = changes[Name(name)] else {
                json.name(name, onNewLine: onNewLine)
                json.raw(value.raw)
                continue
            }
            guard !change.isNull else { continue }
            json.name(name, onNewLine: onNewLine)
            try write(value, change, depth, what, to: &json)
        }
        for (name, change) in patch.members where !change.isNull && !met.contains(Name(name)) {
            json.name(name, onNewLine: onNewLine)
            try write(nil, change, depth, what, to: &json)
        }
    }

    private static func write(
        _ target: JSONValue?, _ change: JSONValue, _ depth: Int, _ what: String, to json: inout JSONWriter
    ) throws(Failure) {
        guard change.kind == .object else { return json.raw(change.raw) }
        var failure: Failure?
        json.object { json in
            do throws(Failure) { try write(members(of: target), change, depth + 1, what, to: &json) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private static func members(of value: JSONValue?) -> [(name: String, value: JSONValue)] { value?.members ?? [] }
}
