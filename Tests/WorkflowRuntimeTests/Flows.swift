import Glibc
import Synchronization
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

/// A workflow of one executor.
func makeWorkflow(_ code: [String: ScriptedExecutor]) throws -> Workflow { try makeWorkflow({ _ throws(Failure) in }, code) }

/// A workflow that starts with a, in a few words: its shape, then the code of each executor.
func makeWorkflow(
    conditions: [String: ScriptedCondition] = [:], _ describe: (inout GraphDraft) throws(Failure) -> Void,
    _ code: [String: ScriptedExecutor]
) throws -> Workflow {
    let builder = try WorkflowBuilder(name: "flow")
    try builder.describe { draft throws(Failure) in try draft.setStart("a") }
    for (name, code) in conditions { try builder.addCondition(Condition(name: name), code) }
    try builder.describe(describe)
    for id in code.keys.sorted() { try builder.addExecutor(id, code[id]!) }
    return try builder.build()
}

/// a -> a, counting up to `limit` in shared, private and inner state; the count is the output.
func countingWorkflow(to limit: Int) throws -> Workflow {
    let memory = Mutex(0)
    let counter = ScriptedExecutor(
        save: {
            try $0.save(Text("{\"seen\":\(memory.withLock { $0 })}")); return .ok
        },
        restore: { context in
            memory.withLock { $0 = Int(context.input.string.filter(\.isNumber)) ?? -1 }
            return .ok
        }
    ) { context in
        let count = (Int(context.input.string) ?? 0) + 1
        let seen = memory.withLock { memory in
            memory += count
            return memory
        }
        try context.setState("last", Text("\(count)"), in: .shared)
        try context.setState(Text("seen\(count % 3)"), Text("\(seen)"), in: .executor)
        if count < limit {
            try context.send(Text("\(count)"), to: nil)
        } else {
            try context.output(Text("[\(count), \(seen)]"))
        }
        return .ok
    }
    return try makeWorkflow({ draft throws(Failure) in try draft.addEdge("a", "a") }, ["a": counter])
}

/// Contexts of calls that went pending, for other threads to end.
final class Waiting: Sendable {
    let contexts = Collector<Context>()

    var executor: ScriptedExecutor {
        ScriptedExecutor { context in
            self.contexts.add(context)
            return .pending
        }
    }
}

extension RunOptions {
    static func with(_ storage: (any Storage)? = nil, checkpoints: Bool = false, _ world: FakeWorld? = nil) -> RunOptions {
        var options = RunOptions()
        options.storage = storage
        options.checkpoints = checkpoints
        if let world { options.environment = world.environment }
        return options
    }
}

extension Run {
    /// The events until the run rests or waits, as lines; throws why it failed, if it did.
    @discardableResult
    func play(timeout: Int64 = 10_000, _ each: (Event) throws -> Void = { _ in }) throws -> [String] {
        var lines: [String] = []
        while case .event(let event, _) = try next(timeout: timeout) {
            lines.append(event.line(workflow.graph))
            try each(event)
        }
        return lines
    }

    /// The same for a run that may fail: its lines and its failure.
    func playOut() -> (lines: [String], failure: Failure?) {
        var lines: [String] = []
        let failure = failure { try play { lines.append($0.line(workflow.graph)) } }
        return (lines, failure)
    }
}

/// Waits for something that another thread does; gives up after ten seconds.
func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<10_000 {
        if condition() { return true }
        usleep(1000)
    }
    return false
}

/// A document without what differs from run to run: ids and times.
func content(_ document: Text) -> String {
    let volatile = ["\"checkpoint_id\"", "\"previous_checkpoint_id\"", "\"run_id\"", "\"timestamp\""]
    return document.string.split(separator: "\n").filter { line in !volatile.contains { line.hasPrefix($0) } }.joined(
        separator: "\n")
}

/// One member of a document, as it stands there.
func member(_ name: String, of document: Text) -> String {
    let start = "\"\(name)\": "
    let line = document.string.split(separator: "\n").first { $0.hasPrefix(start) }
    return line.map { String($0.dropFirst(start.count)).trimmingComma } ?? "absent"
}

extension String {
    fileprivate var trimmingComma: String { hasSuffix(",") ? String(dropLast()) : self }
}

extension Run {
    enum Next {
        case event(Event, sequence: UInt64)
        case timeout
        case done
    }

    /// One event at a time.
    func next(timeout milliseconds: Int64) throws(Failure) -> Next {
        var found: Next?
        let end = try next(timeout: milliseconds, most: 1) { found = .event($0, sequence: $1) }
        switch end {
        case nil: return found ?? .done
        case .timeout: return .timeout
        case .done: return .done
        }
    }
}
