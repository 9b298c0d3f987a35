import Glibc
import Synchronization
import Testing
import WorkflowJSON
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

/// What must hold for every graph, every schedule, every failure and every answer. WORKFLOW_GRAPHS sets how many graphs are
/// tried, WORKFLOW_SEED where they begin, WORKFLOW_RUNS how many runs there must be; a failure prints the seed of its graph,
/// which then belongs into `regressions`.
@Suite("Properties of every run", .manyRuns)
struct PropertyTests {
    static let regressions: [UInt64] = [0, 1, .max, 0xDEAD_BEEF]

    /// Some of the seeds: in pieces they run side by side.
    struct Piece: CustomTestStringConvertible, Sendable {
        let seeds: [UInt64]
        var testDescription: String { "seeds \(seeds.first ?? 0) to \(seeds.last ?? 0)" }
    }

    static let pieces: [Piece] = {
        let first = variable("WORKFLOW_SEED") ?? 1000
        let seeds = regressions + (first..<first + (variable("WORKFLOW_GRAPHS") ?? 100))
        return stride(from: 0, to: seeds.count, by: 20).map { Piece(seeds: Array(seeds[$0..<min($0 + 20, seeds.count)])) }
    }()

    static func variable(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }

    @Test("The document of every boundary is the same, whoever finishes first", arguments: pieces)
    func scheduleIndependent(piece: Piece) throws {
        for seed in piece.seeds {
            let workflow = try RandomWorkflow(seed: seed)
            let straight = RandomPlay(workflow)
            for schedule in 1...4 {
                let other = RandomPlay(workflow, schedule: UInt64(schedule))
                #expect(other.documents == straight.documents, "seed \(seed), schedule \(schedule)")
                #expect(other.kernel.state == straight.kernel.state, "seed \(seed), schedule \(schedule)")
                #expect(other.told().map(\.line).sorted() == straight.told().map(\.line).sorted(), "seed \(seed), schedule \(schedule)")
                #expect(Set(other.player.warnings) == Set(straight.player.warnings), "seed \(seed), schedule \(schedule)")
            }
        }
        ManyRuns.finished.add(1, ordering: .relaxed)
    }

    @Test("Resumed from any checkpoint, a run makes the documents and outputs that it would have made", arguments: pieces)
    func resumable(piece: Piece) throws {
        for seed in piece.seeds {
            let straight = RandomPlay(try RandomWorkflow(seed: seed))
            for index in straight.documents.indices {
                try straight.expectGoingOn(from: index, as: straight, schedule: UInt64(index % 3), "straight")
            }
        }
        ManyRuns.finished.add(1, ordering: .relaxed)
    }

    @Test("A crash in any call loses nothing: the last checkpoint leads to the straight result", arguments: pieces)
    func crashes(piece: Piece) throws {
        for seed in piece.seeds {
            let straight = RandomPlay(try RandomWorkflow(seed: seed))
            try interrupt(straight, straight.hostCalls, times: 6) { .crash(call: $0) }
        }
        ManyRuns.finished.add(1, ordering: .relaxed)
    }

    @Test("A cancel, a halt or a full storage at any moment loses nothing either", arguments: pieces)
    func interruptions(piece: Piece) throws {
        for seed in piece.seeds {
            let straight = RandomPlay(try RandomWorkflow(seed: seed))
            try interrupt(straight, straight.player.events.count, times: 4) { .cancel(event: $0) }
            try interrupt(straight, straight.invocations, times: 2) { .halt(invocation: $0) }
            try interrupt(straight, straight.documents.count, times: 2) { .refusal(document: $0) }
        }
        ManyRuns.finished.add(1, ordering: .relaxed)
    }

    /// Interrupts at moments that are spread over `count` possible ones.
    private func interrupt(
        _ straight: RandomPlay, _ count: Int, times: Int, _ interruption: (Int) -> RandomPlay.Interruption
    ) throws {
        guard count > 0 else { return }
        let first = 1 + Int(straight.workflow.seed % UInt64(max(1, count / times)))
        for number in stride(from: first, through: count, by: max(1, count / times)) {
            let interruption = interruption(number)
            let play = RandomPlay(straight.workflow, schedule: UInt64(number), interruption)
            let what = "seed \(straight.workflow.seed), \(interruption)"
            switch interruption {
            case .crash, .refusal: #expect(play.kernel.state == .failed, "\(what)")
            case .cancel: #expect(play.kernel.state == .cancelled || play.kernel.state == .failed, "\(what)")
            case .halt: break
            }
            // What came and is in no checkpoint, somebody was told of.
            #expect(play.player.warnings.count { $0.hasPrefix("too_late ") } == play.unsaved, "\(what)")
            // Nothing is durable before the entry is.
            guard !play.documents.isEmpty else { continue }
            try play.expectGoingOn(from: play.documents.count - 1, as: straight, "\(interruption)")
        }
    }

    @Test("The graphs are worth the trouble: they branch, wait, ask, retry, halt, warn, fail and end")
    func coverage() throws {
        var seen: [String: Int] = [:]
        var documents = 0
        for seed in UInt64(1000)..<1200 {
            let workflow = try RandomWorkflow(seed: seed)
            let play = RandomPlay(workflow)
            documents += play.documents.count
            for feature in try play.features() { seen[feature, default: 0] += 1 }
        }
        #expect(documents > 1500)
        for feature in Self.features { #expect((seen[feature] ?? 0) >= 3, "\(feature): \(seen)") }
    }

    /// Each must occur in so many of the first graphs that a defect there has a chance to be seen.
    private static let features = [
        "waiting fan-in", "complete fan-in", "not_connected", "no_route", "type_mismatch", "too_late", "state_conflict",
        "failed -16", "failed -17", "failed -6",
        "idle", "waiting for an answer", "lane", "depth 2", "start is a sub-workflow", "intercepted answer", "answer_ignored",
        "retry", "pause", "attempts begin again", "failed with a record", "state of a sub-workflow", "intermediate", "custom", "halt",
        "answer at once", "answer at rest", "withdrawal", "input during a superstep", "input at rest", "answered inside",
    ]
}
