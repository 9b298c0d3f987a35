public import WorkflowModel

/// A definition as it was read: a draft, and what it declares but cannot bring along, the host's code.
public struct ParsedDefinition: Sendable {
    public var draft: GraphDraft
    public var conditions: [Condition]
    public var selectors: [Selector]
    /// Declared executors in order.
    public var executors: [String]
    public var subWorkflows: [(id: String, definition: ParsedDefinition, ties: SubWorkflow.Ties)]
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
        let fields = members(value, "", ["name", "start", "max_supersteps", "executors", "conditions", "selectors", "edges"])
        var draft = try GraphDraft(name: name(fields["name"]))
        var executors: [String] = []
        var subWorkflows: [(id: String, definition: ParsedDefinition, ties: SubWorkflow.Ties)] = []
        var seen: Set<Name> = []
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
            let fields = members(item, path, ["id", "output", "accepts", "sends", "outputs", "retry", "timeout_ms", "sub_workflow"])
            guard let id = string(fields["id"], path + ".id") else { continue }
            attempt(path, &draft) { draft throws(Failure) in try draft.declare(id) }
            if let output = fields["output"], let designation = designation(output, path + ".output") {
                attempt(path, &draft) { draft throws(Failure) in try draft.setOutput(id, designation) }
            }
            let types = DeclaredTypes(
                accepts: typeList(fields["accepts"], path + ".accepts"), sends: typeList(fields["sends"], path + ".sends"),
                outputs: typeList(fields["outputs"], path + ".outputs"))
            if !types.isEmpty { attempt(path, &draft) { draft throws(Failure) in try draft.setTypes(id, types) } }
            if let retry = fields["retry"] { self.retry(retry, of: id, path + ".retry", &draft) }
            if let timeout = fields["timeout_ms"] {
                let milliseconds = timeout.integer.flatMap { UInt64(exactly: $0) } ?? 0
                attempt(path + ".timeout_ms", &draft) { draft throws(Failure) in try draft.setTimeout(id, milliseconds: milliseconds) }
            }
            if !seen.insert(Name(id)).inserted { problems.append("\(path): executor '\(id.printable)' is declared twice") }
            executors.append(id)
            if let sub = fields["sub_workflow"], let read = try subWorkflow(sub, path + ".sub_workflow") {
                subWorkflows.append((id, read.definition, read.ties))
            }
        }
        if let start { attempt("start", &draft) { draft throws(Failure) in try draft.setStart(start) } }
        let conditions = rules(fields["conditions"], "condition").map { Condition(name: $0.name, version: $0.version) }
        let selectors = rules(fields["selectors"], "selector").map { Selector(name: $0.name, version: $0.version) }
        for (index, item) in array(fields["edges"], "edges", required: false).enumerated() {
            edge(item, "edges[\(index)]", &draft)
        }
        return ParsedDefinition(
            draft: draft, conditions: conditions, selectors: selectors, executors: executors, subWorkflows: subWorkflows)
    }

    private mutating func subWorkflow(
        _ value: JSONValue, _ path: String
    ) throws(Failure) -> (definition: ParsedDefinition, ties: SubWorkflow.Ties)? {
        let fields = members(value, path, ["direct_output", "intercept_requests", "shared_state", "definition"])
        var ties = SubWorkflow.Ties()
        ties.outputsDirectly = flag(fields["direct_output"], path + ".direct_output")
        ties.interceptsRequests = flag(fields["intercept_requests"], path + ".intercept_requests")
        ties.sharesState = flag(fields["shared_state"], path + ".shared_state")
        guard let definition = fields["definition"] else {
            problems.append("'\(path).definition' is missing")
            return nil
        }
        var inner = DefinitionReader()
        let parsed = try inner.read(definition)
        problems += inner.problems.map { "\(path).definition: \($0)" }
        return (parsed, ties)
    }

    private mutating func typeList(_ value: JSONValue?, _ path: String) -> TypeList {
        guard value != nil else { return .undeclared }
        let names = strings(value, path)
        do throws(Failure) { return try TypeList(names, as: "'\(path)'") } catch {
            problems.append(error.message)
            return .undeclared
        }
    }

    private mutating func retry(_ value: JSONValue, of id: String, _ path: String, _ draft: inout GraphDraft) {
        let fields = members(value, path, ["attempts", "delay_ms", "factor", "longest_ms", "jitter"])
        func number(_ name: String, _ absent: Double) -> Double {
            guard let value = fields[name] else { return absent }
            return value.number ?? .nan
        }
        func integer(_ name: String, _ absent: Int) -> Int {
            guard let value = fields[name] else { return absent }
            return value.integer ?? -1
        }
        attempt(path, &draft) { draft throws(Failure) in
            try draft.setRetry(
                id,
                try Retry(
                    attempts: integer("attempts", 3), delay: integer("delay_ms", 1000), factor: number("factor", 2),
                    longest: integer("longest_ms", 60_000), jitter: number("jitter", 0)))
        }
    }

    private mutating func flag(_ value: JSONValue?, _ path: String) -> Bool {
        guard let value else { return false }
        guard value.kind == .bool else {
            problems.append("'\(path)' should be true or false")
            return false
        }
        return value.raw == Text("true")
    }

    private mutating func designation(_ value: JSONValue, _ path: String) -> OutputDesignation? {
        let found = value.string.flatMap { OutputDesignation(rawValue: $0) }
        if found == nil { problems.append("'\(path)' should be 'final', 'intermediate' or 'hidden'") }
        return found
    }

    /// Names with optional versions.
    private mutating func rules(_ value: JSONValue?, _ kind: String) -> [(name: String, version: String?)] {
        var found: [(name: String, version: String?)] = []
        for (index, item) in array(value, kind + "s", required: false).enumerated() {
            let place = "\(kind)s[\(index)]"
            let fields = members(item, place, ["name", "version"])
            guard let name = string(fields["name"], place + ".name") else { continue }
            if found.contains(where: { Name($0.name) == Name(name) }) {
                problems.append("\(place): \(kind) '\(name.printable)' is declared twice")
            }
            found.append((name, fields["version"] == nil ? nil : string(fields["version"], place + ".version")))
        }
        return found
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
        case "multi_selection":
            let fields = members(value, path, ["kind", "source", "targets", "selector"])
            let (source, targets) = (string(fields["source"], path + ".source"), strings(fields["targets"], path + ".targets"))
            guard let selector = string(fields["selector"], path + ".selector"), let source else { return }
            attempt(path, &draft) { draft throws(Failure) in try draft.addSelection(source, targets, selector: selector) }
        case "switch_case":
            let fields = members(value, path, ["kind", "source", "cases", "default"])
            let (source, cases) = (string(fields["source"], path + ".source"), cases(fields["cases"], path + ".cases"))
            guard let fallback = string(fields["default"], path + ".default"), let source else { return }
            attempt(path, &draft) { draft throws(Failure) in try draft.addSwitchCase(source, cases, fallback: fallback) }
        case "fan_in":
            let fields = members(value, path, ["kind", "sources", "target"])
            let (sources, target) = (strings(fields["sources"], path + ".sources"), string(fields["target"], path + ".target"))
            guard let target else { return }
            attempt(path, &draft) { draft throws(Failure) in try draft.addFanIn(sources, target) }
        case let kind?:
            problems.append("'\(path).kind' is '\(kind.printable)'; it should be 'single', 'fan_out', 'multi_selection', 'switch_case' or 'fan_in'")
        case nil: break
        }
    }

    private mutating func cases(_ value: JSONValue?, _ path: String) -> [GraphDraft.Case] {
        var found: [GraphDraft.Case] = []
        for (index, item) in array(value, path).enumerated() {
            let place = "\(path)[\(index)]"
            let fields = members(item, place, ["condition", "target"])
            guard let condition = string(fields["condition"], place + ".condition"),
                let target = string(fields["target"], place + ".target")
            else { continue }
            found.append(GraphDraft.Case(condition: condition, target: target))
        }
        return found
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
