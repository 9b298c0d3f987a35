import WorkflowJSON
public import WorkflowModel

/// A graph being described, together with the host's code. One thread at a time.
public final class WorkflowBuilder: ProcessBound, @unchecked Sendable {
    public private(set) var draft: GraphDraft
    private var executors: [Name: any ExecutorCode] = [:]
    private var conditions: [Name: any ConditionCode] = [:]
    private var selectors: [Name: any SelectorCode] = [:]
    /// Built workflows, by the node that they became.
    private var embedded: [Name: Workflow] = [:]
    /// From a definition: sub-workflows that are described there; their code comes by its path.
    private var described: [(id: String, builder: WorkflowBuilder, ties: SubWorkflow.Ties)] = []
    /// From a definition: conditions and selectors that wait for their code, with the version that it states.
    private var declaredConditions: [Name: String?] = [:]
    private var declaredSelectors: [Name: String?] = [:]

    public init(name: String) throws(Failure) { draft = try GraphDraft(name: name) }

    public convenience init(definition: Text) throws(Failure) { self.init(try Definition.parse(definition)) }

    private init(_ parsed: ParsedDefinition) {
        draft = parsed.draft
        super.init()
        for sub in parsed.subWorkflows { described.append((sub.id, WorkflowBuilder(sub.definition), sub.ties)) }
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
        if let (inner, id) = described(around: id) { return try inner.addExecutor(id, code) }
        try draft.addExecutor(id)
        executors[Name(id)] = code
    }

    public func addCondition(_ condition: Condition, _ code: any ConditionCode) throws(Failure) {
        if let (inner, name) = described(around: condition.name) {
            return try inner.addCondition(Condition(name: name, version: condition.version), code)
        }
        var condition = condition
        let declared = declaredConditions[Name(condition.name)] ?? nil
        condition.version = try agreed(declared, condition.version, "condition '\(condition.name.printable)'")
        try draft.addCondition(condition)
        conditions[Name(condition.name)] = code
    }

    public func addSelector(_ selector: Selector, _ code: any SelectorCode) throws(Failure) {
        if let (inner, name) = described(around: selector.name) {
            return try inner.addSelector(Selector(name: name, version: selector.version), code)
        }
        var selector = selector
        let declared = declaredSelectors[Name(selector.name)] ?? nil
        selector.version = try agreed(declared, selector.version, "selector '\(selector.name.printable)'")
        try draft.addSelector(selector)
        selectors[Name(selector.name)] = code
    }

    /// Embeds a built workflow, with its code, as one node.
    public func addSubWorkflow(_ id: String, _ workflow: Workflow, _ ties: SubWorkflow.Ties) throws(Failure) {
        try draft.addSubWorkflow(id, workflow.graph, ties)
        executors[Name(id)] = SubWorkflowNode.code
        embedded[Name(id)] = workflow
    }

    /// The described sub-workflow that a path leads into, and the rest of the path.
    private func described(around path: String) -> (WorkflowBuilder, String)? {
        for (id, builder, _) in described where path.utf8.starts(with: (id + "/").utf8) {
            return (builder, String(decoding: path.utf8.dropFirst(id.utf8.count + 1), as: UTF8.self))
        }
        return nil
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
        var (executors, embedded) = (executors, embedded)
        for (id, builder, ties) in described {
            do throws(Failure) {
                let workflow = try builder.build()
                try complete.addSubWorkflow(id, workflow.graph, ties)
                executors[Name(id)] = SubWorkflowNode.code
                embedded[Name(id)] = workflow
            } catch {
                if error.status == .graph { complete.note("in the sub-workflow '\(id)': \(error.message)") }
            }
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
        var code = Workflow.Code(
            executors: graph.executors.prefix(graph.ownExecutors).compactMap { executors[Name($0.string)] },
            conditions: graph.conditions.prefix(graph.ownConditions).compactMap { conditions[Name($0.name)] },
            selectors: graph.selectors.prefix(graph.ownSelectors).compactMap { selectors[Name($0.name)] })
        // In the order in which the graph lists what is inside.
        for sub in complete.subWorkflows { if let inner = embedded[Name(sub.id)] { code.append(inner.code) } }
        return Workflow(graph: graph, code)
    }
}
