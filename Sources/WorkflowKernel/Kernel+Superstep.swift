public import WorkflowModel

/// From the first handler of a superstep to its commit.
extension Kernel {
    /// Stages what an invocation did; its executor may take its next message.
    mutating func accept(_ outcome: Outcome, from executor: Int) {
        let lane = work.mail[executor].deliveries[work.mail[executor].next].lane
        var staged = work.mail[executor].staged
        work.mail[executor].staged = Staged()
        for send in outcome.sends {
            staged.messages.append(Message(source: executor, target: send.target, payload: send.payload, lane: lane))
        }
        if let node = graph.exit(of: executor) {
            let outer = outerLane(of: lane, at: node, from: executor)
            for payload in outcome.outputs {
                staged.messages.append(Message(source: node, target: Message.everyone, payload: payload, lane: outer))
            }
        } else {
            for payload in outcome.outputs.dropFirst(outcome.toldOutputs) {
                emit(.output, executor: executor, data: .payload(payload))
            }
        }
        for request in outcome.requests {
            requestIDs.insert(request.id)
            if let node = request.interceptor, let notice = request.notice {
                let outer = outerLane(of: lane, at: node, from: executor)
                staged.messages.append(Message(source: node, target: Message.everyone, payload: notice, lane: outer))
            } else {
                announce(request)
            }
        }
        emit(.executorCompleted, executor: executor, data: Self.results(of: outcome))
        staged.requests.append(contentsOf: outcome.requests)
        staged.answers.append(contentsOf: outcome.answers)
        staged.writes = outcome.writes
        if outcome.halts { halts = true }
        work.mail[executor].staged = staged
        work.mail[executor].next += 1
        if work.mail[executor].next < work.mail[executor].deliveries.count { ready.append(executor) }
    }

    /// The lane of a node around an executor that works in `lane`.
    private func outerLane(of lane: Lane, at node: Int, from executor: Int) -> Lane {
        var (lane, inside) = (lane, executor)
        while inside != node, inside != Graph.outermost {
            inside = graph.node(around: inside)
            lane = lane.outer
        }
        return lane
    }

    private static func results(of outcome: Outcome) -> Event.Data {
        let results = outcome.sends.map(\.payload) + outcome.outputs
        return results.isEmpty ? .none : .results(results)
    }

    /// All handlers are done: ask those that ran, and those that always want to be asked, for their state.
    mutating func endRunning() {
        if options.checkpoints {
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
        for (executor, text) in saved { snapshot.executors[executor].saved = text }
        saved.removeAll(keepingCapacity: true)
        if kind == .superstep { adopt() }
        guard !options.checkpoints else { return .commit(kind) }
        committed(kind)
        return nil
    }

    /// Makes the superstep's effects the snapshot, in the order of declaration.
    private mutating func adopt() {
        var messages: [Message] = []
        for executor in work.active {
            let staged = work.mail[executor].staged
            messages.append(contentsOf: staged.messages)
            snapshot.requests.append(contentsOf: staged.requests)
            adopt(staged.answers, from: executor, into: &messages)
            for (key, value) in staged.writes.own { snapshot.executors[executor].state[key] = value }
            adopt(staged.writes.shared, in: graph.scope(of: executor))
        }
        work.clear()
        snapshot.messages = messages
        snapshot.fanIns = work.fanIns
        snapshot.lanes = work.lanes
        snapshot.superstep += 1
    }

    private mutating func adopt(_ writes: [Text: Text?], in scope: Int) {
        guard !writes.isEmpty else { return }
        if scope == Graph.outermost {
            for (key, value) in writes { snapshot.shared[key] = value }
        } else {
            for (key, value) in writes { snapshot.scopes[scope, default: StateMap()][key] = value }
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
        var writers: [Int: [Text: Int]] = [:]
        var answerers: [ObjectIdentifier: Int] = [:]
        for executor in work.active {
            let staged = work.mail[executor].staged
            for (request, _) in staged.answers {
                guard let other = answerers[ObjectIdentifier(request)] else {
                    answerers[ObjectIdentifier(request)] = executor
                    continue
                }
                warnIgnored(request, other, executor)
            }
            guard !staged.writes.shared.isEmpty else { continue }
            let scope = graph.scope(of: executor)
            // Sorted, so that warnings come in the same order every time.
            for key in staged.writes.shared.keys.sorted() {
                if let other = writers[scope, default: [:]].updateValue(executor, forKey: key) { warnConflict(key, other, executor) }
            }
        }
    }

    private mutating func warnConflict(_ key: Text, _ earlier: Int, _ later: Int) {
        let (first, last) = (graph.executorID(earlier), graph.executorID(later))
        emit(
            .warning, superstep: snapshot.superstep + 1, executor: later,
            data: .warning(
                reason: "state_conflict",
                message: "'\(first)' and '\(last)' both wrote the shared state '\(key.string.printable)' in one superstep; "
                    + "the value of '\(last)' was kept"))
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

    /// Reports that the snapshot is durable, and as which checkpoint.
    public mutating func committed(_ checkpoint: CheckpointSummary) {
        guard case .committing(let kind) = phase else { return }
        emit(.checkpoint, data: .checkpoint(checkpoint))
        committed(kind)
    }

    private mutating func committed(_ kind: CheckpointKind) {
        committedSupersteps = snapshot.superstep
        if kind == .superstep { emit(.superstepCompleted) }
        phase = .boundary
    }
}
