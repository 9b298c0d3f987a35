import Glibc
import Testing
import WorkflowJSON
import WorkflowModel
@testable import WorkflowStorage
import WorkflowTestSupport

/// The fence of `directory:` against each order of the steps of several processes, also when one of them stands still for
/// ever. The steps are the real ones, on a real file system.
@Suite("Races for the head of a directory")
struct ClaimRaceTests {
    /// So many changes of turn that nobody needed. With `WORKFLOW_RACES=3` it takes much longer.
    private static let asked = getenv("WORKFLOW_RACES").flatMap { Int(String(cString: $0)) }
    private func changes(_ links: Bool) -> Int { Self.asked ?? (links ? 2 : 1) }

    /// A directory with the run "run", which several openings work on.
    private final class Scene: @unchecked Sendable {
        let place = TemporaryDirectory()
        let game: Interleaving
        let links: Bool
        /// What became of the commits, by id: nil is success.
        private(set) var ends: [String: Failure?] = [:]

        init(_ game: Interleaving, _ links: Bool, _ before: [String]) throws {
            (self.game, self.links) = (game, links)
            var head: String?
            for id in before {
                try commit(id, after: head, as: .max)
                head = id
            }
            ends = [:]
        }

        private static let samples = Locked<[String: SampleDocument]>([:])

        static func sample(_ id: String) throws -> SampleDocument {
            try samples.withLock { samples in
                if let sample = samples[id] { return sample }
                let sample = try SampleDocument(id)
                samples[id] = sample
                return sample
            }
        }

        func open(as player: Int = .max) throws -> DirectoryStorage {
            var habits = Folder.Habits(links: links, syncs: false)
            if player != .max { habits.pause = { [game] in game.pause(player) } }
            return try DirectoryStorage(path: place.path, habits)
        }

        func commit(_ id: String, after head: String?, as player: Int) throws {
            try commit(id, .head(head), as: player)
        }

        func commit(_ id: String, _ expected: ExpectedHead, as player: Int) throws {
            let document = try Self.sample(id)
            try open(as: player).save(Commit(document: document.text, document.summary, expected: expected, durability: .process))
        }

        /// Also of players: what they throw is an end.
        func attempt(_ id: String, _ expected: ExpectedHead, as player: Int) {
            ends[id] = .some(failure { try commit(id, expected, as: player) })
        }

        func delete(_ id: String, as player: Int) {
            let isDeleted = try? open(as: player).delete(id)
            #expect(isDeleted == true)
        }

        func succeeded(_ id: String) -> Bool { if case .some(.none) = ends[id] { true } else { false } }
        var run: String { get throws { try Self.sample("x").summary.runID } }
        var head: String? { get throws { try open().head(run: run) } }
        var ids: [String] { place.names.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) } }
        var leftovers: [String] { place.names.filter { $0.hasPrefix(".") } }

        /// Whether the run can go on from where it is.
        func goesOn() throws {
            let head = try head
            #expect(failure { try commit("z-next", after: head, as: .max) } == nil)
            #expect(try self.head == "z-next")
        }
    }

    @Test("Of two that go on from one checkpoint, one does; also when the other stands still", arguments: [true, false])
    func two(links: Bool) throws {
        let orders = try Interleaving.all(changes: changes(links)) { game in
            let scene = try Scene(game, links, ["a", "b"])
            return Interleaving.Game([
                { scene.attempt("c", .head("b"), as: 0) }, { scene.attempt("d", .head("b"), as: 1) },
            ]) { (frozen: Bool) throws in
                let (c, d) = (scene.succeeded("c"), scene.succeeded("d"))
                if frozen {
                    // Either the one that stands still has the place, or the other.
                    #expect(try scene.head == (d ? "d" : "c"))
                    #expect(scene.ids == ["a", "b", d ? "d" : "c"])
                    return
                }
                #expect(c != d, "\(scene.ends)")
                #expect(scene.ends.values.compactMap { $0?.status } == [.conflict])
                #expect(scene.ids == ["a", "b", c ? "c" : "d"])
                #expect(try scene.head == (c ? "c" : "d"))
                #expect(scene.leftovers.isEmpty)
                try scene.goesOn()
            }
        }
        #expect(orders > 20)
    }

    /// A thread that stands still at some of its steps until it is let go on.
    private final class Halting: @unchecked Sendable {
        private struct State { var step = 0, passed = 0, isWaiting = false, isDone = false }
        private let state = Locked(State())
        private let stops: [Int]
        private var thread: pthread_t?

        init(at stops: [Int], _ place: String, _ work: @escaping @Sendable (DirectoryStorage) -> Void) throws {
            self.stops = stops
            var habits = Folder.Habits(syncs: false)
            habits.pause = { [unowned self] in pause() }
            let storage = try DirectoryStorage(path: place, habits)
            thread = startThread { [state] in
                work(storage)
                state.withLock { $0.isDone = true }
            }
            rest()
        }

        private func pause() {
            let number = state.withLock { state in
                let number = stops.firstIndex(of: state.step)
                state.step += 1
                state.isWaiting = number != nil
                return number
            }
            guard let number else { return }
            while state.withLock({ $0.passed <= number }) { usleep(50) }
        }

        /// Until it stands still or is done.
        private func rest() { while state.withLock({ !$0.isWaiting && !$0.isDone }) { usleep(50) } }

        func goOn() {
            state.withLock { ($0.passed, $0.isWaiting) = ($0.passed + 1, false) }
            rest()
        }

        func finish() {
            state.withLock { $0.passed = .max }
            thread.map { _ = pthread_join($0, nil) }
        }
    }

    @Test("A claim that comes too late, under a name that was free again, is not taken for the head by one who looked before")
    func lateClaim() throws {
        for early in 0..<16 {
            for look in 0..<12 {
                let scene = try Scene(Interleaving(), true, ["a", "b"])
                let (late, seen) = (Locked<Failure?>(nil), Locked<String?>(nil))
                let (document, run) = (try Scene.sample("e"), try scene.run)
                let writer = try Halting(at: [early, early + 1], scene.place.path) { storage in
                    let end = failure {
                        try storage.save(
                            Commit(document: document.text, document.summary, expected: .head("b"), durability: .process))
                    }
                    late.withLock { $0 = end }
                }
                try? scene.commit("c", after: "b", as: .max)
                let reader = try Halting(at: [look], scene.place.path) { storage in
                    let head = try? storage.head(run: run)
                    seen.withLock { $0 = head }
                }
                try? scene.commit("d", after: "c", as: .max)
                writer.goOn()
                reader.finish()
                writer.finish()
                // The writer may have been first; then the others were late.
                let line = late.withLock { $0 } == nil ? ["a", "b", "e"] : ["a", "b", "c", "d"]
                #expect(scene.ids.sorted() == line, "\(early), \(look)")
                #expect(line.dropFirst(2).contains(seen.withLock { $0 } ?? ""), "\(early), \(look): \(seen.withLock { $0 } ?? "none")")
                #expect(try scene.head == line.last)
            }
        }
    }

    @Test("What a writer claimed before it died is listed and found, by its temporary file or by its claim alone")
    func died() throws {
        for (before, losesTemporary) in [([], false), (["a"], false), ([], true)] as [([String], Bool)] {
            for steps in 0..<30 {
                let scene = try Scene(Interleaving(), true, before)
                let counted = Collector<Bool>()
                var habits = Folder.Habits(syncs: false)
                // Whoever stands still for ever is dead; its thread ends when the test has seen enough.
                let (stop, go) = (Collector<Bool>(), Collector<Bool>())
                habits.pause = {
                    counted.add(true)
                    if counted.all.count == steps + 1 {
                        stop.add(true)
                        while go.all.isEmpty { usleep(100) }
                    }
                }
                let storage = try DirectoryStorage(path: scene.place.path, habits)
                let document = try Scene.sample("b")
                let thread = startThread {
                    _ = try? storage.save(Commit(document: document.text, document.summary, expected: .head(before.last), durability: .process))
                    stop.add(true)
                }
                while stop.all.isEmpty { usleep(100) }
                if losesTemporary { for name in scene.leftovers { unlink("\(scene.place.path)/\(name)") } }
                let other = try scene.open()
                let listed = try other.list(workflow: nil).map(\.id)
                let latest = try other.latest(workflow: nil).id
                let head = try other.head(run: scene.run)
                #expect(latest == head && listed.last == head, "\(steps): \(listed) \(latest ?? "none") \(head ?? "none")")
                #expect(failure { try scene.commit("c", after: head, as: .max) } == nil)
                go.add(true)
                pthread_join(thread, nil)
            }
        }
    }

    @Test("Of three that begin a run of one id, one does", arguments: [true, false])
    func begin(links: Bool) throws {
        _ = try Interleaving.all(changes: changes(false)) { game in
            let scene = try Scene(game, links, [])
            let players = ["a", "b", "c"].enumerated().map { number, id in
                { @Sendable in scene.attempt(id, .head(nil), as: number) }
            }
            return Interleaving.Game(players) { (frozen: Bool) throws in
                guard !frozen else { return }
                let won = ["a", "b", "c"].filter { scene.succeeded($0) }
                #expect(won.count == 1, "\(scene.ends)")
                #expect(scene.ids == won)
                #expect(try scene.head == won.first)
                try scene.goesOn()
            }
        }
    }

    @Test("Who takes the run over goes on behind what was committed, whatever the one before is about to do", arguments: [true, false])
    func takeOver(links: Bool) throws {
        _ = try Interleaving.all(changes: changes(links)) { game in
            let scene = try Scene(game, links, ["a", "b"])
            return Interleaving.Game([
                { scene.attempt("c", .head("b"), as: 0) },
                {
                    guard let storage = try? scene.open(as: 1), let run = try? scene.run, let head = try? storage.head(run: run) else { return }
                    scene.attempt("\(head)d", .head(head), as: 1)
                    scene.attempt("\(head)e", .head("\(head)d"), as: 1)
                },
            ]) { (frozen: Bool) throws in
                guard !frozen else { return }
                let ids = scene.ids
                // One line, without a fork and without a loss.
                #expect([["a", "b", "c"], ["a", "b", "bd", "be"], ["a", "b", "c", "cd", "ce"]].contains(ids), "\(ids) \(scene.ends)")
                #expect(try scene.head == ids.last, "\(ids) \(scene.ends)")
                for (id, end) in scene.ends where end == nil { #expect(ids.contains(id)) }
                try scene.goesOn()
            }
        }
    }

    @Test("A writer of long ago changes nothing", arguments: [true, false])
    func late(links: Bool) throws {
        _ = try Interleaving.all(changes: changes(links)) { game in
            let scene = try Scene(game, links, ["a", "b", "c"])
            return Interleaving.Game([
                { scene.attempt("late", .head("b"), as: 0) }, { scene.attempt("d", .head("c"), as: 1) },
            ]) { (_: Bool) throws in
                #expect(scene.ends["late"] == nil || scene.ends["late"]??.status == .conflict)
                #expect(scene.succeeded("d"))
                #expect(scene.ids == ["a", "b", "c", "d"])
                #expect(try scene.head == "d")
            }
        }
    }

    @Test("Two that save the same document both succeed", arguments: [true, false])
    func same(links: Bool) throws {
        _ = try Interleaving.all(changes: changes(links)) { game in
            let scene = try Scene(game, links, ["a"])
            let fine = Collector<Bool>()
            return Interleaving.Game((0..<2).map { player in
                { @Sendable in fine.add(failure { try scene.commit("b", after: "a", as: player) } == nil) }
            }) { (frozen: Bool) throws in
                guard !frozen else { return }
                #expect(fine.all == [true, true])
                #expect(scene.ids == ["a", "b"])
                try scene.goesOn()
            }
        }
    }

    @Test("Documents that hosts save make the greatest the head, and none is lost", arguments: [true, false])
    func documents(links: Bool) throws {
        _ = try Interleaving.all(changes: changes(links)) { game in
            let scene = try Scene(game, links, ["a"])
            return Interleaving.Game([{ scene.attempt("b", .any, as: 0) }, { scene.attempt("c", .any, as: 1) }]) { (frozen: Bool) throws in
                guard !frozen else { return }
                #expect(scene.succeeded("b") && scene.succeeded("c"))
                #expect(scene.ids == ["a", "b", "c"])
                #expect(try scene.head == "c")
                try scene.goesOn()
            }
        }
    }

    @Test("Deleting the last checkpoint while somebody goes on: the run is gone or goes on, nothing between", arguments: [true, false])
    func deleting(links: Bool) throws {
        _ = try Interleaving.all(changes: changes(links)) { game in
            let scene = try Scene(game, links, ["a"])
            return Interleaving.Game([
                { scene.attempt("b", .head("a"), as: 0) },
                { scene.delete("a", as: 1) },
            ]) { (frozen: Bool) throws in
                guard !frozen else { return }
                if scene.succeeded("b") {
                    #expect(scene.ids == ["b"])
                    #expect(try scene.head == "b")
                } else {
                    #expect(scene.ends["b"]??.status == .conflict)
                    #expect(scene.ids.isEmpty)
                    #expect(try scene.head == nil)
                }
                try scene.goesOn()
            }
        }
    }

    @Test("Deleting the head while older ones stay does not stop the run", arguments: [true, false])
    func deletingTheHead(links: Bool) throws {
        _ = try Interleaving.all(changes: changes(links)) { game in
            let scene = try Scene(game, links, ["a", "b"])
            return Interleaving.Game([
                { scene.delete("b", as: 0) },
                { scene.attempt("c", .head("b"), as: 1) },
            ]) { (frozen: Bool) throws in
                #expect(scene.succeeded("c"))
                guard !frozen else { return }
                #expect(scene.ids == ["a", "c"])
                #expect(try scene.head == "c")
                try scene.goesOn()
            }
        }
    }

    @Test("One stands still, the run is deleted and another of its id begun: one line is left", arguments: [true, false])
    func reborn(links: Bool) throws {
        _ = try Interleaving.all(changes: changes(links)) { game in
            let scene = try Scene(game, links, ["a"])
            return Interleaving.Game([
                { scene.attempt("b", .head("a"), as: 0) },
                {
                    scene.delete("a", as: 1)
                    scene.attempt("n", .head(nil), as: 1)
                    if scene.succeeded("n") { scene.attempt("o", .head("n"), as: 1) }
                },
            ]) { (frozen: Bool) throws in
                guard !frozen else { return }
                let (ids, ends) = (scene.ids, scene.ends)
                #expect([["b"], ["n", "o"], ["n"]].contains(ids), "\(ids) \(ends)")
                for (id, end) in scene.ends where end == nil { #expect(ids.contains(id)) }
                try scene.goesOn()
            }
        }
    }
}
