import WorkflowModel
import WorkflowStorage

/// One clause at work: where it works, and the names it uses, which nobody else does.
final class Trial: Sendable {
    let first: Place
    /// The same as `first` if the host gave only one.
    let second: Place
    let prefix: String
    let maker: SampleMaker
    // Used by the thread that tries the clause, only.
    nonisolated(unsafe) let start: Conformance.Start?

    private struct Used {
        var number = 0
        var ids: Set<String> = []
        var workflows: Set<Name> = []
        var runs: Set<Name> = []
    }

    private let used = Locked(Used())

    init(_ conformance: Conformance, _ maker: SampleMaker, prefix: String) {
        first = Place(storage: conformance.storage, prefix: prefix, suffix: "")
        second = conformance.second.map { Place(storage: $0, prefix: prefix, suffix: ", through the second handle") } ?? first
        self.prefix = prefix
        self.maker = maker
        start = conformance.start
    }

    /// The first and, if there is one, the second.
    var places: [Place] { second.storage === first.storage ? [first] : [first, second] }

    /// A name of a workflow. Whatever is in it at the end is deleted.
    func workflow(_ name: String = "w") -> String {
        let name = "\(prefix)-\(name)"
        used.withLock { _ = $0.workflows.insert(Name(name)) }
        return name
    }

    /// A name of a run. Whatever it remembers is forgotten at the end.
    func run(_ name: String = "r") -> String {
        let name = "\(prefix)-\(name)"
        used.withLock { _ = $0.runs.insert(Name(name)) }
        return name
    }

    /// Greater than those before it.
    func id() -> String {
        let number = used.withLock { used in
            used.number += 1
            return used.number
        }
        return SampleID.text(prefix, number)
    }

    func sample(
        _ id: String? = nil, run: String = "r", workflow: String = "w", previous: String? = nil, superstep: Int = 0,
        payload: Text? = Text("1")
    ) -> Sample {
        let id = id ?? self.id()
        used.withLock { _ = $0.ids.insert(id) }
        let summary = maker.summary(
            id, run: self.run(run), workflow: self.workflow(workflow), previous: previous, superstep: superstep)
        return maker.sample(summary, payload: payload)
    }

    /// Checkpoints of one run, each the successor of the one before it. At the last of a finished one nothing is left to do.
    func chain(_ count: Int, run: String = "r", workflow: String = "w", isFinished: Bool = false) -> [Sample] {
        var samples: [Sample] = []
        for superstep in 0..<count {
            let payload = isFinished && superstep == count - 1 ? nil : Text("1")
            samples.append(
                sample(run: run, workflow: workflow, previous: samples.last?.id, superstep: superstep, payload: payload))
        }
        return samples
    }

    /// As far as the storage can: whether it deletes is what a clause of its own looks at.
    func cleanUp() {
        let used = used.withLock { $0 }
        var ids = used.ids
        for workflow in used.workflows {
            for entry in (try? first.storage.list(workflow: workflow.string)) ?? [] where entry.id.hasPrefix(prefix + ".") {
                ids.insert(entry.id)
            }
        }
        for id in ids.sorted() { _ = try? first.storage.delete(id) }
        for run in used.runs { _ = try? first.storage.forget(run: run.string) }
    }
}

extension StoredCheckpoint {
    fileprivate var id: String {
        switch self {
        case .good(let summary): summary.id
        case .damaged(let id, _): id
        }
    }
}
