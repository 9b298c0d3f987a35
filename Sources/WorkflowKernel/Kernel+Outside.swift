public import WorkflowModel

/// What comes from outside while a run goes on or rests: inputs, answers, withdrawals, a cancel.
extension Kernel {
    enum Incoming: Sendable {
        case input(Text)
        case answer(Request, Text)
        case withdrawal(Request)
    }

    /// Queues one more input for the start executor.
    public mutating func input(_ payload: Text) { take(.input(payload)) }

    /// Queues the answer to a request that was announced and not answered before.
    public mutating func answer(_ request: Request, _ payload: Text) { take(.answer(request, payload)) }

    /// Forgets a request that was announced and not answered before.
    public mutating func withdraw(_ request: Request) { take(.withdrawal(request)) }

    private mutating func take(_ one: Incoming) {
        incoming.append(one)
        guard failure == nil || outstanding > 0 else { return warnLost() }
        guard case .resting = phase else { return }
        phase = .boundary
        enter(snapshot.hasHostRequests ? .inProgressPendingRequests : .inProgress)
    }

    /// Ends the run. What is in the last checkpoint can be resumed; calls that still run count no more. One that has failed
    /// keeps its reason, and waits for nobody any more.
    public mutating func cancel(_ reason: String) {
        guard failure == nil || outstanding > 0 else { return }
        outstanding = 0
        stop(failure ?? work.firstFailure ?? Failure(.cancelled, reason, superstep: committedSupersteps))
    }

    /// The run ends, and what came from outside last is in no checkpoint.
    mutating func warnLost() {
        for one in taken + incoming {
            let (executor, what) =
                switch one {
                case .input: (graph.start, "an input")
                case .answer(let request, _): (request.executor, "the answer to the request '\(request.id.string.printable)'")
                case .withdrawal(let request): (request.executor, "the withdrawal of the request '\(request.id.string.printable)'")
                }
            let message = "\(what) came too late: the run ended before its next boundary, and no checkpoint has it. Give it to the run that resumes"
            emit(.warning, executor: executor, data: .warning(reason: "too_late", message: message))
        }
        taken.removeAll()
        incoming.removeAll()
    }

    /// Makes a boundary of what came from outside. The snapshot stays the last one until all hooks have agreed.
    mutating func takeIn() {
        taken = incoming
        incoming.removeAll()
        halts = false
        let isEntry = taken.contains { if case .input = $0 { true } else { false } }
        phase = .saving(isEntry ? .entry : .response)
        if options.checkpoints, isEntry { ready = options.hooks.savers }
    }

    /// Makes what was taken in a part of the snapshot. It is durable, and forgotten here, with the commit.
    mutating func adoptTaken() {
        guard !taken.isEmpty else { return }
        var closed: Set<ObjectIdentifier> = []
        for one in taken {
            switch one {
            case .input(let payload):
                snapshot.messages.append(Message(source: Message.outside, target: graph.start, payload: payload))
            case .answer(let request, let payload):
                closed.insert(ObjectIdentifier(request))
                snapshot.messages.append(
                    Message(source: Message.outside, target: request.executor, payload: payload, request: request,
                        lane: request.lane))
            case .withdrawal(let request): closed.insert(ObjectIdentifier(request))
            }
        }
        if !closed.isEmpty {
            for request in snapshot.requests where closed.contains(ObjectIdentifier(request)) { requestIDs.remove(request.id) }
            snapshot.requests.removeAll { closed.contains(ObjectIdentifier($0)) }
        }
        snapshot.inputSuperstep = snapshot.superstep
    }

    /// Tells of a request, also if nobody wants to see the event: the driver keeps the list of what can be answered. The
    /// first one changes the state that the host sees.
    mutating func announce(_ request: Request) {
        events.put(
            Event(.requestInfo, superstep: superstepAtWork, executor: request.executor, data: .request(request)))
        if state == .inProgress { enter(.inProgressPendingRequests) }
    }

    /// Two requests of one id could not be told apart: one that is pending already, or that the executor has just made,
    /// fails it.
    mutating func duplicateRequest(in outcome: Outcome, of executor: Int) -> Failure? {
        if outcome.requests.isEmpty { return nil }
        var new: Set<Text> = []
        for request in outcome.requests {
            let isKnown = requestIDs.contains(request.id) || work.mail[executor].requestIDs.contains(request.id)
            guard isKnown || !new.insert(request.id).inserted else { continue }
            return Failure(.exists, "there is already a pending request '\(request.id.string.printable)'")
        }
        return nil
    }

    /// The same between executors of one superstep. Looked for when all have ended, so that it does not matter who was faster;
    /// nothing of the superstep counts then.
    mutating func doubleRequest() -> (executor: Int, failure: Failure)? {
        guard work.hasRequests else { return nil }
        var askers: [Text: Int] = [:]
        for executor in work.active {
            for request in work.mail[executor].staged.requests {
                guard let other = askers.updateValue(executor, forKey: request.id) else { continue }
                let (first, last) = (graph.executorID(other), graph.executorID(executor))
                return (
                    executor,
                    Failure(
                        .exists,
                        "'\(first)' and '\(last)' both made a request '\(request.id.string.printable)' in superstep "
                            + "\(superstepAtWork); let the library make the ids, or put the executor's into them",
                        executorID: last, superstep: superstepAtWork)
                )
            }
        }
        return nil
    }
}
