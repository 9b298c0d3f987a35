import Synchronization
import Testing

/// Says at the end of a suite how many runs its random workflows had, and fails it if they were too few.
struct ManyRuns: SuiteTrait, TestScoping {
    /// How many pieces were played to their end.
    static let finished = Atomic<Int>(0)

    func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
        let begin = ContinuousClock.now
        try await function()
        let runs = RandomPlay.count.load(ordering: .relaxed)
        let required = Int(PropertyTests.variable("WORKFLOW_RUNS") ?? 2000)
        print("\(runs) runs of \(PropertyTests.pieces.map(\.seeds.count).reduce(0, +)) random workflows in \(ContinuousClock.now - begin)")
        // Somebody who looks at one test alone needs fewer.
        guard Self.finished.load(ordering: .relaxed) >= 4 * PropertyTests.pieces.count else { return }
        #expect(runs >= required, "raise WORKFLOW_GRAPHS")
    }
}

extension Trait where Self == ManyRuns {
    static var manyRuns: Self { Self() }
}
