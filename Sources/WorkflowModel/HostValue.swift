/// An object of the host that travels as a message: it becomes JSON only when somebody needs the text, and once.
///
/// Between two executors of one host it goes through as it is. A checkpoint, a condition, a fan-in or whoever looks at an
/// event gets the text. Whoever has such objects makes a subclass.
open class HostValue: @unchecked Sendable {
    /// The type of the message, as `PayloadType` names it; nil to look at the text.
    public let typeName: String?

    public init(typeName: String? = nil) { self.typeName = typeName }

    /// Its JSON, or why there is none: always the same. Any thread; no lock is held.
    open var encoding: Encoding { Encoding(.null, nil) }

    /// The text, if somebody has needed it before.
    open var knownText: Text? { nil }

    public final class Encoding: Sendable {
        /// Null if there is none: whoever must not lose the value looks at `failure`.
        public let text: Text
        public let failure: Failure?

        public init(_ text: Text, _ failure: Failure?) {
            self.text = text
            self.failure = failure
        }
    }
}

extension Failure {
    /// The failure of an encoding, with who sent the value: an empty id for the host.
    public func unsendable(from executor: String) -> Failure {
        var failure = self
        failure.message = executor.isEmpty ? "the input cannot be encoded: " : "the value that '\(executor)' sent cannot be encoded: "
        failure.message += message
        failure.executorID = executor.isEmpty ? nil : executor
        return failure
    }
}
