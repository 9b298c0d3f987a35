import Synchronization
import Testing
import WorkflowJSON
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

/// One run of a random workflow, with executors whose memory only their hooks carry over a resume, and with a world outside
/// that asks, answers and withdraws as a pure function of what a checkpoint shows.
final class RandomPlay {
    /// What ends a run before its time.
    enum Interruption: CustomStringConvertible {
        /// Host code fails for good in its call of this number, from 1.
        case crash(call: Int)
        /// A cancel when the event of this number is heard.
        case cancel(event: Int)
        /// A handler asks for a rest, and the world outside leaves it at that.
        case halt(invocation: Int)
        /// The storage refuses the document of this number.
        case refusal(document: Int)

        var description: String {
            switch self {
            case .crash(let number): "crash in call \(number)"
            case .cancel(let number): "cancel at event \(number)"
            case .halt(let number): "halt in invocation \(number)"
            case .refusal(let number): "no room for document \(number)"
            }
        }
    }

    /// How many runs were played in this process.
    static let count = Atomic<Int>(0)

    let workflow: RandomWorkflow
    let player: KernelPlayer
    let interruption: Interruption?
    private var memory: [UInt64]
    /// Calls of host code, of which invocations; documents; events.
    private(set) var hostCalls = 0
    private(set) var invocations = 0
    private var documentCount = 0
    var eventCount = 0
    /// By piece of work: how often it has failed. By request: the piece of work that got its answer.
    private var failures: [String: Int] = [:]
    private var answered: [Text: String] = [:]
    private let isFromTheBeginning: Bool
    /// What the world outside did, by word.
    var acts: [String: Int] = [:]
    /// How much of that came after the last checkpoint that can have it.
    var unsaved = 0

    /// From the beginning.
    init(_ workflow: RandomWorkflow, schedule: UInt64 = 0, _ interruption: Interruption? = nil) {
        self.workflow = workflow
        self.interruption = interruption
        isFromTheBeginning = true
        memory = [UInt64](repeating: 0, count: workflow.graph.executors.count)
        player = KernelPlayer(workflow.graph, workflow.options, input: Text("\"seed \(workflow.seed)\""))
        play(schedule)
    }

    /// On from a document of another play, at the time when it was made.
    init(_ other: RandomPlay, from index: Int, schedule: UInt64 = 0) throws {
        workflow = other.workflow
        interruption = nil
        isFromTheBeginning = false
        memory = [UInt64](repeating: 0, count: workflow.graph.executors.count)
        let document = other.player.documents[index]
        player = try KernelPlayer(workflow.graph, workflow.options, document: document, now: other.player.marks[index].now)
        let summary = try CheckpointDocument.summary(of: document, as: "it")
        if summary.kind == CheckpointKind.superstep.rawValue {
            // What came during that superstep is in no checkpoint: it comes again.
            _ = player.outside {
                disturb(&$0, summary.superstep)
                answerAtOnce(&$0)
            }
        }
        play(schedule)
    }

    private func play(_ schedule: UInt64) {
        Self.count.add(1, ordering: .relaxed)
        var random = SeededRandom(seed: schedule)
        if schedule > 0 { player.pick = { Int.random(in: 0..<$0, using: &random) } }
        // Eleven days for each superstep: more than all its pauses.
        player.clock = { UInt64($0.superstep + 1) * 1_000_000_000_000 }
        player.chance = { [seed = workflow.seed] in
            SeededRandom.hash("\(seed)", "\($0.executor).\($0.superstep).\($0.invocation).\($0.failedAttempts)")
        }
        player.handle = { [unowned self] in handle($0) }
        player.decide = { [unowned self] condition, payload throws(Failure) in
            if crashes() { throw Failure(.executor, "crash") }
            return try workflow.decide(condition, payload)
        }
        player.select = { [unowned self] selector, payload, targets throws(Failure) in
            if crashes() { throw Failure(.executor, "crash") }
            return try workflow.select(selector, payload, targets)
        }
        player.refuseCommit = { [unowned self] _ in
            documentCount += 1
            if case .refusal(documentCount) = interruption { return Failure(.storage, "no room") }
            return nil
        }
        player.hear = { [unowned self] in hear(&$0, $1) }
        player.wake = { [unowned self] in wake(&$0, $1) }
        player.play()
    }

    // MARK: The host's code

    private func crashes() -> Bool {
        hostCalls += 1
        if case .crash(hostCalls) = interruption { return true }
        return false
    }

    private func handle(_ call: Call) -> Outcome {
        if crashes() {
            var outcome = Outcome.fail("crash")
            outcome.givesUp = true
            return outcome
        }
        switch call.kind {
        case .save: return .saved(Text("{\"memory\":\(memory[call.executor])}"))
        case .restore:
            memory[call.executor] = UInt64(call.input.string.filter(\.isNumber)) ?? 0
            return Outcome()
        case .invoke:
            invocations += 1
            var outcome = workflow.invoke(call, &memory[call.executor])
            check(call, outcome)
            if case .halt(invocations) = interruption { outcome.halts = true }
            return outcome
        }
    }

    /// What no comparison of two plays would show: attempts are counted, an answer comes once, and a lane is as deep as its
    /// executor.
    private func check(_ call: Call, _ outcome: Outcome) {
        var depth = 0
        var node = workflow.graph.node(around: call.executor)
        while node != Graph.outermost { (depth, node) = (depth + 1, workflow.graph.node(around: node)) }
        let lane = call.lane.path?.string.split(separator: ".").count ?? 0
        #expect(lane == depth, "seed \(workflow.seed), lane of \(workflow.graph.executorID(call.executor))")
        let work = "\(call.superstep)/\(call.executor)/\(call.invocation)"
        if isFromTheBeginning {
            #expect(call.failedAttempts == failures[work, default: 0], "seed \(workflow.seed), attempts of \(work)")
        }
        if outcome.failure != nil { failures[work, default: 0] += 1 }
        guard let request = call.request else { return }
        #expect(answered.updateValue(work, forKey: request.id) ?? work == work, "seed \(workflow.seed), answers to \(request.id)")
    }
}
