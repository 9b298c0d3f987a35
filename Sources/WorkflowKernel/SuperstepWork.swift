import WorkflowModel

/// What a superstep has in hand. Thrown away as a whole when it fails.
struct SuperstepWork: Sendable {
    /// An executor's mail and what it did with it.
    struct Mail: Sendable {
        var deliveries: [Delivery] = []
        /// The delivery to handle next.
        var next = 0
        /// How many were handled before the superstep was taken up again.
        var handledBefore = 0
        /// How often the delivery at hand has failed.
        var failedAttempts = 0
        /// When it may be tried again.
        var notBefore: UInt64?
        var hasFailed = false
        var staged = Staged()

        var isDone: Bool { next == deliveries.count }
    }

    /// By executor.
    var mail: [Mail]
    /// Executors with mail: in the order of arrival while routing, then in the order of declaration.
    var active: [Int] = []
    var fanIns: [FanIn: FanInBuffer] = [:]
    /// How many inputs have entered sub-workflows.
    var lanes = 0
    /// Executors that wait before they try again.
    var waiting: [Int] = []
    /// Executors that failed for good, with why.
    var failures: [(executor: Int, failure: Failure)] = []
    /// Whether somebody asked something.
    var hasRequests = false
    /// Whether there is more to tell than the last checkpoint says.
    var hasProgress = false
    /// Where routing is: the message, and the route among those of its source.
    var message = 0
    var route = 0
    /// Whether the message at hand found a way, and whether a condition had a say.
    var routed = false
    /// What its type does to it.
    var offer = Offer()
    /// The case at hand, if the route is a switch.
    var switchCase = 0
    /// The answer to the condition or the selector of the route at hand.
    var decision: Bool?
    var selection: [Int]?

    init(executors: Int) { mail = Array(repeating: Mail(), count: executors) }

    mutating func begin(_ snapshot: Snapshot) {
        fanIns = snapshot.fanIns
        lanes = snapshot.lanes
        message = 0
        route = 0
        routed = false
        offer = Offer()
        switchCase = 0
        decision = nil
        selection = nil
    }

    mutating func deliver(_ delivery: Delivery, to executor: Int) {
        if mail[executor].deliveries.isEmpty { active.append(executor) }
        mail[executor].deliveries.append(delivery)
    }

    /// Empties what the superstep used, keeping the memory for the next one.
    mutating func clear() {
        for executor in active {
            mail[executor].deliveries.removeAll(keepingCapacity: true)
            mail[executor].next = 0
            mail[executor].handledBefore = 0
            mail[executor].failedAttempts = 0
            mail[executor].notBefore = nil
            mail[executor].hasFailed = false
            mail[executor].staged.clear()
        }
        active.removeAll(keepingCapacity: true)
        hasProgress = false
        hasRequests = false
    }
}

extension Staged {
    fileprivate mutating func clear() {
        messages.removeAll(keepingCapacity: true)
        if !requests.isEmpty { requests.removeAll(keepingCapacity: true) }
        if !answers.isEmpty { answers.removeAll(keepingCapacity: true) }
        writes = StateWrites()
        halts = false
    }
}
