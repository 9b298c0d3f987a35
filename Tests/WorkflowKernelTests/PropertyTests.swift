import Glibc
import Testing
import WorkflowJSON
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

/// What must hold for every graph, every schedule and every failure. WORKFLOW_GRAPHS sets how many graphs are tried,
/// WORKFLOW_SEED where they begin; a failure prints the seed of its graph, which then belongs into `regressions`.
@Suite("Properties of every run")
struct PropertyTests {
    static let regressions: [UInt64] = [0, 1, .max, 0xDEAD_BEEF]

    /// Some of the seeds: in pieces they run side by side.
    struct Piece: CustomTestStringConvertible, Sendable {
        let seeds: [UInt64]
        var testDescription: String { "seeds \(seeds.first ?? 0) to \(seeds.last ?? 0)" }
    }

    static let pieces: [Piece] = {
        func variable(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
        let first = variable("WORKFLOW_SEED") ?? 1000
        let seeds = regressions + (first..<first + (variable("WORKFLOW_GRAPHS") ?? 300))
        return stride(from: 0, to: seeds.count, by: 50).map { Piece(seeds: Array(seeds[$0..<min($0 + 50, seeds.count)])) }
    }()

    @Test("The document of every boundary is the same, whoever finishes first", arguments: pieces)
    func scheduleIndependent(piece: Piece) throws {
        for seed in piece.seeds {
            let workflow = try RandomWorkflow(seed: seed)
            let straight = workflow.straight()
            for schedule in 1...4 {
                let other = workflow.straight(schedule: UInt64(schedule))
                #expect(other.documents == straight.documents, "seed \(seed), schedule \(schedule)")
                #expect(other.kernel.state == straight.kernel.state, "seed \(seed), schedule \(schedule)")
                #expect(other.committedOutputs() == straight.committedOutputs(), "seed \(seed), schedule \(schedule)")
                #expect(Set(other.warnings) == Set(straight.warnings), "seed \(seed), schedule \(schedule)")
            }
        }
    }

    @Test("Resumed from any boundary, a run makes the documents and outputs that it would have made", arguments: pieces)
    func resumable(piece: Piece) throws {
        for seed in piece.seeds {
            let workflow = try RandomWorkflow(seed: seed)
            let straight = workflow.straight()
            for (superstep, document) in straight.documents.enumerated() {
                let resumed = try workflow.resumed(from: document, schedule: UInt64(superstep % 3))
                #expect(
                    resumed.documents == Array(straight.documents[(superstep + 1)...]),
                    "seed \(seed), superstep \(superstep)")
                #expect(resumed.kernel.state == straight.kernel.state, "seed \(seed), superstep \(superstep)")
                #expect(
                    resumed.committedOutputs() == straight.committedOutputs(after: superstep),
                    "seed \(seed), superstep \(superstep)")
            }
        }
    }

    @Test("A crash in any invocation loses nothing: the last boundary leads to the straight result", arguments: pieces)
    func crashes(piece: Piece) throws {
        for seed in piece.seeds {
            let workflow = try RandomWorkflow(seed: seed)
            let straight = workflow.straight()
            let count = straight.invocations.count
            for call in stride(from: 1, through: count, by: max(1, count / 5)) {
                let crashed = workflow.straight(schedule: UInt64(call), failCall: call)
                #expect(crashed.kernel.state == .failed, "seed \(seed), call \(call)")
                let before = crashed.documents.count
                let last = try #require(crashed.documents.last)
                let partial = try CheckpointDocument.checkpoint(from: last, graph: workflow.graph, as: "it").snapshot.partial
                let whole = partial == nil ? before : before - 1
                #expect(
                    Array(crashed.documents.prefix(whole)) == Array(straight.documents.prefix(whole)), "seed \(seed), call \(call)")
                let resumed = try workflow.resumed(from: last)
                let rest = Array(straight.documents.dropFirst(whole))
                // A superstep that fails straight on as well, and where nothing else was left to do, is recorded already.
                #expect(resumed.documents == rest || (rest == [last] && resumed.documents.isEmpty), "seed \(seed), call \(call)")
                let recorded = crashed.kernel.snapshot.superstep < straight.kernel.snapshot.superstep ? crashed.recordedOutputs(partial) : []
                #expect(
                    (crashed.committedOutputs() + recorded + resumed.committedOutputs()).sorted()
                        == straight.committedOutputs().sorted(), "seed \(seed), call \(call)")
                if let partial {
                    // What succeeded beside the failure is not done again.
                    let again = resumed.calls.filter { $0.kind == .invoke && $0.superstep == resumed.calls.first?.superstep }
                    #expect(partial.work.filter { $0.deliveries.isEmpty }.allSatisfy { done in !again.contains { $0.executor == done.executor } })
                }
            }
        }
    }

    @Test("The graphs are worth the trouble: they branch, wait, warn, fail and end")
    func coverage() throws {
        var seen: [String: Int] = [:]
        var documents = 0
        for seed in UInt64(1000)..<1200 {
            let player = try RandomWorkflow(seed: seed).straight()
            documents += player.documents.count
            if player.documents.contains(where: { document in
                document.string.split(separator: "\n").contains { $0.hasPrefix("\"fan_in_buffers\": [{") }
            }) {
                seen["waiting fan-in", default: 0] += 1
            }
            for kind in Set(player.warnings.map { String($0.prefix { $0 != " " }) }) { seen[kind, default: 0] += 1 }
            if player.calls.contains(where: { $0.sources.count > 1 }) { seen["complete fan-in", default: 0] += 1 }
            seen[player.kernel.failure.map { "failed \($0.status.rawValue)" } ?? "idle", default: 0] += 1
        }
        #expect(documents > 800)
        for kind in [
            "waiting fan-in", "complete fan-in", "not_connected", "no_route", "state_conflict", "failed -16", "failed -17",
            "idle",
        ] {
            #expect((seen[kind] ?? 0) >= 3, "\(kind): \(seen)")
        }
    }
}
