import Testing
import WorkflowJSON
import WorkflowModel
@testable import WorkflowStorage
import WorkflowTestSupport

/// What a memory storage keeps of lists that grow must be what they were at each checkpoint.
@Suite("Lists that grow, kept in memory")
struct GrownListTests {
    /// A run that writes to its state, commits, and goes back at times.
    private struct Player {
        let graph: Graph
        var snapshot: Snapshot
        var last: String?
        var head: String?
        var session = StorageSession()
        var ids = 0

        init() throws {
            graph = try makeGraph("f") { try $0.addEdge("a", "a") }
            snapshot = Snapshot(graph: graph)
        }

        static let places: [StateChanges.Place] = [
            .shared(scope: Graph.outermost, key: "one"), .shared(scope: Graph.outermost, key: "two"), .own(executor: 0, key: "one"),
        ]

        mutating func commit(_ writes: [(place: StateChanges.Place, write: StateWrite)], to storage: MemoryStorage) throws -> (id: String, document: Text) {
            var changes = StateChanges()
            for (place, write) in writes {
                let before = snapshot.value(at: place)
                if write.isAddition { changes.add(place, growing: before) } else { changes.add(place, before: before) }
            }
            for (place, write) in writes {
                switch place {
                case .own(let executor, let key): snapshot.executors[executor].state.apply(write, to: key)
                case .shared(_, let key): snapshot.shared.apply(write, to: key)
                case .saved: break
                }
            }
            snapshot.superstep += 1
            ids += 1
            let summary = CheckpointSummary(
                id: "r-\(100_000 + ids)", previousID: last, runID: "r", workflowName: "f", signature: graph.signature.string,
                kind: "superstep", superstep: snapshot.superstep, timestamp: "2026-11-21T11:22:33.000000+00:00")
            let commit = Commit(
                .init(snapshot, graph: graph, definition: DefinitionLine(of: graph), changes: last == nil ? nil : changes), summary,
                expected: .head(head), durability: .process, in: session)
            let document = try commit.document()
            try storage.save(commit)
            (last, head) = (summary.id, summary.id)
            return (summary.id, document)
        }
    }

    @Test("Each checkpoint has what there was, through appending, setting, deleting, going back and losing races", arguments: 1...20)
    func games(seed: Int) throws {
        let storage = MemoryStorage()
        var chance = SeededChance(seed)
        var player = try Player()
        var documents: [String: Text] = [:]
        var past: [Player] = []
        for round in 0..<300 {
            let writes = Player.places.filter { _ in chance.next(3) > 0 }.map { place -> (StateChanges.Place, StateWrite) in
                switch chance.next(20) {
                case 0: (place, .deletion)
                case 1: (place, .value("[ 1 , 2 ]"))
                case 2: (place, .value("\"no list\""))
                case 3: (place, .value("[]"))
                default: (place, .append(Text("\(chance.next(1000))"), Text("\"\(round)\"")))
                }
            }
            if chance.next(10) == 0, !past.isEmpty {
                // Goes on from an earlier boundary, in the same session or in another one.
                var old = past[chance.next(past.count)]
                (old.head, old.ids) = (player.head, player.ids)
                if chance.next(2) == 0 { old.session = StorageSession() }
                player = old
            } else if chance.next(10) == 0 {
                // Somebody else was faster: nothing is saved, but the session has tried.
                var late = player
                late.head = "r-0"
                #expect(throws: Failure.self) { _ = try late.commit([(Player.places[0], .append("\"lost\""))], to: storage) }
            }
            let (id, document) = try player.commit(writes, to: storage)
            documents[id] = document
            if chance.next(5) == 0 { past.append(player) }
            if chance.next(7) == 0, let one = documents.keys.sorted().dropFirst(chance.next(documents.count)).first {
                #expect(try storage.load(one) == documents[one])
            }
        }
        for (id, document) in documents { #expect(try storage.load(id) == document, "\(id)") }
    }

    @Test("A list grows in its place while its past is kept")
    func place() throws {
        let storage = MemoryStorage()
        var player = try Player()
        let list = Player.places[0]
        _ = try player.commit([(list, .value("[0]"))], to: storage)
        var moves = 0
        var address = player.snapshot.value(at: list)?.unsafeCString
        for number in 1...1000 {
            _ = try player.commit([(list, .append(Text("\(number)")))], to: storage)
            let now = player.snapshot.value(at: list)?.unsafeCString
            moves += now == address ? 0 : 1
            address = now
        }
        // As often as its bytes double, and once for the first that was kept.
        #expect(moves < 15)
    }
}
