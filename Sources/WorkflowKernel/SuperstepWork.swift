import WorkflowModel

/// What a superstep has in hand. Thrown away as a whole when it fails.
struct SuperstepWork: Sendable {
    /// An executor's mail and what it did with it.
    struct Mail: Sendable {
        var deliveries: [(payload: Text, sources: [Int])] = []
        /// The delivery to handle next.
        var next = 0
        var sends: [(target: Int, payload: Text)] = []
        var writes = StateWrites()
    }

    /// By executor.
    var mail: [Mail]
    /// Executors with mail: in the order of arrival while routing, then in the order of declaration.
    var active: [Int] = []
    var fanIns: [Int: FanInBuffer] = [:]
    /// Where routing is: the message, and the route among those of its source.
    var message = 0
    var route = 0
    /// Whether the message at hand found a way, and whether a condition had a say.
    var routed = false
    /// The answer to the condition of the route at hand.
    var decision: Bool?

    init(executors: Int) { mail = Array(repeating: Mail(), count: executors) }

    mutating func begin(fanIns: [Int: FanInBuffer]) {
        self.fanIns = fanIns
        message = 0
        route = 0
        routed = false
        decision = nil
    }

    mutating func deliver(_ payload: Text, from sources: [Int], to executor: Int) {
        if mail[executor].deliveries.isEmpty { active.append(executor) }
        mail[executor].deliveries.append((payload, sources))
    }

    /// Empties what the superstep used, keeping the memory for the next one.
    mutating func clear() {
        for executor in active {
            mail[executor].deliveries.removeAll(keepingCapacity: true)
            mail[executor].next = 0
            mail[executor].sends.removeAll(keepingCapacity: true)
            mail[executor].writes = StateWrites()
        }
        active.removeAll(keepingCapacity: true)
    }
}
