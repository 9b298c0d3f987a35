import WorkflowModel

/// What becomes of calls that fail: they are tried again, or end the run when all that can succeed beside them has.
extension Kernel {
    /// An invocation failed. Nothing of what it did counts.
    mutating func reject(_ failure: Failure, givesUp: Bool, of executor: Int) {
        work.mail[executor].failedAttempts += 1
        let attempt = work.mail[executor].failedAttempts
        guard !givesUp, let retry = graph.policies[executor]?.retry, attempt < retry.attempts else {
            emit(.executorFailed, executor: executor, data: .failure(failure))
            work.mail[executor].hasFailed = true
            work.failures.append((executor, failure))
            return
        }
        let pause = retry.pause(after: attempt, chance: chance)
        work.mail[executor].notBefore = now &+ pause
        work.waiting.append(executor)
        work.hasProgress = true
        let message =
            "attempt \(attempt) of \(retry.attempts) of '\(graph.executorID(executor))' failed: \(failure.message). "
            + "Tried again in \(pause / 1000) ms"
        emit(.warning, executor: executor, data: .warning(reason: "retry", message: message))
    }

    /// The first moment at which something waits to be tried again.
    public var dueTime: UInt64? { work.waiting.compactMap { work.mail[$0].notBefore }.min() }

    /// Time has passed: what has waited long enough may start.
    public mutating func tick(_ now: UInt64) {
        self.now = now
        var (due, later): ([Int], [Int]) = ([], [])
        for executor in work.waiting { if (work.mail[executor].notBefore ?? 0) <= now { due.append(executor) } else { later.append(executor) } }
        guard !due.isEmpty else { return }
        work.waiting = later
        for executor in due { work.mail[executor].notBefore = nil }
        ready += due.sorted()
    }

    /// Only pauses are left: they are made durable, with what succeeded before them.
    mutating func pause() -> Step? {
        guard options.checkpoints, work.hasProgress else { return .wait(until: dueTime) }
        record()
        return nil
    }

    /// All calls have ended and some have failed.
    mutating func record(orStop failure: Failure) {
        guard options.checkpoints, work.hasProgress else { return stop(failure) }
        record()
    }

    /// Only executors that are done are asked to save: the memory of the others is somewhere between two boundaries, and they
    /// handle all their messages again.
    private mutating func record() {
        nextReady = 0
        ready = work.active.filter { savers.contains($0) && work.mail[$0].isDone }
        phase = .saving(.partial)
    }

    mutating func adoptPartial() {
        snapshot.partial = Partial(work: work.active.map(partialWork))
        snapshot.messages = []
        snapshot.fanIns = work.fanIns
        snapshot.lanes = work.lanes
        work.hasProgress = false
    }

    private func partialWork(of executor: Int) -> Partial.Work {
        let mail = work.mail[executor]
        if savers.contains(executor), !mail.isDone {
            return Partial.Work(
                executor: executor, deliveries: mail.deliveries, handled: mail.handledBefore,
                attempts: mail.hasFailed || mail.next > 0 ? 0 : mail.failedAttempts, notBefore: mail.notBefore)
        }
        return Partial.Work(
            executor: executor, deliveries: Array(mail.deliveries[mail.next...]), handled: mail.handledBefore + mail.next,
            attempts: mail.hasFailed ? 0 : mail.failedAttempts, notBefore: mail.notBefore, staged: mail.staged)
    }

    /// What succeeded is durable: on with the pauses, or the end.
    mutating func recorded() {
        if let failure = work.firstFailure { return stop(failure) }
        phase = .running
    }

    /// Goes on in the middle of a superstep.
    mutating func takeUp(_ partial: Partial) {
        emit(.superstepStarted, superstep: snapshot.superstep + 1)
        work.begin(snapshot)
        for one in partial.work {
            work.active.append(one.executor)
            work.mail[one.executor].deliveries = one.deliveries
            work.mail[one.executor].handledBefore = one.handled
            work.mail[one.executor].failedAttempts = one.attempts
            work.mail[one.executor].notBefore = pause(of: one)
            work.mail[one.executor].staged = one.staged
            work.mail[one.executor].requestIDs = Set(one.staged.requests.map(\.id))
            if !one.staged.requests.isEmpty { work.hasRequests = true }
            guard !one.deliveries.isEmpty else { continue }
            if work.mail[one.executor].notBefore == nil { ready.append(one.executor) } else { work.waiting.append(one.executor) }
        }
        phase = .running
    }

    /// Until when an executor of a resumed superstep has to wait: no longer than the graph says, whatever clock wrote the
    /// checkpoint.
    private func pause(of one: Partial.Work) -> UInt64? {
        guard let moment = one.notBefore, let retry = graph.policies[one.executor]?.retry else { return nil }
        let (latest, overflow) = now.addingReportingOverflow(2 * UInt64(retry.longest) * 1000)
        return now == 0 || overflow ? moment : min(moment, latest)
    }
}

extension SuperstepWork {
    /// The same whoever was faster.
    var firstFailure: Failure? { failures.min { $0.executor < $1.executor }?.failure }
}
