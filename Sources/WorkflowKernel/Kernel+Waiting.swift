public import WorkflowModel

extension Kernel {
    /// What keeps the run from going on.
    public var waiting: Waiting {
        var waiting = Waiting(state: state, superstep: superstepAtWork)
        waiting.failure = failure
        waiting.isHalted = halts && !snapshot.messages.isEmpty
        let isInSuperstep: Bool
        switch phase {
        case .running, .saving(.superstep), .saving(.partial), .committing(.partial): isInSuperstep = true
        default: isInSuperstep = false
        }
        waiting.messages = isInSuperstep ? 0 : snapshot.messages.count
        waiting.requests = snapshot.requests + work.active.flatMap { work.mail[$0].staged.requests }
        let fanIns = isInSuperstep ? work.fanIns : snapshot.fanIns
        waiting.fanIns = fanIns.sorted { $0.key < $1.key }.map { (fanIn: $0.key, buffer: $0.value) }
        guard failure == nil else { return waiting }
        waiting.pauses = work.waiting.sorted().compactMap { executor in
            let mail = work.mail[executor]
            return mail.notBefore.map { Waiting.Pause(executor: executor, failedAttempts: mail.failedAttempts, until: $0) }
        }
        return waiting
    }
}
