import WorkflowModel

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
    /// Of the staged requests.
    var requestIDs: Set<Text> = []

    var isDone: Bool { next == deliveries.count }

    /// The lane of the delivery at hand.
    var lane: Lane { deliveries[next].lane }

    /// The handling of the delivery at hand.
    func call(of executor: Int, superstep: Int, _ state: consuming Call.State, requests: [Request]) -> Call {
        Call(
            deliveries[next], executor: executor, superstep: superstep, state: state, requests: requests, failedAttempts: failedAttempts,
            invocation: handledBefore + next)
    }

    /// The delivery at hand is done. Takes the messages that were sent, and leaves an empty list with room. Whether it was the last.
    mutating func handled(_ outcome: inout Outcome, by executor: Int) -> Bool {
        if !outcome.messages.isEmpty { stage(&outcome.messages, from: executor, lane) }
        if !outcome.writes.isEmpty { staged.writes.merge(outcome.writes) }
        next += 1
        failedAttempts = 0
        return isDone
    }

    private mutating func stage(_ sent: inout [Message], from executor: Int, _ lane: Lane) {
        for place in sent.indices {
            sent[place].source = executor
            if lane != .main { sent[place].lane = lane }
        }
        if staged.messages.isEmpty { swap(&staged.messages, &sent) } else { staged.messages += sent }
        sent.empty()
    }

    /// Moves the staged messages behind `messages`.
    mutating func moveMessages(behind messages: inout [Message]) {
        if messages.isEmpty {
            swap(&staged.messages, &messages)
        } else if staged.messages.count == 1 {
            messages.append(staged.messages.removeLast())
        } else {
            messages += staged.messages
        }
    }

    /// For the next superstep, with the room that it has.
    fileprivate mutating func clear() {
        deliveries.empty()
        next = 0
        handledBefore = 0
        failedAttempts = 0
        notBefore = nil
        hasFailed = false
        staged.clear()
        if !requestIDs.isEmpty { requestIDs.removeAll() }
    }
}

/// The mailboxes of a superstep, by executor: as many as are in use, whatever the size of the graph. They are used again by
/// the next superstep.
struct Mailboxes: Sendable {
    /// By executor: the place in `boxes`; 0 without mail.
    private var places: [Int]
    /// The first one is always empty.
    private var boxes = [Mail()]
    /// Whose boxes are in use, by place behind the first.
    private var owners: [Int] = []

    init(executors: Int) { places = Array(repeating: 0, count: executors) }

    // Inlined, or each look would allocate: these are coroutines.
    subscript(executor: Int) -> Mail {
        @inline(__always) _read { yield boxes[places[executor]] }
        @inline(__always) _modify { yield &boxes[open(executor)] }
    }

    /// Whether it is the first.
    mutating func put(_ delivery: consuming Delivery, for executor: Int) -> Bool {
        let place = open(executor)
        boxes[place].deliveries.append(delivery)
        return boxes[place].deliveries.count == 1
    }

    private mutating func open(_ executor: Int) -> Int {
        let known = places[executor]
        guard known == 0 else { return known }
        owners.append(executor)
        let place = owners.count
        if place == boxes.count { boxes.append(Mail()) }
        places[executor] = place
        return place
    }

    /// Empties all of them.
    mutating func clear() {
        for (index, executor) in owners.enumerated() {
            places[executor] = 0
            boxes[index + 1].clear()
        }
        owners.empty()
    }
}
