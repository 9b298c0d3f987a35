import WorkflowJSON
public import WorkflowModel

/// A graph being described, together with the host's code. One thread at a time.
public final class WorkflowBuilder: ProcessBound, @unchecked Sendable {
    public private(set) var draft: GraphDraft
    private var executors: [Name: any ExecutorCode] = [:]
    private var conditions: [Name: any ConditionCode] = [:]
    private var selectors: [Name: any SelectorCode] = [:]
    /// From a definition: conditions and selectors that wait for their code, with the version that it states.
    private var declaredConditions: [Name: String?] = [:]
    private var declaredSelectors: [Name: String?] = [:]

    public init(name: String) throws(Failure) { draft = try GraphDraft(name: name) }

    public init(definition: Text) throws(Failure) {
        let parsed = try Definition.parse(definition)
        draft = parsed.draft
        super.init()
        for condition in parsed.conditions { declaredConditions.updateValue(condition.version, forKey: Name(condition.name)) }
        for selector in parsed.selectors { declaredSelectors.updateValue(selector.version, forKey: Name(selector.name)) }
    }

    deinit { isGone = true }

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
        executors[Name(id)] = code
    }

    public func addCondition(_ condition: Condition, _ code: any ConditionCode) throws(Failure) {
        var condition = condition
        let declared = declaredConditions[Name(condition.name)] ?? nil
        condition.version = try agreed(declared, condition.version, "condition '\(condition.name.printable)'")
        try draft.addCondition(condition)
        conditions[Name(condition.name)] = code
    }

    public func addSelector(_ selector: Selector, _ code: any SelectorCode) throws(Failure) {
        var selector = selector
        let declared = declaredSelectors[Name(selector.name)] ?? nil
        selector.version = try agreed(declared, selector.version, "selector '\(selector.name.printable)'")
        try draft.addSelector(selector)
        selectors[Name(selector.name)] = code
    }

    /// The version that the definition and the host agree on; one that only one of them states counts.
    private func agreed(_ declared: String?, _ own: String?, _ what: String) throws(Failure) -> String? {
        guard let declared, let own, Name(declared) != Name(own) else { return declared ?? own }
        let problem = "the definition wants version '\(declared.printable)' of the \(what), the host has version '\(own.printable)'"
        draft.note(problem)
        throw Failure(.mismatch, problem)
    }

    /// The workflow, or one error with every problem. The builder can go on and build again.
    public func build() throws(Failure) -> Workflow {
        var complete = draft
        for name in declaredConditions.keys.map(\.string).sorted() where conditions[Name(name)] == nil {
            complete.note("the definition declares the condition '\(name.printable)', which was never added")
        }
        for name in declaredSelectors.keys.map(\.string).sorted() where selectors[Name(name)] == nil {
            complete.note("the definition declares the selector '\(name.printable)', which was never added")
        }
        // `describe` can add to the graph without code; what is not in the graph at all is told by `validated`.
        for id in complete.addedExecutors where executors[Name(id)] == nil {
            complete.note("executor '\(id)' has no code")
        }
        for condition in complete.conditions where conditions[Name(condition.name)] == nil {
            complete.note("condition '\(condition.name)' has no code")
        }
        for selector in complete.selectors where selectors[Name(selector.name)] == nil {
            complete.note("selector '\(selector.name)' has no code")
        }
        let graph = try complete.validated()
        return Workflow(
            graph: graph,
            executors: graph.executors.compactMap { executors[Name($0.string)] },
            conditions: graph.conditions.compactMap { conditions[Name($0.name)] },
            selectors: graph.selectors.compactMap { selectors[Name($0.name)] })
    }
}
