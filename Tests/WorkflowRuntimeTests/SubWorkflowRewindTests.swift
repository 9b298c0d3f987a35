import Synchronization
import Testing
import WorkflowModel
import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

/// A live run with a sub-workflow goes back to a checkpoint; source: .NET W4 and its untested case 2.
@Suite("Going back with a sub-workflow")
struct SubWorkflowRewindTests {
    /// begin -> sub -> end; inside, `loop` counts down, in memory that its hooks carry and in private state.
    private func workflow() throws -> Workflow {
        let memory = Mutex(0)
        let loop = ScriptedExecutor(
            save: { context in
                try context.save(Text("\(memory.withLock { $0 })"))
                return .ok
            },
            restore: { context in
                memory.withLock { $0 = Int(context.input.string) ?? 0 }
                return .ok
            }
        ) { context in
            let count = memory.withLock { memory in
                memory += 1
                return memory
            }
            let state = try context.state("count", in: .executor)?.string ?? "0"
            try context.setState("count", Text("\((Int(state) ?? 0) + 1)"), in: .executor)
            let left = (Int(context.input.string) ?? 0) - 1
            if left > 0 { try context.send(Text("\(left)"), to: nil) } else { try context.output(Text("[\(count), \(state)]")) }
            return .ok
        }
        let inner = try WorkflowBuilder(name: "inner")
        try inner.addExecutor("loop", loop)
        try inner.describe { draft throws(Failure) in
            try draft.setStart("loop")
            try draft.addEdge("loop", "loop")
        }
        let outer = try WorkflowBuilder(name: "outer")
        try outer.addExecutor("begin", ScriptedExecutor { context in
            try context.send(context.input, to: nil)
            return .ok
        })
        try outer.addExecutor("end", ScriptedExecutor { context in
            try context.output(context.input)
            return .ok
        })
        try outer.addSubWorkflow("sub", try inner.build(), .init())
        try outer.describe { draft throws(Failure) in
            try draft.setStart("begin")
            try draft.addChain(["begin", "sub", "end"])
        }
        return try outer.build()
    }

    @Test("From every checkpoint, before it began, while it counts and when it is done, the rest is the same (.NET W4, untested 2)")
    func everyCheckpoint() throws {
        let storage = MemoryStorage()
        let run = try Run(try workflow(), .with(storage), input: "4")
        #expect(try run.play().contains("output end [4, 3]"))
        let ids = storage.list(workflow: nil).compactMap { if case .good(let summary) = $0 { summary.id } else { nil } }
        #expect(ids.count == 7)
        for (superstep, id) in ids.enumerated().reversed() + Array(ids.enumerated()) {
            try run.rewind(to: id)
            #expect(run.superstep == superstep)
            let lines = try run.play()
            #expect(lines.filter { $0.hasPrefix("output") } == (superstep < 6 ? ["output end [4, 3]"] : []), "superstep \(superstep)")
            #expect(lines.filter { $0.hasPrefix("superstep_completed") }.count == 6 - superstep)
        }
    }
}
