/// What a superstep that did not commit has achieved: what succeeded in it need not be done again.
public struct Partial: Sendable {
    /// The work of one executor.
    public struct Work: Sendable {
        public var executor: Int
        /// What it still has to handle.
        public var deliveries: [Delivery]
        /// How many messages of this superstep it has handled.
        public var handled: Int
        /// How often the first of the deliveries was tried.
        public var attempts: Int
        /// When it may be tried again: microseconds since 1970, UTC.
        public var notBefore: UInt64?
        /// What takes effect when the superstep commits.
        public var staged: Staged

        public init(
            executor: Int, deliveries: [Delivery] = [], handled: Int = 0, attempts: Int = 0, notBefore: UInt64? = nil,
            staged: Staged = Staged()
        ) {
            self.executor = executor
            self.deliveries = deliveries
            self.handled = handled
            self.attempts = attempts
            self.notBefore = notBefore
            self.staged = staged
        }
    }

    /// In the order of executors.
    public var work: [Work]

    public init(work: [Work]) { self.work = work }

    public var requests: [Request] { work.flatMap(\.staged.requests) }
}
