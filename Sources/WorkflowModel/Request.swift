/// A question of an executor to the world outside. The run goes on without the answer and rests when only answers are
/// missing.
///
/// A class, because it is part of the snapshot, of messages and of events at once; it never changes.
public final class Request: Sendable {
    public let id: Text
    /// The executor that asked and gets the answer.
    public let executor: Int
    public let data: Text
    /// The names of the types that an answer may have, separated by `|`; nil for any. See `PayloadType`.
    public let responseType: Text?
    /// The input of the sub-workflow that the question came up with.
    public let lane: Lane
    /// The node of the sub-workflow whose surroundings answer it, instead of the host.
    public let interceptor: Int?
    /// The message that tells those surroundings; nil when they were told.
    public let notice: Text?

    public init(
        id: Text, executor: Int, data: Text, responseType: Text?, lane: Lane = .main, interceptor: Int? = nil,
        notice: Text? = nil
    ) {
        self.id = id
        self.executor = executor
        self.data = data
        self.responseType = responseType
        self.lane = lane
        self.interceptor = interceptor
        self.notice = notice
    }
}

extension Request: Equatable {
    public static func == (left: Request, right: Request) -> Bool {
        left === right
            || (left.id == right.id && left.executor == right.executor && left.data == right.data
                && left.responseType == right.responseType && left.lane == right.lane
                && left.interceptor == right.interceptor)
    }
}
