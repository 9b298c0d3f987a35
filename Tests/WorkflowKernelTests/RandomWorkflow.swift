import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

/// A workflow that a seed makes: its shape, its hooks, and executors that are pure functions of what they may see.
struct RandomWorkflow {
    let seed: UInt64
    let graph: Graph
    let options: Kernel.Options
    /// In percent: how often a handler or a condition fails for good.
    let failing: Int

    init(seed: UInt64) throws {
        self.seed = seed
        var random = SeededRandom(seed: seed)
        let graph = try Self.graph(&random, seed)
        self.graph = graph
        failing = random.chance(25) ? 3 : 0
        let savers = graph.executors.indices.filter { _ in random.chance(60) }
        options = Kernel.Options(
            maxSupersteps: Int.random(in: 4...8, using: &random), checkpoints: true,
            hooks: Kernel.Hooks(savers: savers, alwaysSavers: savers.filter { _ in random.chance(30) }, restorers: savers))
    }

    // MARK: The shape

    private static func graph(_ random: inout SeededRandom, _ seed: UInt64) throws -> Graph {
        let count = Int.random(in: 2...8, using: &random)
        var arrows: Set<[Int]> = []
        func id(_ number: Int) -> String { "e\(number)" }
        func free(_ new: [[Int]]) -> Bool { Set(new).count == new.count && arrows.isDisjoint(with: new) }
        return try makeGraph(start: id(0)) { draft in
            for number in 0..<3 { try draft.addCondition(Condition(name: "c\(number)")) }
            try draft.addSelector(Selector(name: "pick"))
            func single(_ source: Int, _ target: Int) throws {
                guard free([[source, target]]) else { return }
                arrows.insert([source, target])
                let condition = random.chance(30) ? "c\(Int.random(in: 0..<3, using: &random))" : nil
                try draft.addEdge(id(source), id(target), condition: condition)
            }
            // First a tree, so that all can be reached, then whatever fits.
            for target in 1..<count { try single(Int.random(in: 0..<target, using: &random), target) }
            for _ in 0..<Int.random(in: 0...count, using: &random) {
                let some = (0..<count).shuffled(using: &random)
                let few = Array(some.prefix(Int.random(in: 2...3, using: &random)))
                let one = Int.random(in: 0..<count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: try single(some[0], one)
                case 1 where free(few.map { [one, $0] }):
                    arrows.formUnion(few.map { [one, $0] })
                    try draft.addFanOut(id(one), few.map(id))
                case 2 where free(few.map { [$0, one] }):
                    arrows.formUnion(few.map { [$0, one] })
                    try draft.addFanIn(few.map(id), id(one))
                case 3 where free(few.map { [one, $0] }):
                    arrows.formUnion(few.map { [one, $0] })
                    try draft.addSelection(id(one), few.map(id), selector: "pick")
                case 4 where free(few.map { [one, $0] }):
                    arrows.formUnion(few.map { [one, $0] })
                    let cases = few.dropLast().enumerated().map { GraphDraft.Case(condition: "c\($0.offset)", target: id($0.element)) }
                    try draft.addSwitchCase(id(one), cases, fallback: id(few[few.count - 1]))
                default: break
                }
            }
            try declareTypes(&draft, count, seed)
        }
    }

    /// In every third graph. From chance of its own: the shapes of all seeds stay what they were.
    private static func declareTypes(_ draft: inout GraphDraft, _ count: Int, _ seed: UInt64) throws {
        var random = SeededRandom(seed: SeededRandom.hash("types", "\(seed)"))
        guard random.chance(33) else { return }
        for number in 1..<count where random.chance(50) {
            // An array is in all of them: whoever it is may stand behind a fan-in.
            let accepts = ["array|integer|number", "array|string", "any|array", "null|object|array|number"].randomElement(using: &random)
            try draft.setTypes("e\(number)", types(accepts: accepts))
        }
    }

    // MARK: The play

    /// A player whose executors remember what they have seen in memory that only their hooks carry over a resume.
    private func setUp(_ player: KernelPlayer, schedule: UInt64, failCall: Int?) -> KernelPlayer {
        var memory = [UInt64](repeating: 0, count: graph.executors.count)
        var random = SeededRandom(seed: schedule)
        if schedule > 0 { player.pick = { Int.random(in: 0..<$0, using: &random) } }
        player.decide = { name, payload throws(Failure) in
            let hash = SeededRandom.hash("\(seed)", name, payload.string)
            if hash % 100 < UInt64(failing) { throw Failure(.executor, "condition") }
            return hash >> 8 & 1 == 0
        }
        player.select = { name, payload, targets throws(Failure) in
            let hash = SeededRandom.hash("\(seed)", name, payload.string)
            if hash % 100 < UInt64(failing) { throw Failure(.executor, "selector") }
            return targets.enumerated().filter { hash >> UInt64($0.offset + 8) & 1 == 0 }.map(\.element)
        }
        var invocations = 0
        player.handle = { call in
            switch call.kind {
            case .save: return .saved(Text("{\"memory\":\(memory[call.executor])}"))
            case .restore:
                memory[call.executor] = UInt64(call.input.string.filter(\.isNumber)) ?? 0
                return Outcome()
            case .invoke:
                invocations += 1
                if invocations == failCall { return .fail("crash") }
                return invoke(call, &memory[call.executor])
            }
        }
        return player
    }

    func straight(schedule: UInt64 = 0, failCall: Int? = nil) -> KernelPlayer {
        setUp(KernelPlayer(graph, options, input: Text("\"seed \(seed)\"")), schedule: schedule, failCall: failCall).play()
    }

    func resumed(from document: Text, schedule: UInt64 = 0) throws -> KernelPlayer {
        setUp(try KernelPlayer(graph, options, document: document), schedule: schedule, failCall: nil).play()
    }

    /// What an executor does depends on all that it can see, and on nothing else.
    private func invoke(_ call: Call, _ memory: inout UInt64) -> Outcome {
        let seen = SeededRandom.hash(
            "\(seed)", graph.executorID(call.executor), call.input.string, "\(call.sources)", "\(call.superstep)",
            view(call.shared, call.writes.shared), view(call.own, call.writes.own),
            options.hooks.savers.contains(call.executor) ? "\(memory)" : "")
        memory = SeededRandom.mix(memory ^ seen) >> 1
        var random = SeededRandom(seed: seen)
        if random.chance(failing) { return .fail("bad luck") }
        var outcome = Outcome()
        outcome.writes = call.writes
        for _ in 0..<[0, 1, 1, 1, 2].randomElement(using: &random)! {
            let target = random.chance(20) ? graph.executors.indices.randomElement(using: &random)! : Message.everyone
            outcome.sends.append((target, payload(&random)))
        }
        if random.chance(40) { outcome.outputs = [payload(&random)] }
        if random.chance(10) {
            let id = Text("\(call.executor).\(call.superstep).\(call.invocation)")
            outcome.requests = [Request(id: id, executor: call.executor, data: payload(&random), responseType: nil)]
        }
        for _ in 0..<2 {
            let key = Text(["x", "y", "é", "e\u{301}", ""].randomElement(using: &random)!)
            let value = random.chance(25) ? nil : payload(&random)
            if random.chance(40) { outcome.writes.shared.updateValue(value, forKey: key) }
            if random.chance(40) { outcome.writes.own.updateValue(value, forKey: key) }
        }
        return outcome
    }

    private func view(_ state: StateMap, _ writes: [Text: Text?]) -> String {
        var merged = state
        for (key, value) in writes { merged[key] = value }
        return merged.keys.map { "\($0)=\(merged[$0] ?? "")" }.joined(separator: ";")
    }

    /// JSON in spellings that a parser and a printer would change.
    private func payload(_ random: inout SeededRandom) -> Text {
        let number = random.next() % 1_000_000
        return Text(
            ["\(number)", "{\"n\": \(number).50}", "[ \(number) ]", "\"\\u00e9\(number)\"", "1e\(number % 300)", "null"]
                .randomElement(using: &random)!)
    }
}

extension KernelPlayer {
    /// Outputs of committed supersteps, in an order that does not depend on who was faster.
    func committedOutputs(after superstep: Int = 0) -> [String] {
        let last = kernel.snapshot.superstep
        return events.filter { $0.kind == .output && $0.superstep <= last && $0.superstep > superstep }
            .map { "\($0.superstep) \($0.line(graph))" }.sorted()
    }

    /// Outputs of a failed superstep that its partial checkpoint counts: nobody will give them again.
    func recordedOutputs(_ partial: Partial?) -> [String] {
        guard let partial else { return [] }
        let counted = Set(partial.work.filter { $0.deliveries.isEmpty || !kernel.options.hooks.savers.contains($0.executor) }.map(\.executor))
        return events.filter { $0.kind == .output && $0.superstep > kernel.snapshot.superstep && counted.contains($0.executor) }
            .map { "\($0.superstep) \($0.line(graph))" }
    }
}
