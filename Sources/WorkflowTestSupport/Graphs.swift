public import WorkflowModel

/// A valid graph in a few words: executors are added as soon as an edge mentions them.
public func makeGraph(
    _ name: String = "flow", start: String = "a", maxSupersteps: UInt64? = nil,
    _ describe: (inout GraphDraft) throws -> Void = { _ in }
) throws -> Graph {
    var draft = try GraphDraft(name: name)
    try draft.setStart(start)
    try describe(&draft)
    if let maxSupersteps { try draft.setMaxSupersteps(maxSupersteps) }
    for id in draft.executors { try draft.addExecutor(id) }
    return try draft.validated()
}

extension Text: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self.init(value) }
}

extension StateWrite: ExpressibleByStringInterpolation {
    public init(stringLiteral value: String) { self = .value(Text(value)) }

    /// Elements for the end of a list.
    public static func append(_ elements: Text...) -> StateWrite { .addition(Addition(elements)) }
}

/// What `body` threw, or nil: for expectations about several parts of one failure.
public func failure(of body: () throws -> Void) -> Failure? {
    do {
        try body()
        return nil
    } catch { return error as? Failure }
}

/// Declared types as a host gives them.
public func types(accepts: String? = nil, sends: String? = nil, outputs: String? = nil) throws(Failure) -> DeclaredTypes {
    DeclaredTypes(
        accepts: try TypeList(joined: accepts, as: "accepts"), sends: try TypeList(joined: sends, as: "sends"),
        outputs: try TypeList(joined: outputs, as: "outputs"))
}
