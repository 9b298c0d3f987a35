import WorkflowJSON
public import WorkflowModel

/// A graph being described, together with the host's code. One thread at a time.
public final class WorkflowBuilder: ProcessBound, @unchecked Sendable {
    public private(set) var draft: GraphDraft
    private var executors: [String: any ExecutorCode] = [:]
    private var conditions: [String: any ConditionCode] = [:]
    /// From a definition: conditions that wait for their code, with the version that the definition states.
    private var declared: [String: Condition] = [:]

    public init(name: String) throws(Failure) { draft = try GraphDraft(name: name) }

    public init(definition: Text) throws(Failure) {
        let parsed = try Definition.parse(definition)
        draft = parsed.draft
        super.init()
        for condition in parsed.conditions { declared[condition.name] = condition }
    }

    /// Adds to the graph. What `change` refuses is remembered for `build`.
    public func describe(_ change: (inout GraphDraft) throws(Failure) -> Void) throws(Failure) { try change(&draft) }

    /// Runs one call of the host. What it refuses, in whatever room, is a problem that `build` repeats.
    public func remembering(_ body: (WorkflowBuilder) throws(Failure) -> Void) throws(Failure) {
        let known = draft.problemCount
        do {
            try body(self)
        } catch {
            if draft.problemCount == known { draft.note(error.message) }
            throw error
        }
    }

    public func addExecutor(_ id: String, _ code: any ExecutorCode) throws(Failure) {
        try draft.addExecutor(id)
        executors[id] = code
    }

    public func addCondition(_ condition: Condition, _ code: any ConditionCode) throws(Failure) {
        var condition = condition
        if let version = declared[condition.name]?.version {
            if let own = condition.version, own != version {
                let problem =
                    "the definition wants version '\(version.printable)' of the condition '\(condition.name.printable)', "
                    + "the host has version '\(own.printable)'"
                draft.note(problem)
                throw Failure(.mismatch, problem)
            }
            condition.version = version
        }
        try draft.addCondition(condition)
        conditions[condition.name] = code
    }

    /// The workflow, or one error with every problem. The builder can go on and build again.
    public func build() throws(Failure) -> Workflow {
        var complete = draft
        for name in declared.keys.sorted() where conditions[name] == nil {
            complete.note("the definition declares the condition '\(name.printable)', which was never added")
        }
        // `describe` can add to the graph without code; what is not in the graph at all is told by `validated`.
        for id in complete.addedExecutors where executors[id] == nil {
            complete.note("executor '\(id)' has no code")
        }
        for condition in complete.conditions where conditions[condition.name] == nil {
            complete.note("condition '\(condition.name)' has no code")
        }
        let graph = try complete.validated()
        return Workflow(
            graph: graph,
            executors: graph.executors.compactMap { executors[$0.string] },
            conditions: graph.conditions.compactMap { conditions[$0.name] })
    }
}
