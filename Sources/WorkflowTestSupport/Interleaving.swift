import Glibc

/// Plays several threads one step at a time, in every order with at most so many changes of turn that nobody needed. Most
/// races need two or three of them.
///
/// A thread stops wherever it calls `pause`, and goes on when it is its turn.
///
/// `@unchecked Sendable` because one thread runs at a time, and the semaphores order what they do.
public final class Interleaving: @unchecked Sendable {
    /// What is played: the threads, and a look at the result. `frozen`: only the first has not ended, and stands still
    /// somewhere on its way.
    public struct Game {
        public var players: [@Sendable () -> Void]
        public var check: (_ frozen: Bool) throws -> Void

        public init(_ players: [@Sendable () -> Void], check: @escaping (_ frozen: Bool) throws -> Void) {
            self.players = players
            self.check = check
        }
    }

    /// The turns that are given, and how many unneeded changes are among them.
    private struct Plan {
        var turns: [Int]
        var changes = 0
    }

    private var turns: [Semaphore] = []
    private let stopped = Semaphore()
    private var ended: [Bool] = []

    public init() {}

    /// To be called by the thread of that number before each of its steps. A thread that is not in the game does not wait.
    public func pause(_ player: Int) {
        guard player < turns.count else { return }
        stopped.give()
        turns[player].take()
    }

    /// Plays each order, each with a game of its own, and gives their number.
    public static func all(changes most: Int, _ begin: (Interleaving) throws -> Game) throws -> Int {
        var plans: [Plan] = []
        var count = 1
        try Interleaving().play(Plan(turns: []), most, &plans, begin)
        while let plan = plans.popLast() {
            try Interleaving().play(plan, most, &plans, begin)
            count += 1
        }
        return count
    }

    private func play(_ plan: Plan, _ most: Int, _ plans: inout [Plan], _ begin: (Interleaving) throws -> Game) throws {
        let game = try begin(self)
        turns = game.players.map { _ in Semaphore() }
        ended = game.players.map { _ in false }
        let threads = game.players.enumerated().map { number, body in
            startThread {
                self.pause(number)
                body()
                self.ended[number] = true
                self.stopped.give()
            }
        }
        for _ in threads { stopped.take() }
        var past: [Int] = []
        while case let open = ended.indices.filter({ !ended[$0] }), let first = open.first {
            if open == [0], past.contains(0) { try game.check(true) }
            let next: Int
            if past.count < plan.turns.count {
                next = plan.turns[past.count]
            } else {
                let current = past.last.flatMap { open.contains($0) ? $0 : nil }
                next = current ?? first
                // Whoever has ended makes room for any of the others.
                let changes = plan.changes + (current == nil ? 0 : 1)
                if changes <= most {
                    for other in open where other != next { plans.append(Plan(turns: past + [other], changes: changes)) }
                }
            }
            past.append(next)
            turns[next].give()
            stopped.take()
        }
        for thread in threads { pthread_join(thread, nil) }
        turns = []
        try game.check(false)
    }
}

private final class Semaphore: @unchecked Sendable {
    private let place = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(place, 0, 0) }

    deinit {
        sem_destroy(place)
        place.deallocate()
    }

    func give() { sem_post(place) }
    func take() { while sem_wait(place) != 0 {} }
}
