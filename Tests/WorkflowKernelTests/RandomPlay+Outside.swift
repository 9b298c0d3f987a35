import Testing
import WorkflowJSON
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

/// The world outside a random run: inputs, answers, withdrawals and cancels.
extension RandomPlay {
    private static let lastActiveSuperstep = 12

    private func chance(_ percent: Int, _ words: String) -> Bool { SeededRandom.hash("\(workflow.seed)", words) % 100 < UInt64(percent) }

    private enum Fate { case atOnce, atRest, withdrawn, never }

    private func fate(_ request: Request) -> Fate {
        switch SeededRandom.hash("\(workflow.seed)", "fate", request.id.string) % 100 {
        case 0..<25: .atOnce
        case 25..<65: .atRest
        case 65..<88: .withdrawn
        default: .never
        }
    }

    func hear(_ kernel: inout Kernel, _ event: Event) {
        switch event.kind {
        case .superstepStarted: disturb(&kernel, event.superstep)
        case .superstepCompleted: answerAtOnce(&kernel)
        default: break
        }
        if case .checkpoint(let summary) = event.data, [.entry, .response].contains(CheckpointKind(rawValue: summary.kind)) { unsaved = 0 }
        eventCount += 1
        if case .cancel(eventCount) = interruption { kernel.cancel("enough") }
    }

    private func note(_ act: String) {
        acts[act, default: 0] += 1
        unsaved += 1
    }

    /// An input during a superstep, perhaps.
    func disturb(_ kernel: inout Kernel, _ superstep: Int) {
        guard superstep <= Self.lastActiveSuperstep, chance(workflow.inputs, "during \(superstep)") else { return }
        kernel.input(Text("\"during \(superstep)\""))
        note("input during a superstep")
    }

    /// Before the superstep's boundary is left.
    func answerAtOnce(_ kernel: inout Kernel) {
        guard kernel.snapshot.superstep <= Self.lastActiveSuperstep else { return }
        for request in kernel.snapshot.hostRequests where fate(request) == .atOnce {
            kernel.answer(request, Text("\"at once \(request.id)\""))
            note("answer at once")
        }
    }

    func wake(_ kernel: inout Kernel, _ document: Text?) -> Bool {
        guard kernel.failure == nil else { return false }
        if kernel.waiting.isHalted {
            #expect(document?.string.contains("\n\"kind\": \"superstep\"") == true, "seed \(workflow.seed) halts where something came in")
            if case .halt = interruption { return false }
            return rewind(&kernel, document)
        }
        guard kernel.snapshot.superstep <= Self.lastActiveSuperstep else { return false }
        var isAwake = false
        for request in kernel.snapshot.hostRequests {
            switch fate(request) {
            case .atRest: kernel.answer(request, Text("\"at rest \(request.id)\""))
            case .withdrawn: kernel.withdraw(request)
            case .atOnce, .never: continue
            }
            note(fate(request) == .withdrawn ? "withdrawal" : "answer at rest")
            isAwake = true
        }
        if chance(workflow.inputs, "at rest \(kernel.snapshot.superstep)") {
            kernel.input(Text("\"at rest \(kernel.snapshot.superstep)\""))
            note("input at rest")
            isAwake = true
        }
        return isAwake
    }

    /// A halted run goes on from its last checkpoint, in the same memory.
    private func rewind(_ kernel: inout Kernel, _ document: Text?) -> Bool {
        do {
            let checkpoint = try CheckpointDocument.checkpoint(from: document ?? "", graph: workflow.graph, as: "it")
            let now = kernel.now
            kernel = Kernel(graph: workflow.graph, options: workflow.options, resuming: checkpoint.snapshot, inUse: true)
            kernel.now = now
        } catch {
            Issue.record(error)
            return false
        }
        acts["halt", default: 0] += 1
        return true
    }
}
