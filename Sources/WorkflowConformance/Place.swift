import WorkflowJSON
import WorkflowModel
import WorkflowStorage

/// A handle of the storage, and what the clauses ask it. An answer that is not the expected one ends the clause.
struct Place: Sendable {
    let storage: any Storage
    /// With which the ids begin that the clause made.
    let prefix: String
    /// Says which handle was asked.
    let suffix: String

    /// `question` must be answered.
    func ask<Answer>(_ question: String, _ body: () throws(Failure) -> Answer) throws(Verdict) -> Answer {
        do throws(Failure) { return try body() } catch {
            throw .broken(question + suffix, expected: "an answer", came: error.told)
        }
    }

    /// `request` must be refused with one of `statuses`.
    func refuse(_ request: String, _ statuses: Status..., by body: () throws(Failure) -> Void) throws(Verdict) {
        let refusal = failure(body)
        guard let refusal, statuses.contains(refusal.status) else {
            throw .broken(
                request + suffix, expected: "it to be refused with \(statuses.map { "\($0.words.name)" }.joined(separator: " or "))",
                came: refusal?.told ?? "success")
        }
    }

    func require(_ asked: String, _ isSo: Bool, expected: String, came: String) throws(Verdict) {
        guard isSo else { throw .broken(asked + suffix, expected: expected, came: came) }
    }

    func save(_ sample: Sample, _ expected: ExpectedHead = .any, _ durability: Durability = .process) throws(Verdict) {
        try ask("save of '\(sample.id)'\(expected.told)") { () throws(Failure) in try storage.save(sample.commit(expected, durability)) }
    }

    /// The document is there, whole.
    func expect(_ sample: Sample) throws(Verdict) {
        try expect(sample.text, try ask("load of '\(sample.id)'") { () throws(Failure) in try storage.load(sample.id) }, of: sample.id)
    }

    func expect(_ expected: Text, _ document: Text, of id: String) throws(Verdict) {
        guard document != expected, storage.keepsBytes || !JSON.isSame(document, expected) else { return }
        throw .broken(
            "load of '\(id)'" + suffix, expected: "the document that was saved, \(expected.count) bytes",
            came: document.difference(from: expected))
    }

    func expectNone(_ id: String) throws(Verdict) {
        try refuse("load of '\(id)', which is not there", .notFound) { () throws(Failure) in _ = try storage.load(id) }
    }

    /// What a workflow has, or all have; what others keep beside the clause does not count.
    func list(_ workflow: String?) throws(Verdict) -> [CheckpointSummary] {
        let question = "list of \(workflow.map { "'\($0.printable)'" } ?? "all workflows")"
        var found: [CheckpointSummary] = []
        for entry in try ask(question, { () throws(Failure) in try storage.list(workflow: workflow) }) {
            switch entry {
            case .good(let summary): if workflow != nil || summary.id.hasPrefix(prefix + ".") { found.append(summary) }
            case .damaged(let id, let problem):
                guard !id.hasPrefix(prefix + ".") else {
                    throw .broken(question + suffix, expected: "a readable '\(id)'", came: "a damaged one: \(problem)")
                }
            }
        }
        return found
    }

    /// The listing shows these, in the order of their ids.
    func expect(list samples: [Sample], of workflow: String?) throws(Verdict) {
        let expected = samples.map(\.summary).sorted { $0.id < $1.id }
        let found = try list(workflow)
        let asked = "list of \(workflow.map { "'\($0.printable)'" } ?? "all workflows")"
        try require(
            asked, found.map(\.id) == expected.map(\.id), expected: "\(expected.count) ids: \(Self.ids(expected))",
            came: "\(found.count): \(Self.ids(found))")
        for (found, expected) in zip(found, expected) where Text(found.told) != Text(expected.told) {
            throw .broken(asked + suffix, expected: expected.told, came: found.told)
        }
    }

    private static func ids(_ summaries: [CheckpointSummary]) -> String {
        let ids = summaries.map { "'\($0.id.printable)'" }
        return ids.count <= 8 ? ids.joined(separator: ", ") : ids.prefix(4).joined(separator: ", ") + " ... " + (ids.last ?? "")
    }

    func expect(latest id: String?, of workflow: String) throws(Verdict) {
        let found = try ask("latest of '\(workflow.printable)'") { () throws(Failure) in try storage.latest(workflow: workflow) }
        try require("latest of '\(workflow.printable)'", found.id == id, expected: id.told, came: found.id.told)
    }

    func head(_ run: String) throws(Verdict) -> String? {
        try ask("head of the run '\(run.printable)'") { () throws(Failure) in try storage.head(run: run) }
    }

    func expect(head id: String?, of run: String, _ moment: String) throws(Verdict) {
        let found = try head(run)
        try require("head of the run '\(run.printable)' \(moment)", found == id, expected: id.told, came: found.told)
    }

    func delete(_ id: String, finding isThere: Bool = true) throws(Verdict) {
        let found = try ask("delete of '\(id)'") { () throws(Failure) in try storage.delete(id) }
        try require(
            "delete of '\(id)'", found == isThere, expected: isThere ? "it to be found" : "that there is none",
            came: found ? "that there was one" : "that there is none")
    }
}

extension ExpectedHead {
    fileprivate var told: String {
        switch self {
        case .any: ""
        case .head(nil): " as the first of its run"
        case .head(let head?): " after '\(head)'"
        }
    }
}

extension String? {
    var told: String { self.map { "'\($0.printable)'" } ?? "none" }
}

extension CheckpointSummary {
    /// All that a listing shows.
    fileprivate var told: String {
        "\(id.printable) after \(previousID.told), run '\(runID.printable)', workflow '\(workflowName.printable)', signature \(signature.printable), "
            + "\(kind) \(superstep), \(timestamp)"
    }
}
