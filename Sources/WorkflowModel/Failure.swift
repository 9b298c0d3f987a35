/// Why something did not happen: a status for programs, a sentence for people, and where.
public struct Failure: Error, Sendable {
    public var status: Status
    /// One or more sentences that name what and where. Shown to whoever reads the log at night.
    public var message: String
    /// The host's name for the kind of error, such as `ValueError`.
    public var errorType: String?
    public var executorID: String?
    public var superstep: Int?
    /// The byte at which a JSON text stops being what was expected.
    public var offset: Int?

    public init(
        _ status: Status, _ message: String, errorType: String? = nil, executorID: String? = nil,
        superstep: Int? = nil, offset: Int? = nil
    ) {
        self.status = status
        self.message = message
        self.errorType = errorType
        self.executorID = executorID
        self.superstep = superstep
        self.offset = offset
    }
}
