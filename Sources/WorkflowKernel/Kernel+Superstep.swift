public import WorkflowModel

/// From the first handler of a superstep to its commit.
extension Kernel {
    /// Stages what an invocation did; its executor may take its next message. Takes what it can out of the outcome.
    mutating func accept(_ outcome: inout Outcome, from executor: Int) {
        let lane = work.mail[executor].lane
        let results = options.hidden.contains(.executorCompleted) ? .none : Self.results(of: outcome)
        let isDone = work.mail[executor].handled(&outcome, by: executor)
        if !outcome.emissions.isEmpty {
            if case .message(let node) = graph.wayOut(ofOutputsOf: executor) {
                let outer = outerLane(of: lane, at: node, from: executor)
                for payload in outcome.outputs { stage(payload, from: node, to: Message.everyone, outer, by: executor) }
            }
            for emission in outcome.emissions.dropFirst(outcome.toldEmissions) { emit(emission, executor) }
        }
        if outcome.hasMore { acceptMore(of: outcome, lane, from: executor) }
        emit(.executorCompleted, executor: executor, data: results)
        // Half the mail of an executor with memory of its own cannot be recorded.
        if isDone || savers.isEmpty || !savers.contains(executor) { work.hasProgress = true }
        if !isDone { ready.append(executor) }
    }

    private mutating func acceptMore(of outcome: Outcome, _ lane: Lane, from executor: Int) {
        for request in outcome.requests { stage(request, lane, by: executor) }
        if !outcome.answers.isEmpty { work.mail[executor].staged.answers += outcome.answers }
        if outcome.halts { work.mail[executor].staged.halts = true }
    }

    private mutating func stage(_ payload: Text, from source: Int, to target: Int, _ lane: Lane, by executor: Int) {
        work.mail[executor].staged.messages.append(Message(source: source, target: target, payload: payload, lane: lane))
    }

    /// A request is told to the host, or to the executors around a sub-workflow.
    private mutating func stage(_ request: Request, _ lane: Lane, by executor: Int) {
        work.hasRequests = true
        work.mail[executor].staged.requests.append(request)
        work.mail[executor].requestIDs.insert(request.id)
        guard let node = request.interceptor, let notice = request.notice else { return announce(request) }
        stage(notice, from: node, to: Message.everyone, outerLane(of: lane, at: node, from: executor), by: executor)
    }

    /// The lane of a node around an executor that works in `lane`.
    private mutating func outerLane(of lane: Lane, at node: Int, from executor: Int) -> Lane {
        var (lane, inside) = (lane, executor)
        while inside != node, inside != Graph.outermost {
            inside = graph.node(around: inside)
            lane = lane.outer
        }
        return lane
    }

    /// An output that leaves a sub-workflow as a message is no event.
    mutating func emit(_ emission: Emission, _ executor: Int) {
        switch emission {
        case .custom(let name, let data): emit(.custom, executor: executor, data: .custom(name: name, data))
        case .output(let payload):
            switch graph.wayOut(ofOutputsOf: executor) {
            case .output: emit(.output, executor: executor, data: .payload(payload))
            case .intermediate: emit(.intermediate, executor: executor, data: .payload(payload))
            case .message, .hidden: break
            }
        }
    }

    private static func results(of outcome: Outcome) -> Event.Data {
        if outcome.emissions.isEmpty, outcome.messages.count < 2 { return outcome.messages.first.map { .result($0.payload) } ?? .none }
        var results = outcome.messages.map(\.payload)
        if !outcome.emissions.isEmpty { results += outcome.outputs }
        return results.isEmpty ? .none : .results(results)
    }

    /// All handlers are done: ask those that ran, and those that always want to be asked, for their state.
    mutating func endRunning() {
        if !work.failures.isEmpty, let failure = work.firstFailure { return record(orStop: failure) }
        if options.strictState, let conflict = strictConflict() { return stop(conflict) }
        if options.checkpoints, !savers.isEmpty {
            ready = work.active.filter(savers.contains)
            ready += options.hooks.alwaysSavers.filter { work.mail[$0].deliveries.isEmpty }
        }
        phase = .saving(.superstep)
    }

    /// The save hooks are done. What there is to warn of is told while the snapshot still stands at the last boundary.
    mutating func endSaving(_ kind: CheckpointKind) {
        if kind == .superstep { warnConflicts() }
        phase = .committing(kind)
    }

    /// All is told: the boundary moves, and is made durable in the same step.
    mutating func commit(_ kind: CheckpointKind) -> Step? {
        if options.recordsChanges { recordChanges(kind) }
        if !saved.isEmpty {
            for (executor, text) in saved { snapshot.executors[executor].saved = text }
            saved.removeAll(keepingCapacity: true)
        }
        switch kind {
        case .superstep: adopt()
        case .partial: adoptPartial()
        case .entry, .response: adoptTaken()
        case .fork: break
        }
        guard !options.checkpoints else { return .commit(kind) }
        committed(kind)
        return nil
    }

    /// Where this commit will change the state.
    private mutating func recordChanges(_ kind: CheckpointKind) {
        changes.clear()
        for (executor, _) in saved { changes.add(.saved(executor: executor), before: snapshot.executors[executor].saved) }
        guard kind == .superstep else { return }
        // A list that one executor sets and another appends to has not only grown: what is set comes first.
        for grows in [false, true] {
            for executor in work.active where !work.mail[executor].staged.writes.isEmpty {
                let (writes, scope) = (work.mail[executor].staged.writes, graph.scope(of: executor))
                for (key, write) in writes.own where write.isAddition == grows {
                    record(.own(executor: executor, key: key), snapshot.executors[executor].state[key], grows)
                }
                for (key, write) in writes.shared where write.isAddition == grows {
                    record(.shared(scope: scope, key: key), snapshot.shared(of: scope)[key], grows)
                }
            }
        }
    }

    private mutating func record(_ place: StateChanges.Place, _ before: Text?, _ grows: Bool) {
        if grows { changes.add(place, growing: before) } else { changes.add(place, before: before) }
    }

    /// Makes the superstep's effects the snapshot, in the order of declaration.
    private mutating func adopt() {
        // The list goes round: from here to the snapshot, from there to a mailbox, from there to the next call.
        var messages: [Message] = []
        swap(&messages, &work.spareMessages)
        for place in work.active.indices {
            let executor = work.active[place]
            work.mail[executor].moveMessages(behind: &messages)
            if !work.mail[executor].staged.requests.isEmpty { adopt(work.mail[executor].staged.requests) }
            if !work.mail[executor].staged.answers.isEmpty { adopt(work.mail[executor].staged.answers, from: executor, into: &messages) }
            if !work.mail[executor].staged.writes.isEmpty { adopt(work.mail[executor].staged.writes, of: executor) }
            if work.mail[executor].staged.halts { halts = true }
        }
        snapshot.partial = nil
        work.clear()
        swap(&snapshot.messages, &messages)
        messages.empty()
        swap(&messages, &work.spareMessages)
        if !work.fanIns.isEmpty || !snapshot.fanIns.isEmpty { snapshot.fanIns = work.fanIns }
        snapshot.lanes = work.lanes
        snapshot.superstep += 1
    }

    private mutating func adopt(_ writes: StateWrites, of executor: Int) {
        for (key, write) in writes.own { snapshot.executors[executor].state.apply(write, to: key) }
        adopt(writes.shared, in: graph.scope(of: executor))
    }

    private mutating func adopt(_ requests: [Request]) {
        snapshot.requests += requests
        for request in requests { requestIDs.insert(request.id) }
    }

    private mutating func adopt(_ writes: [Text: StateWrite], in scope: Int) {
        guard !writes.isEmpty else { return }
        if scope == Graph.outermost {
            for (key, write) in writes { snapshot.shared.apply(write, to: key) }
        } else {
            for (key, write) in writes { snapshot.scopes[scope, default: StateMap()].apply(write, to: key) }
        }
    }

    /// Closes the requests that the surroundings of a sub-workflow answered.
    private mutating func adopt(
        _ answers: [(request: Request, payload: Text)], from executor: Int, into messages: inout [Message]
    ) {
        for (request, payload) in answers {
            guard let index = snapshot.requests.firstIndex(where: { $0 === request }) else { continue }
            snapshot.requests.remove(at: index)
            requestIDs.remove(request.id)
            messages.append(
                Message(source: executor, target: request.executor, payload: payload, request: request, lane: request.lane))
        }
    }

    private mutating func warnConflicts() {
        guard work.active.count > 1 else { return }
        var answerers: [ObjectIdentifier: Int] = [:]
        for executor in work.active {
            for (request, _) in work.mail[executor].staged.answers {
                guard let other = answerers[ObjectIdentifier(request)] else {
                    answerers[ObjectIdentifier(request)] = executor
                    continue
                }
                warnIgnored(request, other, executor)
            }
        }
        for (key, earlier, later, appends) in stateConflicts() {
            let (first, last) = (graph.executorID(earlier), graph.executorID(later))
            let kept = appends ? "what '\(last)' appended stands behind what '\(first)' left" : "the value of '\(last)' was kept"
            emit(
                .warning, superstep: snapshot.superstep + 1, executor: later,
                data: .warning(
                    reason: "state_conflict",
                    message: "'\(first)' and '\(last)' both wrote the shared state '\(key.string.printable)' in one superstep; \(kept)"))
        }
    }

    /// Why the superstep cannot commit under the strict option.
    private mutating func strictConflict() -> Failure? {
        let conflicts = stateConflicts()
        guard let (key, earlier, later, _) = conflicts.first else { return nil }
        let more = conflicts.count == 1 ? "" : " (and \(conflicts.count - 1) more such writes)"
        return Failure(
            .conflict,
            "'\(graph.executorID(earlier))' and '\(graph.executorID(later))' both wrote the shared state '\(key.string.printable)' in superstep "
                + "\(snapshot.superstep + 1)\(more), which this run forbids; let one of them write it, let all of them append to it, or give each a key of its own",
            executorID: graph.executorID(later), superstep: snapshot.superstep + 1)
    }

    /// Shared keys that two executors wrote, always in the same order. Those who only append do not disturb each other.
    private mutating func stateConflicts() -> [(key: Text, earlier: Int, later: Int, appends: Bool)] {
        guard work.active.count > 1 else { return [] }
        var found: [(Text, Int, Int, Bool)] = []
        var writers: [Int: [Text: (last: Int, setter: Int?)]] = [:]
        for executor in work.active where !work.mail[executor].staged.writes.shared.isEmpty {
            let scope = graph.scope(of: executor)
            for (key, write) in work.mail[executor].staged.writes.shared.sorted(by: { $0.key < $1.key }) {
                let before = writers[scope, default: [:]][key]
                if write.isAddition {
                    if let other = before?.setter { found.append((key, other, executor, true)) }
                    writers[scope, default: [:]][key] = (executor, before?.setter)
                } else {
                    if let other = before?.last { found.append((key, other, executor, false)) }
                    writers[scope, default: [:]][key] = (executor, executor)
                }
            }
        }
        return found
    }

    private mutating func warnIgnored(_ request: Request, _ earlier: Int, _ later: Int) {
        let (first, last) = (graph.executorID(earlier), graph.executorID(later))
        emit(
            .warning, superstep: snapshot.superstep + 1, executor: later,
            data: .warning(
                reason: "answer_ignored",
                message: "'\(first)' and '\(last)' both answered the request '\(request.id.string.printable)' in one superstep; "
                    + "the answer of '\(first)' was taken"))
    }

    /// Reports that the snapshot is durable, and as which checkpoint; nil: it will be made durable when the run rests.
    public mutating func committed(_ checkpoint: CheckpointSummary?) {
        guard case .committing(let kind) = phase else { return }
        if let checkpoint { tell(checkpoint) }
        committed(kind)
    }

    /// Tells that the boundary at which the run rests is durable.
    public mutating func tell(_ checkpoint: CheckpointSummary) { emit(.checkpoint, data: .checkpoint(checkpoint)) }

    private mutating func committed(_ kind: CheckpointKind) {
        if kind == .partial { return recorded() }
        if !taken.isEmpty { taken.removeAll() }
        committedSupersteps = snapshot.superstep
        if kind == .superstep { emit(.superstepCompleted) }
        phase = .boundary
    }
}
