import Synchronization

/// An object of the host that travels as a message: it becomes JSON only when somebody needs the text, and once.
///
/// Between two executors of one host it goes through as it is. A checkpoint, a condition, a fan-in or whoever looks at an
/// event gets the text.
open class HostValue: @unchecked Sendable {
    /// The text, once it was made. Written once, by whoever is first; others find it or make the same again.
    private let made = AtomicLazyReference<Encoding>()

    /// The type of the message, as `PayloadType` names it; nil to look at the text.
    public let typeName: String?

    public init(typeName: String? = nil) { self.typeName = typeName }

    /// Makes the text. Called without a lock, on any thread.
    open func encode() throws(Failure) -> Text { .null }

    /// Its JSON, or why there is none.
    public final var encoding: Encoding {
        if let made = made.load() { return made }
        let encoding: Encoding
        do throws(Failure) { encoding = Encoding(try encode(), nil) } catch { encoding = Encoding(.null, error) }
        return made.storeIfNil(encoding)
    }

    /// Null if it cannot be encoded: whoever must not lose it asks `encoding`.
    final var text: Text { encoding.text }

    public final class Encoding: Sendable {
        public let text: Text
        public let failure: Failure?

        init(_ text: Text, _ failure: Failure?) {
            self.text = text
            self.failure = failure
        }
    }
}

extension Failure {
    /// The failure of an encoding, with who sent the value.
    public func unsendable(from executor: String) -> Failure {
        var failure = self
        failure.message = "the value that '\(executor)' sent cannot be encoded: " + message
        failure.executorID = executor
        return failure
    }
}
