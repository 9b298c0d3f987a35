import Testing
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

@Suite("Identifiers")
struct IdentifierTests {
    private func isIncreasing(_ ids: [String]) -> Bool {
        zip(ids, ids.dropFirst()).allSatisfy { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    @Test("They are UUIDs of version 7 with the time in front")
    func form() throws {
        let world = FakeWorld(now: 1_645_557_742_000_000)  // The example of RFC 9562.
        var identifiers = Identifiers(environment: world.environment)
        for _ in 0..<1000 {
            let fields = identifiers.next().split(separator: "-")
            #expect(fields.map(\.count) == [8, 4, 4, 4, 12])
            #expect(fields[0] + fields[1] == "017f22e279b0")
            #expect(fields[2].first == "7")
            #expect("89ab".contains(fields[3].first ?? "x"))
            #expect(fields.joined().allSatisfy { "0123456789abcdef".contains($0) })
        }
    }

    @Test("They increase while the clock stands still, also when the counter overflows")
    func standingClock() {
        var identifiers = Identifiers(environment: FakeWorld().environment)
        #expect(isIncreasing((0..<10_000).map { _ in identifiers.next() }))
    }

    @Test("Those of different runs are in the order of the clock, to the microsecond (.NET W28)")
    func severalRuns() {
        let world = FakeWorld(now: 1_700_000_000_000_000, step: 1)
        var runs = (0..<7).map { _ in Identifiers(environment: world.environment) }
        #expect(isIncreasing((0..<5000).map { runs[$0 * 5 % 7].next() }))
    }

    @Test("They increase when the clock goes back, jumps and returns")
    func wildClock() {
        let world = FakeWorld()
        var identifiers = Identifiers(environment: world.environment)
        var random = SeededRandom(seed: 3)
        let ids = (0..<5000).map { _ in
            world.now = UInt64.random(in: 0...2_000_000_000_000_000, using: &random)
            return identifiers.next()
        }
        #expect(isIncreasing(ids))
    }

    @Test("They are greater than the one that a run goes on from, in whatever case it is written")
    func after() {
        let world = FakeWorld(now: 1_000_000)
        for old in [
            "0193ffff-ffff-7fff-bfff-ffffffffffff", "0193ffff-ffff-7000-8000-000000000000",
            "0193ABCD-EF01-7ABC-9DEF-000000000000",
        ] {
            var identifiers = Identifiers(environment: world.environment, after: old)
            #expect(isIncreasing([old] + (0..<5000).map { _ in identifiers.next() }))
        }
    }

    @Test(
        "What is no such id says nothing about time",
        arguments: [
            "", "checkpoint-1", "0193ffff-ffff-4fff-bfff-ffffffffffff", "----", "zzzzzzzz-zzzz-7zzz-zzzz-zzzzzzzzzzzz",
        ])
    func foreign(id: String) {
        let (fresh, other) = (FakeWorld(), FakeWorld())
        var expected = Identifiers(environment: fresh.environment)
        var identifiers = Identifiers(environment: other.environment, after: id)
        #expect(identifiers.next() == expected.next())
    }

    @Test("At the end of time they are still ids", arguments: [.max, (1 << 48) * 1000 - 1] as [UInt64])
    func endOfTime(now: UInt64) {
        var identifiers = Identifiers(
            environment: FakeWorld(now: now).environment, after: "ffffffff-ffff-7fff-bfff-ffffffffffff")
        #expect(Set((0..<5000).map { _ in identifiers.next() }.map(\.count)) == [36])
    }

    @Test("Checkpoints of a run and its resumptions are in order, although each machine's clock is an hour behind the last")
    func acrossResume() throws {
        let storage = MemoryStorage()
        let world = FakeWorld(now: 1_700_000_000_000_000, step: 10)
        var options = RunOptions.with(storage, world)
        options.maxSupersteps = 2
        _ = try Run(countingWorkflow(to: 20), options, input: "0").playOut()
        for round in 2...9 {
            world.now -= 3_600_000_000
            options.maxSupersteps = round * 2
            _ = try Run(countingWorkflow(to: 20), options, resuming: nil).playOut()
        }
        let summaries = storage.list(workflow: nil).compactMap { if case .good(let summary) = $0 { summary } else { nil } }
        #expect(summaries.map(\.superstep) == Array(0...18))
        #expect(summaries.dropFirst().map(\.previousID) == summaries.dropLast().map(\.id))
    }
}
