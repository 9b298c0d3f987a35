import WorkflowModel

/// Route first, then one mailbox per executor: no message waits behind one that goes elsewhere.
extension Kernel {
    /// Reports a condition's answer.
    public mutating func decided(_ answer: Bool) { work.decision = answer }

    /// Reports a selector's answer: some of the targets that it was asked about.
    public mutating func selected(_ targets: [Int]) { work.selection = targets }

    /// Delivers what the last boundary holds. Nil when all of it is in the mailboxes.
    mutating func route() -> Step? {
        while work.message < snapshot.messages.count {
            if !routePlainly(work.message) {
                let message = snapshot.messages[work.message]
                if let step = route(message) { return step }
                if !work.offer.isDelivered, let type = work.offer.type, !work.offer.refused.isEmpty {
                    warnRefused(message, type)
                } else if !work.routed {
                    warnUndelivered(message)
                }
            }
            work.nextMessage()
        }
        work.putBackFanIn()
        if !work.fanIns.isEmpty { completeFanIns() }
        if work.active.count > 1 { work.active.sort() }
        if ready.isEmpty, work.active.count == 1 { ready.append(work.active[0]) } else { ready += work.active }
        phase = .running
        return nil
    }

    /// Delivers a message that nobody need be asked about. False if somebody must, and if nobody gets it.
    private mutating func routePlainly(_ place: Int) -> Bool {
        let (source, only) = (snapshot.messages[place].source, snapshot.messages[place].target)
        guard source != Message.outside, let exits = graph.exits(of: source), snapshot.messages[place].request == nil
        else { return false }
        var isDelivered = false
        for index in exits {
            let exit = graph.exit(index)
            guard only == Message.everyone || only == exit.target else { continue }
            isDelivered = true
            if exit.group >= 0 {
                collect(snapshot.messages[place], in: exit.group, at: exit.place)
                continue
            }
            let delivery = Delivery(payload: snapshot.messages[place].payload, source: source, lane: snapshot.messages[place].lane)
            if graph.subWorkflows.isEmpty { work.deliver(delivery, to: exit.target) } else { deliver(delivery, to: exit.target) }
        }
        return isDelivered
    }

    private mutating func route(_ message: Message) -> Step? {
        // Inputs and answers know where they go.
        guard message.source != Message.outside, message.request == nil else {
            let delivery = Delivery(
                payload: message.payload, source: message.source, request: message.request, lane: message.lane)
            deliver(delivery, to: message.target)
            return nil
        }
        if work.offer.type == nil, graph.checksTypes(from: message.source) {
            work.offer.type = PayloadType.name(of: message.payload)
        }
        let routes = graph.routes[message.source]
        while work.route < routes.count {
            let group = routes[work.route]
            switch graph.edges[group] {
            case .single(_, let target, let condition):
                // A type that the target does not accept is no question for a condition.
                guard message.isFor(target), isAccepted(by: target) else { break }
                if let condition {
                    guard let answer = work.decision else {
                        return .decide(condition: condition, payload: message.payload)
                    }
                    work.decision = nil
                    // A condition that says no is a choice of the host, not a lost message.
                    work.routed = true
                    guard answer else { break }
                }
                deliver(message, to: target)
            case .fanOut(_, let targets):
                for target in targets where message.isFor(target) && isAccepted(by: target) { deliver(message, to: target) }
            case .selection(_, let targets, let selector):
                guard targets.contains(where: message.isFor) else { break }
                guard let chosen = work.selection else {
                    return .select(selector: selector, payload: message.payload, targets: targets)
                }
                work.selection = nil
                work.routed = true
                for target in targets where chosen.contains(target) && message.isFor(target) && isAccepted(by: target) {
                    deliver(message, to: target)
                }
            case .switchCase(_, let cases, let fallback):
                guard message.target == Message.everyone || graph.edges[group].targets.contains(message.target) else { break }
                if let step = choose(among: cases, message) { return step }
                let target = work.switchCase < cases.count ? cases[work.switchCase].target : fallback
                work.switchCase = 0
                work.routed = true
                if message.isFor(target), isAccepted(by: target) { deliver(message, to: target) }
            case .fanIn(_, let target):
                guard message.isFor(target) else { break }
                if let place = graph.place(of: message.source, inFanIn: group) { collect(message, in: group, at: place) }
            }
            work.route += 1
        }
        return nil
    }

    /// Walks the cases until a condition says yes; stops behind the last one if none does.
    private mutating func choose(among cases: [EdgeGroup.Case], _ message: Message) -> Step? {
        while work.switchCase < cases.count {
            guard let answer = work.decision else {
                return .decide(condition: cases[work.switchCase].condition, payload: message.payload)
            }
            work.decision = nil
            if answer { return nil }
            work.switchCase += 1
        }
        return nil
    }

    /// Whether the type of the message at hand lets it in; if not, that is noted.
    private mutating func isAccepted(by target: Int) -> Bool {
        guard let type = work.offer.type, !graph.acceptedTypes(of: target).allows(type) else { return true }
        work.offer.refused.append(target)
        return false
    }

    private mutating func deliver(_ message: Message, to target: Int) {
        deliver(
            Delivery(payload: message.payload, source: message.source, lane: message.lane, type: work.offer.type), to: target)
    }

    /// Puts a message into its mailbox: into that of the inner start if it goes to a sub-workflow.
    private mutating func deliver(_ delivery: Delivery, to target: Int) {
        work.routed = true
        work.offer.isDelivered = true
        guard !graph.subWorkflows.isEmpty else { return work.deliver(delivery, to: target) }
        var (delivery, target) = (delivery, target)
        while let sub = graph.subWorkflows[target] {
            delivery.lane = delivery.lane.inner(work.lanes)
            // A document may claim any number, and must not make the next one unreadable.
            work.lanes = work.lanes < Self.lastSuperstep ? work.lanes + 1 : 0
            target = sub.entry
        }
        work.deliver(delivery, to: target)
    }

    private mutating func collect(_ message: Message, in group: Int, at place: Int) {
        work.routed = true
        work.offer.isDelivered = true
        if let failure = message.payload.unencodable { self.failure = self.failure ?? failure.unsendable(from: graph.executorID(message.source)) }
        let fanIn = FanIn(group: group, lane: message.lane)
        // What goes into one fan-in comes one after the other, most often.
        if work.fanInAtHand?.fanIn != fanIn {
            work.putBackFanIn()
            let buffer = work.fanIns.removeValue(forKey: fanIn) ?? FanInBuffer(sources: graph.edges[group].sources.count)
            work.fanInAtHand = (fanIn, buffer)
        }
        work.fanInAtHand?.buffer.waiting[place].append(message.payload)
    }

    /// A fan-in delivers in the superstep in which its last source arrives: everything that has arrived, in one list. Not
    /// before all is routed, or what a source sends second would wait for the next time.
    private mutating func completeFanIns() {
        for fanIn in work.fanIns.keys.sorted() {
            guard var buffer = work.fanIns[fanIn], buffer.isComplete,
                case .fanIn(let sources, let target) = graph.edges[fanIn.group]
            else { continue }
            work.fanIns[fanIn] = nil
            deliver(Delivery(payload: buffer.take(), sources: sources, lane: fanIn.lane, type: PayloadType.array), to: target)
        }
    }

    private mutating func warnRefused(_ message: Message, _ type: Text) {
        let source = graph.executorID(message.source)
        let refusals = work.offer.refused.map { "'\(graph.executorID($0))' accepts only \(graph.acceptedTypes(of: $0))" }
        emit(
            .warning, superstep: snapshot.superstep + 1, executor: message.source,
            data: .warning(
                reason: "type_mismatch",
                message: "a message of the type \(type.string.printable) from '\(source)' was dropped: " + refusals.joined(separator: ", ")))
    }

    private mutating func warnUndelivered(_ message: Message) {
        let source = graph.executorID(message.source)
        if message.target == Message.everyone {
            emit(
                .warning, superstep: snapshot.superstep + 1, executor: message.source,
                data: .warning(
                    reason: "no_route",
                    message: "a message from '\(source)' was dropped: no edge leaves '\(source)'"))
        } else {
            let target = graph.executorID(message.target)
            emit(
                .warning, superstep: snapshot.superstep + 1, executor: message.source,
                data: .warning(
                    reason: "not_connected",
                    message: "a message from '\(source)' to '\(target)' was dropped: no edge leads there"))
        }
    }
}

/// What the types of its targets do to the message at hand.
struct Offer: Sendable {
    /// Nil if no target cares.
    var type: Text?
    /// Targets that do not accept it.
    var refused: [Int] = []
    var isDelivered = false
}

extension Message {
    fileprivate func isFor(_ executor: Int) -> Bool { target == Message.everyone || target == executor }
}
