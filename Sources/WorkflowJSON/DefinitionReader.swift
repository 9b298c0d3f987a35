public import WorkflowModel

/// A definition as it was read: a draft, and what it declares but cannot bring along, the host's code.
public struct ParsedDefinition: Sendable {
    public var draft: GraphDraft
    /// Declared conditions by name.
    public var conditions: [Condition]
    /// Declared executors in order.
    public var executors: [String]
}

extension Definition {
    /// Reads a definition; one error lists everything that is wrong with its form.
    public static func parse(_ text: Text) throws(Failure) -> ParsedDefinition {
        let what = "the workflow definition"
        let value = try JSONValue(checking: text, as: what)
        guard value.kind == .object else { throw Failure(.graph, "\(what) is not an object") }
        var reader = DefinitionReader()
        let parsed = try reader.read(value)
        guard reader.problems.isEmpty else {
            throw Failure(.graph, "\(what) is not valid: " + reader.problems.joined(separator: "; "))
        }
        return parsed
    }
}

private struct DefinitionReader {
    var problems: [String] = []

    mutating func read(_ value: JSONValue) throws(Failure) -> ParsedDefinition {
        let fields = members(value, "", ["name", "start", "max_supersteps", "executors", "conditions", "edges"])
        var draft = try GraphDraft(name: name(fields["name"]))
        var executors: [String] = []
        var seen: Set<String> = []
        var conditions: [Condition] = []
        let start = string(fields["start"], "start")
        if let limit = fields["max_supersteps"] {
            if let number = limit.integer, let number = UInt64(exactly: number) {
                attempt("max_supersteps", &draft) { draft throws(Failure) in try draft.setMaxSupersteps(number) }
            } else {
                problems.append("'max_supersteps' should be a positive integer")
            }
        }
        for (index, item) in array(fields["executors"], "executors").enumerated() {
            let path = "executors[\(index)]"
            guard let id = string(members(item, path, ["id"])["id"], path + ".id") else { continue }
            attempt(path, &draft) { draft throws(Failure) in try draft.declare(id) }
            if !seen.insert(id).inserted { problems.append("\(path): executor '\(id.printable)' is declared twice") }
            executors.append(id)
        }
        if let start { attempt("start", &draft) { draft throws(Failure) in try draft.setStart(start) } }
        for (index, item) in array(fields["conditions"], "conditions", required: false).enumerated() {
            let path = "conditions[\(index)]"
            let fields = members(item, path, ["name", "version"])
            guard let name = string(fields["name"], path + ".name") else { continue }
            let version = fields["version"] == nil ? nil : string(fields["version"], path + ".version")
            if conditions.contains(where: { $0.name == name }) {
                problems.append("\(path): condition '\(name.printable)' is declared twice")
            }
            conditions.append(Condition(name: name, version: version))
        }
        for (index, item) in array(fields["edges"], "edges", required: false).enumerated() {
            edge(item, "edges[\(index)]", &draft)
        }
        return ParsedDefinition(draft: draft, conditions: conditions, executors: executors)
    }

    /// A name that cannot be one is a problem like the others: the reading goes on with another.
    private mutating func name(_ value: JSONValue?) -> String {
        guard let name = string(value, "name") else { return "?" }
        do throws(Failure) { try Name.check(name, as: "workflow name") } catch {
            problems.append("name: \(error.message)")
            return "?"
        }
        return name
    }

    private mutating func edge(_ value: JSONValue, _ path: String, _ draft: inout GraphDraft) {
        let kind = string(value.members.first { $0.name == "kind" }?.value, path + ".kind")
        switch kind {
        case "single":
            let fields = members(value, path, ["kind", "source", "target", "condition"])
            let (source, target) = (string(fields["source"], path + ".source"), string(fields["target"], path + ".target"))
            guard let source, let target else { return }
            let condition = fields["condition"] == nil ? nil : string(fields["condition"], path + ".condition")
            attempt(path, &draft) { draft throws(Failure) in try draft.addEdge(source, target, condition: condition) }
        case "fan_out":
            let fields = members(value, path, ["kind", "source", "targets"])
            let (source, targets) = (string(fields["source"], path + ".source"), strings(fields["targets"], path + ".targets"))
            guard let source else { return }
            attempt(path, &draft) { draft throws(Failure) in try draft.addFanOut(source, targets) }
        case "fan_in":
            let fields = members(value, path, ["kind", "sources", "target"])
            let (sources, target) = (strings(fields["sources"], path + ".sources"), string(fields["target"], path + ".target"))
            guard let target else { return }
            attempt(path, &draft) { draft throws(Failure) in try draft.addFanIn(sources, target) }
        case let kind?:
            problems.append("'\(path).kind' is '\(kind.printable)'; it should be 'single', 'fan_out' or 'fan_in'")
        case nil: break
        }
    }

    private mutating func attempt(
        _ path: String, _ draft: inout GraphDraft, _ change: (inout GraphDraft) throws(Failure) -> Void
    ) {
        do throws(Failure) { try change(&draft) } catch { problems.append("\(path): \(error.message)") }
    }

    private mutating func members(_ value: JSONValue, _ path: String, _ known: [String]) -> [String: JSONValue] {
        guard value.kind == .object else {
            problems.append("'\(path)' should be an object")
            return [:]
        }
        var fields: [String: JSONValue] = [:]
        for (name, member) in value.members {
            let place = path.isEmpty ? name : path + "." + name
            if known.contains(name) {
                fields[name] = member
            } else {
                problems.append("'\(place.printable)' is not known here; known are \(known.joined(separator: ", "))")
            }
        }
        return fields
    }

    private mutating func string(_ value: JSONValue?, _ path: String) -> String? {
        guard let string = value?.string else {
            problems.append("'\(path)' should be a text")
            return nil
        }
        return string
    }

    private mutating func strings(_ value: JSONValue?, _ path: String) -> [String] {
        array(value, path).enumerated().compactMap { string($0.element, "\(path)[\($0.offset)]") }
    }

    private mutating func array(_ value: JSONValue?, _ path: String, required: Bool = true) -> [JSONValue] {
        guard let value else {
            if required { problems.append("'\(path)' is missing") }
            return []
        }
        guard value.kind == .array else {
            problems.append("'\(path)' should be an array")
            return []
        }
        return value.elements
    }
}
