import Glibc
import Synchronization
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

/// A workflow with something of everything that could go wrong when executors work at a time: a fan-out to many, several
/// messages for one, a fan-in, a loop, shared and private state, save hooks, outputs. The same code in each of the ways to
/// run it; `lingers` lets executors end in an order of chance.
struct Story {
    enum Way: Equatable { case inline, pool(Int), polled(Int) }
    static let workers = (0..<6).map { "w\($0)" }

    var rounds = 3
    var lingers: @Sendable () -> Void = {}

    /// What the executors of one workflow keep in memory, for their save hooks: how many messages they handled.
    final class Memory: Sendable {
        private let counts = Mutex<[String: Int]>([:])
        subscript(id: String) -> Int {
            get { counts.withLock { $0[id] ?? 0 } }
            set { counts.withLock { $0[id] = newValue } }
        }
    }

    func workflow(_ memory: Memory = Memory(), isPolled: Bool = false) throws -> Workflow {
        let code: ScriptedExecutor.Body = { try handle($0, memory); return .ok }
        var executors = [
            "a": ScriptedExecutor(isPolled: isPolled, code), "z": ScriptedExecutor(isPolled: isPolled, code),
        ]
        for id in Self.workers {
            executors[id] = ScriptedExecutor(
                isPolled: isPolled, save: { try $0.save(Text("\(memory[id])")); return .ok },
                restore: { memory[id] = Int($0.input.string) ?? -1; return .ok }, code)
        }
        return try makeWorkflow(
            { draft throws(Failure) in
                try draft.addFanOut("a", Self.workers)
                try draft.addFanIn(Self.workers, "z")
                try draft.addEdge("z", "a")
            }, executors)
    }

    /// What every executor does, by its id.
    func handle(_ context: Context, _ memory: Memory) throws {
        lingers()
        let id = context.executorID.string
        memory[id] += 1
        switch id {
        case "a":
            for number in 0..<3 { try context.send(Text("[\(context.superstep), \(number)]"), to: nil) }
        case "z":
            try context.output(context.input)
            if context.superstep / 3 < rounds { try context.send("0", to: nil) }
        default:
            let seen = (Int(try context.state("seen", in: .executor)?.string ?? "0") ?? 0) + 1
            try context.setState("seen", Text("\(seen)"), in: .executor)
            try context.setState("last", Text("\"\(id)\""), in: .shared)
            try context.output(Text("\"\(id) \(seen)\""))
            try context.send(Text("{\"from\": \"\(id)\", \"input\": \(context.input), \"seen\": \(seen)}"), to: nil)
        }
    }

    /// The documents of all checkpoints of a run with fake ids and a fake clock.
    func documents(_ way: Way) throws -> [Text] {
        let storage = MemoryStorage()
        var options = RunOptions.with(storage, FakeWorld(step: 7))
        options.runID = "story"
        if case .pool(let threads) = way { options.pool = try Pool(threads: threads) }
        let isPolled = if case .polled = way { true } else { false }
        let memory = Memory()
        let run = try Run(workflow(memory, isPolled: isPolled), options, input: "0")
        if case .polled(let threads) = way {
            let clerks = (0..<threads).map { _ in startThread { self.serve(run, memory) } }
            try run.play()
            for clerk in clerks { pthread_join(clerk, nil) }
        } else {
            try run.play()
        }
        return try storage.ids.map { try storage.load($0) }
    }

    /// Polls until the run rests.
    func serve(_ run: Run, _ memory: Memory) {
        do {
            while case .call(let context) = try run.poll(timeout: -1) {
                try handle(context, memory)
                try context.finish()
            }
        } catch { collected.add("\(error)") }
    }

    final class Counter: Sendable {
        private let value = Mutex(0)
        var number: Int { value.withLock { $0 } }
        func add(_ number: Int) { value.withLock { $0 += number } }
    }

    /// What went wrong on other threads.
    let collected = Collector<String>()
}

extension MemoryStorage {
    /// Of the checkpoints, oldest first.
    var ids: [String] { list(workflow: nil).compactMap { if case .good(let summary) = $0 { summary.id } else { nil } } }
}
