/// Names of types in the order in which a host declared them. An empty list says nothing: anything goes.
public struct TypeList: Sendable, Hashable {
    public let names: [Text]

    public static let undeclared = TypeList(unchecked: [])

    private init(unchecked names: [Text]) { self.names = names }

    /// Throws for names that cannot be one, and for one that is there twice. `what` names the list in the error.
    public init(_ names: [String], as what: String) throws(Failure) {
        var known: Set<Text> = []
        var texts: [Text] = []
        texts.reserveCapacity(names.count)
        for name in names {
            do throws(Failure) { try Name.check(name, as: "type name") } catch {
                throw Failure(error.status, "\(what): \(error.message)")
            }
            guard !name.utf8.contains(UInt8(ascii: "|")) else {
                throw Failure(.invalid, "\(what): the type name '\(name)' contains a '|', which separates names")
            }
            let text = Text(name)
            // A short list is looked through faster than it is hashed.
            let isNew = names.count > Self.few ? known.insert(text).inserted : !texts.contains(text)
            guard isNew else { throw Failure(.invalid, "\(what) has the type '\(name)' twice") }
            texts.append(text)
        }
        self.names = texts
    }

    private static let few = 8

    /// From one text in which `|` separates the names; nil or an empty one declares nothing.
    public init(joined text: String?, as what: String) throws(Failure) {
        guard let text, !text.isEmpty else {
            self = .undeclared
            return
        }
        let parts = text.utf8.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
        try self.init(parts.map { String(decoding: $0, as: UTF8.self) }, as: what)
    }

    public var isDeclared: Bool { !names.isEmpty }

    public func allows(_ type: Text) -> Bool { !isDeclared || match(type) != nil }

    /// The declared name that a value of `type` is taken for, the most specific one.
    public func match(_ type: Text) -> Text? { PayloadType.mostSpecific(of: names, for: type) }

    /// Whether some value of these types is also of one of `others`.
    public func overlaps(_ others: TypeList) -> Bool {
        guard isDeclared, others.isDeclared else { return true }
        if names.contains(PayloadType.any) { return true }
        return names.contains(where: others.allows) || others.names.contains(where: allows)
    }

    /// All names of both; undeclared if one of them is.
    func union(_ other: TypeList) -> TypeList {
        guard isDeclared, other.isDeclared else { return .undeclared }
        return TypeList(unchecked: names + other.names.filter { !names.contains($0) })
    }

    init(one name: Text) { names = [name] }
}

extension TypeList: CustomStringConvertible {
    public var description: String { names.map(\.string).joined(separator: "|") }
}

/// What a host declared about an executor. Only what it accepts is held against messages; the rest is for whoever builds or
/// reads the graph.
public struct DeclaredTypes: Sendable, Hashable {
    public var accepts: TypeList
    public var sends: TypeList
    public var outputs: TypeList

    public init(accepts: TypeList = .undeclared, sends: TypeList = .undeclared, outputs: TypeList = .undeclared) {
        self.accepts = accepts
        self.sends = sends
        self.outputs = outputs
    }

    public var isEmpty: Bool { !accepts.isDeclared && !sends.isDeclared && !outputs.isDeclared }
}
