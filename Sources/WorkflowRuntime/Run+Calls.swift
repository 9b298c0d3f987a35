import WorkflowKernel
import WorkflowModel

/// Host code: how it is called, on which thread, and how its calls end.
extension Run {
    func finish(_ context: Context, _ outcome: inout Outcome) {
        if outcome.failure != nil { failedCalls.wrappingAdd(1, ordering: .relaxed) }
        if hasLimits, outcome.failure != nil {
            let (now, chance) = (clock(), options.environment.random())
            kernel.use { ($0.now, $0.chance) = (now, chance) }
        }
        kernel.use { $0.finish(context.kind, executor: context.executor, &outcome) }
    }

    func run(_ call: consuming Call) {
        let (kind, executor) = (call.kind, call.executor)
        let code = code[executor]
        if kind == .invoke {
            if code.isPolled { return inbox.leave(detached(call, polledSite, isPolled: true)) }
            // A run that is driven from inside the pool must not wait for a thread of it: they may all do the same.
            if let pool = options.pool, !pool.isHere { return pool.call(code, detached(call, site)) }
        }
        let context = makeContext(call, site)
        let status = code.call(kind, context)
        if status == .pending {
            for emission in context.detach() { kernel.use { $0.tell(emission, executor: executor) } }
            begin(context)
        } else {
            var outcome = context.takeOutcome(status, wasPending: false)
            // It could not be interrupted, but what came too late does not count.
            if hasLimits, outcome.failure == nil, context.isLate(at: clock()) { outcome.failure = context.late }
            finish(context, &outcome)
            outcome.clear()
            spareOutcome = outcome
        }
        // An object of the host's that it was given is let go of here, and not while the kernel changes.
        withExtendedLifetime(context) {}
    }

    private func makeContext(_ call: consuming Call, _ site: Context.Site) -> Context {
        var spare = Outcome()
        swap(&spare, &spareOutcome)
        return Context(call, at: site, now: hasLimits ? clock() : 0, spare)
    }

    /// From now on the call has a lease, if the run has one; a call that is to be polled not before somebody has it.
    private func begin(_ context: Context, isPolled: Bool = false) {
        underWay.begin(context, at: hasLimits ? clock() : 0)
        if underWay.lease != nil, !isPolled { try? context.keepAlive() }
    }

    /// The context of a call that another thread handles: it has been pending from the beginning.
    private func detached(_ call: consuming Call, _ site: Context.Site, isPolled: Bool = false) -> Context {
        let context = makeContext(call, site)
        _ = context.detach()
        begin(context, isPolled: isPolled)
        return context
    }

    func decide(_ condition: Int, _ payload: Text) {
        do throws(Failure) {
            if let failure = payload.unencodable { throw failure }
            let isMet = try workflow.code.conditions[condition].evaluate(payload)
            kernel.use { $0.decided(isMet) }
        } catch {
            kernel.use { $0.fail(error) }
        }
    }

    func select(_ selector: Int, _ payload: Text, _ targets: [Int]) {
        let selection = Selection(graph: workflow.graph, targets: targets)
        defer { selection.close() }
        do throws(Failure) {
            if let failure = payload.unencodable { throw failure }
            try workflow.code.selectors[selector].select(payload, among: selection)
            let chosen = selection.chosen
            kernel.use { $0.selected(chosen) }
        } catch {
            kernel.use { $0.fail(error) }
        }
    }
}
