public import WorkflowModel

/// What comes to a run from outside, on any thread: it waits in the inbox for the thread that drives.
extension Run {
    /// One more input for the start executor, taken in at the next boundary. A resting run goes on.
    public func input(_ payload: Text) throws(Failure) {
        try requireAlive()
        try workflow.graph.check(input: payload)
        _ = inbox.put(.input(payload))
    }

    /// Answers a pending request, once; an answer of a wrong type changes nothing.
    public func respond(_ id: Text, _ payload: Text) throws(Failure) {
        try requireAlive()
        let (request, epoch) = try requests.close(id, answer: payload)
        guard inbox.put(.answer(request, payload), epoch: epoch) else { throw wasRewound(id) }
    }

    public func withdraw(_ id: Text) throws(Failure) {
        try requireAlive()
        let (request, epoch) = try requests.close(id, answer: nil)
        guard inbox.put(.withdrawal(request), epoch: epoch) else { throw wasRewound(id) }
    }

    private func wasRewound(_ request: Text) -> Failure {
        Failure(
            .closed, "the run '\(id)' was restored from a checkpoint while the request '\(request.string.printable)' was answered or "
                + "withdrawn; if it is pending there, do so again")
    }

    public func cancel(_ reason: String) { _ = inbox.put(.cancel(reason: reason)) }

    public enum Poll {
        /// `Context.report` must follow, after `Context.end`.
        case call(Context)
        case timeout
        /// Nothing further will come without new input from the host.
        case done
    }

    /// Takes a call of a polled executor; waits for one while the run goes on.
    public func poll(timeout milliseconds: Int64) throws(Failure) -> Poll {
        let isInside = driver.load(ordering: .relaxed) == CurrentThread.id
        switch inbox.poll(until: Monitor.deadline(in: isInside ? 0 : milliseconds)) {
        case .call(let context):
            if options.lease != nil { try? context.keepAlive() }
            return .call(context)
        case .timeout where isInside && milliseconds != 0: throw reentrant
        case .timeout: return .timeout
        case .idle: return .done
        case .ended:
            throw Failure(.closed, "the run '\(id)' has no calls to give any more: it failed, was cancelled or is gone")
        }
    }

    /// Readable while `next` has something to do that came from another thread. Closed with the run.
    public func wakeDescriptor() throws(Failure) -> Int32 { try inbox.wakeDescriptor() }

    /// Called when something arrives and nothing waited before, on the thread that brings it. Nil: no more.
    public func setWake(_ callback: (@Sendable () -> Void)?) { inbox.setWake(callback) }

    /// In the order of asking.
    public var pendingRequests: [Request] { requests.all }

    private func requireAlive() throws(Failure) {
        guard state != .failed, state != .cancelled else {
            throw Failure(.closed, "the run '\(id)' has ended as \(state.name); resume its last checkpoint, or rewind it")
        }
    }
}
