import WorkflowModel

/// What a superstep has in hand. Thrown away as a whole when it fails.
struct SuperstepWork: Sendable {
    var mail: Mailboxes
    /// Executors with mail: in the order of arrival while routing, then in the order of declaration.
    var active: [Int] = []
    /// Empty, with the room of a list of messages that was in use.
    var spareMessages: [Message] = []
    var fanIns: [FanIn: FanInBuffer] = [:]
    /// The one that was last put into: it is not among the others.
    var fanInAtHand: (fanIn: FanIn, buffer: FanInBuffer)?
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

    init(executors: Int) { mail = Mailboxes(executors: executors) }

    mutating func begin(_ snapshot: Snapshot) {
        if !fanIns.isEmpty || !snapshot.fanIns.isEmpty { fanIns = snapshot.fanIns }
        fanInAtHand = nil
        lanes = snapshot.lanes
        message = -1
        nextMessage()
        switchCase = 0
        decision = nil
        selection = nil
    }

    /// Routing is done with a message.
    mutating func nextMessage() {
        message += 1
        route = 0
        routed = false
        if offer.type != nil || !offer.refused.isEmpty || offer.isDelivered { offer = Offer() }
    }

    mutating func putBackFanIn() {
        guard let (fanIn, buffer) = fanInAtHand else { return }
        fanIns[fanIn] = buffer
        fanInAtHand = nil
    }

    mutating func deliver(_ delivery: consuming Delivery, to executor: Int) {
        if mail.put(delivery, for: executor) { active.append(executor) }
    }

    /// Empties what the superstep used, keeping the memory for the next one.
    mutating func clear() {
        mail.clear()
        active.empty()
        hasProgress = false
        hasRequests = false
    }
}
