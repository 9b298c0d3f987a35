public import WorkflowModel

/// The members of an object that a person or a program wrote as a wish: a query, a policy.
///
/// What is not known is refused by its name, for it was meant to do something. Null is as good as absent.
public struct JSONFields {
    private let what: String
    private var members: [Name: JSONValue] = [:]

    /// `text` is known to be JSON.
    public init(_ text: Text, as what: String, known: [String]) throws(Failure) {
        self.what = what
        let object = JSONValue(trusting: text)
        guard object.kind == .object else { throw Failure(.invalid, "\(what) is not a JSON object") }
        for (name, value) in object.members {
            guard known.contains(where: { Name($0) == Name(name) }) else {
                throw Failure(
                    .invalid, "\(what) has a member '\(name.printable)', which is not known; known are \(known.joined(separator: ", "))")
            }
            if !value.isNull { members[Name(name)] = value }
        }
    }

    public func string(_ name: String) throws(Failure) -> String? {
        guard let value = members[Name(name)] else { return nil }
        guard let string = value.string else { throw wrong(name, "a text") }
        return string
    }

    public func integer(_ name: String, in range: ClosedRange<Int>) throws(Failure) -> Int? {
        guard let value = members[Name(name)] else { return nil }
        guard let integer = value.integer, range.contains(integer) else {
            throw wrong(name, "an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    public func flag(_ name: String) throws(Failure) -> Bool? {
        guard let value = members[Name(name)] else { return nil }
        guard value.kind == .bool else { throw wrong(name, "true or false") }
        return value.raw == Text("true")
    }

    public func strings(_ name: String) throws(Failure) -> [String]? {
        guard let value = members[Name(name)] else { return nil }
        let strings = value.elements.compactMap(\.string)
        guard value.kind == .array, strings.count == value.elements.count else { throw wrong(name, "an array of texts") }
        return strings
    }

    /// One of the names of `Choice`.
    public func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, of: Choice.Type) throws(Failure) -> Choice? {
        guard let string = try string(name) else { return nil }
        guard let choice = Choice(rawValue: string) else {
            throw wrong(name, "one of " + Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "))
        }
        return choice
    }

    private func wrong(_ name: String, _ expected: String) -> Failure {
        Failure(.invalid, "\(what) has a '\(name)' that should be \(expected)")
    }
}
