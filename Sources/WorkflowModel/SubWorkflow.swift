/// A workflow inside another one, and how it is tied to what is around it.
///
/// When the outer graph is built, the inner executor `x` of the sub-workflow `sub` becomes its executor `sub/x`: both run in
/// the same supersteps and stand in the same checkpoint, at any depth. The node `sub` itself has no code. What is sent to it
/// goes to the inner start, what the inner workflow outputs leaves from it.
public struct SubWorkflow: Sendable {
    /// What the host chose when it embedded the workflow.
    public struct Ties: Sendable, Hashable {
        /// Inner outputs are outputs around it, not messages from its node.
        public var outputsDirectly = false
        /// Inner requests become messages from its node, for executors around it to answer, and do not go up to the host.
        public var interceptsRequests = false
        /// Inner executors see the shared state around it, not one of their own.
        public var sharesState = false

        public init() {}
    }

    public let graph: Graph
    public let ties: Ties
    /// Its own node, in the numbers of the outer graph.
    public let node: Int
    /// The inner executor 0 in the numbers of the outer graph; the others follow.
    public let first: Int

    /// Where a message to the node goes.
    public var entry: Int { first + graph.start }
}
