public import WorkflowModel

/// From the first handler of a superstep to its commit.
extension Kernel {
    /// Stages what an invocation did; its executor may take its next message.
    mutating func accept(_ outcome: Outcome, from executor: Int) {
        for emission in outcome.emissions.dropFirst(outcome.toldEmissions) { emit(emission, executor) }
        for request in outcome.requests {
            requestIDs.insert(request.id)
            announce(request)
        }
        emit(.executorCompleted, executor: executor, data: Self.results(of: outcome))
        work.mail[executor].sends.append(contentsOf: outcome.sends)
        work.mail[executor].requests.append(contentsOf: outcome.requests)
        work.mail[executor].writes = outcome.writes
        if outcome.halts { halts = true }
        work.mail[executor].next += 1
        if work.mail[executor].next < work.mail[executor].deliveries.count { ready.append(executor) }
    }

    mutating func emit(_ emission: Emission, _ executor: Int) {
        switch emission {
        case .custom(let name, let data): emit(.custom, executor: executor, data: .custom(name: name, data))
        case .output(let payload):
            switch graph.designation(ofOutputsOf: executor) {
            case .final: emit(.output, executor: executor, data: .payload(payload))
            case .intermediate: emit(.intermediate, executor: executor, data: .payload(payload))
            case .hidden: break
            }
        }
    }

    private static func results(of outcome: Outcome) -> Event.Data {
        let results = outcome.sends.map(\.payload) + outcome.outputs
        return results.isEmpty ? .none : .results(results)
    }

    /// All handlers are done: ask those that ran, and those that always want to be asked, for their state.
    mutating func endRunning() {
        if options.strictState, let conflict = strictConflict() { return stop(conflict) }
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
            for send in work.mail[executor].sends {
                messages.append(Message(source: executor, target: send.target, payload: send.payload))
            }
            snapshot.requests.append(contentsOf: work.mail[executor].requests)
            for (key, value) in work.mail[executor].writes.own { snapshot.executors[executor].state[key] = value }
            for (key, value) in work.mail[executor].writes.shared { snapshot.shared[key] = value }
        }
        work.clear()
        snapshot.messages = messages
        snapshot.fanIns = work.fanIns
        snapshot.superstep += 1
    }

    private mutating func warnConflicts() {
        for (key, earlier, later) in stateConflicts() {
            let (first, last) = (graph.executorID(earlier), graph.executorID(later))
            emit(
                .warning, superstep: snapshot.superstep + 1, executor: later,
                data: .warning(
                    reason: "state_conflict",
                    message: "'\(first)' and '\(last)' both wrote the shared state '\(key.string.printable)' in one superstep; "
                        + "the value of '\(last)' was kept"))
        }
    }

    /// Why the superstep cannot commit under the strict option.
    private func strictConflict() -> Failure? {
        let conflicts = stateConflicts()
        guard let (key, earlier, later) = conflicts.first else { return nil }
        let more = conflicts.count == 1 ? "" : " (and \(conflicts.count - 1) more such writes)"
        return Failure(
            .conflict,
            "'\(graph.executorID(earlier))' and '\(graph.executorID(later))' both wrote the shared state '\(key.string.printable)' in superstep "
                + "\(snapshot.superstep + 1)\(more), which this run forbids; let one of them write it, or give each a key of its own",
            executorID: graph.executorID(later), superstep: snapshot.superstep + 1)
    }

    /// Shared keys that two executors wrote, always in the same order.
    private func stateConflicts() -> [(key: Text, earlier: Int, later: Int)] {
        var found: [(Text, Int, Int)] = []
        var writers: [Text: Int] = [:]
        for executor in work.active where !work.mail[executor].writes.shared.isEmpty {
            for key in work.mail[executor].writes.shared.keys.sorted() {
                if let other = writers.updateValue(executor, forKey: key) { found.append((key, other, executor)) }
            }
        }
        return found
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
