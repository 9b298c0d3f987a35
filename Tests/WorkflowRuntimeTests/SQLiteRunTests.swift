import Testing
import WorkflowModel
@testable import WorkflowRuntime
@testable import WorkflowStorage
import WorkflowTestSupport

/// Keeps everything twice: in parts in a database, and whole in memory.
private final class TwinStorage: Storage {
    let sqlite: SQLiteStorage
    let memory = MemoryStorage()

    init(_ path: String) throws { sqlite = try SQLiteStorage(path: path) }

    func save(_ commit: Commit) throws(Failure) {
        try sqlite.save(commit)
        try memory.save(commit)
    }
    func head(run: String) throws(Failure) -> String? { try sqlite.head(run: run) }
    func load(_ id: String) throws(Failure) -> Text { try sqlite.load(id) }
    func list(workflow: String?) throws(Failure) -> [StoredCheckpoint] { try sqlite.list(workflow: workflow) }
    func latest(workflow: String?) throws(Failure) -> LatestCheckpoint { try sqlite.latest(workflow: workflow) }
    func delete(_ id: String) throws(Failure) -> Bool {
        _ = try memory.delete(id)
        return try sqlite.delete(id)
    }

    var ids: [String] { memory.list(workflow: nil).compactMap { if case .good(let one) = $0 { one.id } else { nil } } }

    /// The ids at which the two differ.
    func differences() throws -> [String] { try ids.filter { try sqlite.load($0) != memory.load($0) } }
}

@Suite("Runs in a database")
struct SQLiteRunTests {
    private let place = TemporaryDirectory()

    /// a -> a, changing its states at random in each superstep, the same for the same seed and superstep.
    private func restless(seed: UInt64, to limit: Int) throws -> Workflow {
        try makeWorkflow({ draft throws(Failure) in try draft.addEdge("a", "a") }, [
            "a": ScriptedExecutor(save: { context in
                try context.save(Text("{\"at\":\(context.superstep / 2)}"))
                return .ok
            }) { context in
                var random = SeededRandom(seed: SeededRandom.mix(seed) &+ UInt64(context.superstep))
                for _ in 0..<Int.random(in: 0...4, using: &random) {
                    let scope: Context.Scope = random.chance(50) ? .shared : .executor
                    let key = Text(["e", "list", "map", "Ümlaut\n", "n", "k\"q"].randomElement(using: &random) ?? "e")
                    let old = try context.state(key, in: scope)?.string ?? "[]"
                    let addition = String(repeating: "x", count: Int.random(in: 0...300, using: &random))
                    switch Int.random(in: 0...8, using: &random) {
                    case 6...8 where old.hasPrefix("["): try context.appendState(key, Text("\"\(addition)\""), in: scope)
                    case 0: try context.setState(key, nil, in: scope)
                    case 1: try context.setState(key, Text("\(Int.random(in: 0...1, using: &random))"), in: scope)
                    case 2, 3: try context.setState(key, Text(Self.grown(old, by: "\"\(addition)\"")), in: scope)
                    case 4: try context.setState(key, Text(old), in: scope)
                    default: try context.setState(key, Text(Self.changed(old, at: &random)), in: scope)
                    }
                }
                guard context.superstep < limit else { return .ok }
                try context.send(Text("\(context.superstep)"), to: nil)
                return .ok
            }
        ])
    }

    private static func grown(_ list: String, by element: String) -> String {
        guard list.hasPrefix("[") else { return "[\(element)]" }
        return list == "[]" ? "[\(element)]" : list.dropLast() + ",\(element)]"
    }

    private static func changed(_ text: String, at random: inout SeededRandom) -> String {
        text.hasPrefix("[\"") ? "[\"\(Int.random(in: 0...9, using: &random))" + text.dropFirst(2) : text
    }

    @Test("A list that grows is written at the cost of its elements", arguments: [Context.Scope.shared, .executor])
    func growth(scope: Context.Scope) throws {
        let storage = try TwinStorage("\(place.path)/flow.db")
        let places = Collector<UInt>()
        let element = Text("\"" + String(repeating: "x", count: 100) + "\"")
        let loop = try makeWorkflow({ draft throws(Failure) in try draft.addEdge("a", "a") }, [
            "a": ScriptedExecutor { context in
                let list = try context.state("list", in: scope) ?? "[]"
                places.add(UInt(bitPattern: context.lend(list).unsafeCString))
                try context.appendState("list", element, in: scope)
                if context.superstep < 100 { try context.send("0", to: nil) }
                return .ok
            }
        ])
        let run = try Run(loop, .with(storage), input: "0")
        try run.play()
        #expect(try storage.differences().isEmpty)
        #expect(storage.ids.count == 101)
        let written = try storage.sqlite.database.withLock { database throws(Failure) in
            try database.statement("SELECT sum(length(value)) FROM version").first { $0.integer(0) }
        }
        #expect(written.map { $0 ?? 0 > 100 * element.count && $0 ?? 0 < 110 * element.count } == true, "\(String(describing: written))")
        #expect(Set(places.all).count < 20)
    }

    @Test("Every checkpoint comes back as the document that was not written", arguments: 1...12)
    func differences(seed: UInt64) throws {
        let storage = try TwinStorage("\(place.path)/flow.db")
        var random = SeededRandom(seed: seed)
        var options = RunOptions.with(storage)
        var run = try Run(restless(seed: seed, to: 60), options, input: "0")
        for _ in 0..<12 {
            for _ in 0..<Int.random(in: 5...60, using: &random) { guard case .event = try run.next(timeout: 0) else { break } }
            let ids = storage.ids
            guard let id = ids.randomElement(using: &random) else { continue }
            switch Int.random(in: 0...5, using: &random) {
            case 0: try run.rewind(to: id)
            case 1: run = try Run(restless(seed: seed, to: 60), options, resuming: ids.last)
            case 2: run = try Run(restless(seed: seed, to: 60), options, resuming: id)
            case 3: if id != ids.last { _ = try storage.delete(id) }
            case 4: try storage.sqlite.reclaim()
            default:
                options.edits = Text("{\"state\":{\"list\":[1,2,3],\"n\":null}}")
                run = try Run(restless(seed: seed, to: 60), options, resuming: id)
                options.edits = nil
            }
            #expect(try storage.differences().isEmpty, "seed \(seed)")
        }
        try run.play()
        #expect(try storage.differences().isEmpty)
        #expect(try storage.sqlite.list(workflow: nil).count == storage.ids.count)
        #expect(try storage.sqlite.latest(workflow: nil).id == storage.ids.max())
        let reopened = try SQLiteStorage(path: "\(place.path)/flow.db")
        for id in storage.ids { #expect(try reopened.load(id) == storage.memory.load(id)) }
    }
}
