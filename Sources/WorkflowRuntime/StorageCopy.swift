public import WorkflowModel
public import WorkflowStorage

extension Storage {
    /// The same with ids of the library's own, which are greater than that of the original.
    ///
    /// - Parameter run: nil for a new id.
    public func copy(_ id: String, to run: String?, environment: Environment = .system) throws(Failure) -> String {
        var identifiers = Identifiers(environment: environment, after: id)
        return try copy(id, to: run ?? identifiers.next(), nextID: { identifiers.next() })
    }
}
