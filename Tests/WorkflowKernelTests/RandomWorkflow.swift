import WorkflowJSON
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
    /// In percent: how often a handler halts the run.
    let halting: Int
    /// In percent: how often a handler asks the world outside.
    let asking: Int
    /// In percent: how often an input comes during a superstep, or when the run rests.
    let inputs: Int
    /// By node: the executors right inside it.
    private let neighbours: [Int: [Int]]

    init(seed: UInt64) throws {
        self.seed = seed
        var random = SeededRandom(seed: seed)
        let graph = try Self.graph(&random)
        self.graph = graph
        neighbours = Dictionary(grouping: graph.executors.indices, by: graph.node(around:))
        failing = random.chance(25) ? 3 : 0
        halting = random.chance(20) ? 8 : 0
        asking = random.chance(50) ? 10 : 40
        inputs = random.chance(40) ? 25 : 0
        let savers = graph.executors.indices.filter { graph.subWorkflows[$0] == nil && random.chance(60) }
        var options = Kernel.Options(
            maxSupersteps: Int.random(in: 5...9, using: &random), checkpoints: true,
            hooks: Kernel.Hooks(savers: savers, alwaysSavers: savers.filter { _ in random.chance(30) }, restorers: savers))
        options.strictState = random.chance(25)
        self.options = options
    }

    // MARK: The shape

    private static func graph(_ random: inout SeededRandom, depth: Int = 0) throws -> Graph {
        let count = Int.random(in: depth == 0 ? 2...7 : 1...4, using: &random)
        var draft = try GraphDraft(name: "depth\(depth)")
        let holdsSubs = random.chance([60, 40, 0][depth])
        let designates = random.chance(25)
        let declaresTypes = random.chance(33)
        for number in (0..<count).shuffled(using: &random) {
            if holdsSubs && random.chance(30) {
                try draft.addSubWorkflow(id(number), try graph(&random, depth: depth + 1), ties(&random))
            } else {
                try draft.addExecutor(id(number))
                if random.chance(25) { try draft.setRetry(id(number), try retry(&random)) }
                if declaresTypes, depth + number > 0, random.chance(50) { try declareTypes(&draft, number, &random) }
            }
            if designates && random.chance(40) {
                try draft.setOutput(id(number), OutputDesignation.allCases.randomElement(using: &random))
            }
        }
        try draft.setStart(id(0))
        try addEdges(to: &draft, among: count, &random)
        return try draft.validated()
    }

    private static func id(_ number: Int) -> String { "e\(number)" }

    private static func ties(_ random: inout SeededRandom) -> SubWorkflow.Ties {
        var ties = SubWorkflow.Ties()
        ties.outputsDirectly = random.chance(25)
        ties.interceptsRequests = random.chance(60)
        ties.sharesState = random.chance(30)
        return ties
    }

    /// An array is in all of them, and what a sub-workflow asks: whoever it is may stand behind a fan-in or behind one.
    private static func declareTypes(_ draft: inout GraphDraft, _ number: Int, _ random: inout SeededRandom) throws {
        let accepts = ["integer|number", "string", "any", "null|object|number"].randomElement(using: &random) ?? "any"
        try draft.setTypes(id(number), types(accepts: "array|\(PayloadType.subWorkflowRequest)|\(accepts)"))
    }

    /// Fewer seconds than lie between two supersteps on the clock of a play.
    private static func retry(_ random: inout SeededRandom) throws -> Retry {
        try Retry(
            attempts: Int.random(in: 1...4, using: &random), delay: [0, 1, 100].randomElement(using: &random) ?? 0,
            factor: [1, 2, 2.5].randomElement(using: &random) ?? 1, longest: [50, 1000].randomElement(using: &random) ?? 50,
            jitter: [0, 0.3, 1].randomElement(using: &random) ?? 0)
    }

    private static func addEdges(to draft: inout GraphDraft, among count: Int, _ random: inout SeededRandom) throws {
        var arrows: Set<[Int]> = []
        func free(_ new: [[Int]]) -> Bool { Set(new).count == new.count && arrows.isDisjoint(with: new) }
        for number in 0..<3 { try draft.addCondition(Condition(name: "c\(number)")) }
        try draft.addSelector(Selector(name: "pick"))
        func single(_ source: Int, _ target: Int) throws {
            guard free([[source, target]]) else { return }
            arrows.insert([source, target])
            let condition = random.chance(30) ? "c\(Int.random(in: 0..<3, using: &random))" : nil
            try draft.addEdge(id(source), id(target), condition: condition)
        }
        // First a tree, so that all can be reached, then whatever fits.
        for target in 0..<count where target > 0 { try single(Int.random(in: 0..<target, using: &random), target) }
        for _ in 0..<Int.random(in: 0...count, using: &random) {
            let some = (0..<count).shuffled(using: &random)
            let few = Array(some.prefix(Int.random(in: 2...3, using: &random)))
            let one = Int.random(in: 0..<count, using: &random)
            guard few.count > 1 else { return try single(one, one) }
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
    }

    // MARK: The code

    func decide(_ condition: String, _ payload: Text) throws(Failure) -> Bool {
        let hash = SeededRandom.hash("\(seed)", condition, payload.string)
        if hash % 100 < UInt64(failing) { throw Failure(.executor, "condition") }
        return hash >> 8 & 1 == 0
    }

    func select(_ selector: String, _ payload: Text, _ targets: [Int]) throws(Failure) -> [Int] {
        let hash = SeededRandom.hash("\(seed)", selector, payload.string)
        if hash % 100 < UInt64(failing) { throw Failure(.executor, "selector") }
        return targets.enumerated().filter { hash >> UInt64($0.offset + 8) & 1 == 0 }.map(\.element)
    }

    /// What an executor does depends on all that it can see, and on nothing else; only whether it fails also depends on how
    /// often it has failed.
    func invoke(_ call: Call, _ memory: inout UInt64) -> Outcome {
        let seen = SeededRandom.hash(
            "\(seed)", graph.executorID(call.executor), call.input.string, "\(call.sources)",
            "\(call.superstep) \(call.invocation) \(call.lane.path?.string ?? "-")",
            ([call.request].compactMap { $0 } + call.requests).map(\.id.string).joined(separator: ";"),
            view(call.shared, call.writes.shared), view(call.own, call.writes.own),
            options.hooks.savers.contains(call.executor) ? "\(memory)" : "")
        var random = SeededRandom(seed: seen)
        if let retry = graph.policies[call.executor]?.retry {
            let failures = [0, 0, 1, 2, 3].randomElement(using: &random) ?? 0
            if call.failedAttempts < (random.chance(2) ? retry.attempts : min(failures, retry.attempts - 1)) { return .fail("not yet") }
        }
        if random.chance(failing) { return .fail("bad luck") }
        memory = SeededRandom.mix(memory ^ seen) >> 1
        var outcome = Outcome()
        outcome.halts = random.chance(halting)
        // Or the messages would become more and more.
        guard call.invocation < 3 else { return outcome }
        send(call, &outcome, &random)
        ask(call, &outcome, &random)
        for _ in 0..<2 {
            let key = Text(["x", "y", "é", "e\u{301}", ""].randomElement(using: &random) ?? "")
            let write = StateWrite(random.chance(25) ? nil : payload(&random))
            if random.chance(options.strictState ? 20 : 40) { outcome.writes.shared.updateValue(write, forKey: key) }
            if random.chance(40) { outcome.writes.own.updateValue(write, forKey: key) }
            if random.chance(30) { append(payload(&random), to: key, call.shared, call.writes.shared, &outcome.writes.shared) }
            if random.chance(30) { append(payload(&random), to: key, call.own, call.writes.own, &outcome.writes.own) }
        }
        return outcome
    }

    /// As a host may: to a list, or where nothing is. What another executor puts there meanwhile it cannot know.
    private func append(_ element: Text, to key: Text, _ state: StateMap, _ earlier: [Text: StateWrite], _ writes: inout [Text: StateWrite]) {
        var seen = state
        for write in [earlier[key], writes[key]].compactMap({ $0 }) { seen.apply(write, to: key) }
        guard seen[key]?.isList != false else { return }
        writes.merge(.append(element), to: key)
        if element.count % 2 == 0 { writes.merge(.append("0", element), to: key) }
    }

    private func send(_ call: Call, _ outcome: inout Outcome, _ random: inout SeededRandom) {
        for _ in 0..<([0, 1, 1, 2, 2].randomElement(using: &random) ?? 0) {
            let beside = neighbours[graph.node(around: call.executor)] ?? []
            let target = random.chance(20) ? beside.randomElement(using: &random) : nil
            outcome.sends.append((target ?? Message.everyone, payload(&random)))
        }
        if random.chance(10) { outcome.emissions.append(.custom(name: "note", payload(&random))) }
        let isInside = graph.node(around: call.executor) != Graph.outermost
        if random.chance(isInside ? 60 : 40) { outcome.emissions.append(.output(payload(&random))) }
    }

    /// Asks, and answers what sub-workflows beside the executor have asked.
    private func ask(_ call: Call, _ outcome: inout Outcome, _ random: inout SeededRandom) {
        let interceptor = graph.interceptor(of: call.executor)
        if random.chance(interceptor == nil ? asking : 40) {
            let id = Text("\(call.executor).\(call.superstep).\(call.invocation)")
            let data = payload(&random)
            func request(_ notice: Text? = nil) -> Request {
                Request(
                    id: id, executor: call.executor, data: data, responseType: nil, lane: call.lane, interceptor: interceptor,
                    notice: notice)
            }
            outcome.requests = [request(interceptor.map { InterceptedRequest.message(of: request(), at: $0, graph: graph) })]
        }
        for request in call.requests {
            guard let node = request.interceptor, graph.node(around: node) == graph.node(around: call.executor) else { continue }
            if random.chance(60) { outcome.answers.append((request, payload(&random))) }
        }
    }

    private func view(_ state: StateMap, _ writes: [Text: StateWrite]) -> String {
        var merged = state
        for (key, write) in writes { merged.apply(write, to: key) }
        return merged.keys.map { "\($0)=\(merged[$0] ?? "")" }.joined(separator: ";")
    }

    /// JSON in spellings that a parser and a printer would change.
    private func payload(_ random: inout SeededRandom) -> Text {
        let number = random.next() % 1_000_000
        let spellings = ["\(number)", "{\"n\": \(number).50}", "[ \(number) ]", "\"\\u00e9\(number)\"", "1e\(number % 300)", "null"]
        return Text(spellings.randomElement(using: &random) ?? "0")
    }
}
