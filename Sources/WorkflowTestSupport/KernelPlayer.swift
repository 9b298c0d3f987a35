import WorkflowJSON
public import WorkflowKernel
public import WorkflowModel

/// Drives a kernel without threads, clocks or storage: handlers are closures, checkpoints are documents in a list, and
/// `pick` decides which of several pending calls ends next.
public final class KernelPlayer {
    public let graph: Graph
    public private(set) var kernel: Kernel
    public private(set) var events: [Event] = []
    public private(set) var calls: [Call] = []
    /// The document of every boundary, and of every superstep that was recorded before its end.
    public private(set) var documents: [Text] = []
    /// By document: the time when it was made, and how many events were told before.
    public private(set) var marks: [(now: UInt64, events: Int)] = []

    /// What the executor of a call does.
    public var handle: (Call) -> Outcome = { _ in Outcome() }
    public var decide: (_ condition: String, _ payload: Text) throws(Failure) -> Bool = { _, _ in true }
    public var select: (_ selector: String, _ payload: Text, _ targets: [Int]) throws(Failure) -> [Int] = { $2 }
    /// Among so many pending calls, which ends next. Nil ends each call before the next starts.
    public var pick: ((Int) -> Int)?
    /// Refuses a commit.
    public var refuseCommit: (CheckpointKind) -> Failure? = { _ in nil }
    /// The earliest time at a boundary. Calls take none; only pauses do.
    public var clock: (Snapshot) -> UInt64 = { _ in 0 }
    /// What the kernel takes for chance when a call ends.
    public var chance: (Call) -> UInt64 = { _ in 0 }
    /// What the world outside does when it hears of an event.
    public var hear: (inout Kernel, Event) -> Void = { _, _ in }
    /// What it does when the run rests, given the last document. False: nothing more.
    public var wake: (inout Kernel, Text?) -> Bool = { _, _ in false }

    public init(_ graph: Graph, _ options: Kernel.Options? = nil, input: Text = "0") {
        self.graph = graph
        kernel = Kernel(graph: graph, options: options ?? .plain(graph), input: input)
    }

    public init(_ graph: Graph, _ options: Kernel.Options? = nil, resuming snapshot: Snapshot) {
        self.graph = graph
        kernel = Kernel(graph: graph, options: options ?? .plain(graph), resuming: snapshot)
    }

    /// Goes on from a document, read as any host would read it, at the time `now`.
    public convenience init(_ graph: Graph, _ options: Kernel.Options? = nil, document: Text, now: UInt64 = 0) throws {
        let checkpoint = try CheckpointDocument.checkpoint(from: document, graph: graph, as: "the document")
        self.init(graph, options, resuming: checkpoint.snapshot)
        kernel.now = now
    }

    /// Plays until the run rests, or until `stop` says so after an event.
    @discardableResult
    public func play(until stop: (Event) -> Bool = { _ in false }) -> KernelPlayer {
        var pending: [Call] = []
        while true {
            kernel.now = max(kernel.now, clock(kernel.snapshot))
            switch kernel.next() {
            case .emit(let event):
                events.append(event)
                hear(&kernel, event)
                if stop(event) { return self }
            case .call(let call):
                calls.append(call)
                if pick == nil { end(call) } else { pending.append(call) }
            case .decide(let condition, let payload):
                do throws(Failure) {
                    kernel.decided(try decide(graph.conditions[condition].name, payload))
                } catch { kernel.fail(error) }
            case .select(let selector, let payload, let targets):
                do throws(Failure) {
                    kernel.selected(try select(graph.selectors[selector].name, payload, targets))
                } catch { kernel.fail(error) }
            case .commit(let kind): commit(kind)
            case .wait(let moment):
                if pending.isEmpty {
                    guard let moment else { return self }
                    // Nothing else to do: the time passes.
                    kernel.tick(moment)
                } else {
                    end(pending.remove(at: pick?(pending.count) ?? 0))
                }
            case .rest:
                // Calls that were under way when the run was cancelled end too.
                if let call = pending.popLast() { end(call) } else if !wake(&kernel, documents.last) { return self }
            }
        }
    }

    private func end(_ call: Call) {
        kernel.chance = chance(call)
        var outcome = handle(call)
        kernel.finish(call.kind, executor: call.executor, &outcome)
    }

    private func commit(_ kind: CheckpointKind) {
        if let failure = refuseCommit(kind) { return kernel.fail(failure) }
        let summary = CheckpointSummary.sample(kernel.snapshot, kind, graph)
        documents.append(CheckpointDocument.text(of: Checkpoint(summary: summary, snapshot: kernel.snapshot), graph: graph))
        marks.append((kernel.now, events.count))
        kernel.committed(summary)
    }

    /// Something from outside, as a host would do it between two turns.
    public func outside(_ act: (inout Kernel) -> Void) -> KernelPlayer {
        act(&kernel)
        return self
    }

    // MARK: What came of it

    public var lines: [String] { events.map { $0.line(graph) } }
    public var outputs: [String] { lines.filter { $0.hasPrefix("output ") }.map { String($0.dropFirst(7)) } }
    public var warnings: [String] { lines.filter { $0.hasPrefix("warning ") }.map { String($0.dropFirst(8)) } }

    /// What was handled, as `executor(payload)`.
    public var invocations: [String] {
        calls.filter { $0.kind == .invoke }.map { "\(graph.executorID($0.executor))(\($0.input))" }
    }
}

extension Kernel.Options {
    /// Checkpoints, and no hooks.
    public static func plain(_ graph: Graph) -> Self { Self(maxSupersteps: graph.maxSupersteps, checkpoints: true) }
}

extension CheckpointSummary {
    /// Ids and time that depend on nothing but the boundary.
    public static func sample(_ snapshot: Snapshot, _ kind: CheckpointKind, _ graph: Graph) -> Self {
        func id(_ number: Int) -> String { "checkpoint-\(number)" }
        return CheckpointSummary(
            id: id(snapshot.superstep), previousID: snapshot.superstep == 0 ? nil : id(snapshot.superstep - 1),
            runID: "run-1", workflowName: graph.name, signature: graph.signature.string, kind: kind.rawValue,
            superstep: snapshot.superstep, timestamp: "2026-11-21T05:19:00.123456+00:00")
    }
}

extension Outcome {
    /// The messages as (target or `Message.everyone`, payload).
    public var sends: [(target: Int, payload: Text)] {
        get { messages.map { ($0.target, $0.payload) } }
        set { messages = newValue.map { Message(source: Message.outside, target: $0.target, payload: $0.payload) } }
    }

    public static func send(_ payload: Text, to target: Int = Message.everyone) -> Outcome {
        var outcome = Outcome()
        outcome.sends = [(target, payload)]
        return outcome
    }

    public static func output(_ payload: Text) -> Outcome {
        var outcome = Outcome()
        outcome.outputs = [payload]
        return outcome
    }

    public static func ask(_ id: Text, _ data: Text = "\"?\"", executor: Int) -> Outcome {
        var outcome = Outcome()
        outcome.requests = [Request(id: id, executor: executor, data: data, responseType: nil)]
        return outcome
    }

    public static func fail(_ message: String = "boom", _ status: Status = .executor) -> Outcome {
        var outcome = Outcome()
        outcome.failure = Failure(status, message)
        return outcome
    }

    public static func saved(_ state: Text) -> Outcome {
        var outcome = Outcome()
        outcome.saved = state
        return outcome
    }
}
