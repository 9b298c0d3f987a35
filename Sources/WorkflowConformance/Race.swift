import WorkflowModel
import WorkflowStorage

/// Writers that go on with one run again and again, each from the head it sees. However they are interrupted, the checkpoints
/// are one chain.
struct Race: Sendable {
    let workflow: String
    let run: String
    /// With which the ids begin.
    let prefix: String
    /// How many checkpoints the run is to have.
    let goal: Int

    /// The ids that this writer was told are kept.
    func drive(in place: Place, _ maker: SampleMaker, writer: String) throws(Verdict) -> [String] {
        var own: [String] = []
        var refusals = 0
        while true {
            let head = try place.head(run)
            // A fence that does not move must not keep us here for ever.
            if let last = own.last, head.map({ $0 < last }) ?? true {
                throw .broken("head of the run '\(run)' after the commit of '\(last)'" + place.suffix, expected: "it or a later one", came: head.told)
            }
            guard refusals < 10_000 else {
                throw .broken(
                    "commit after the head that the storage had just given, 10,000 times" + place.suffix, expected: "some success",
                    came: "WF_E_CONFLICT each time; the head is \(head.told)")
            }
            let number = head.map { SampleID.number($0) ?? -1 } ?? 0
            guard number >= 0 else { throw .broken("head of the run '\(run)'" + place.suffix, expected: "an id of its own", came: head.told) }
            guard number < goal else { return own }
            let id = SampleID.text(prefix, number + 1, writer: writer)
            let sample = maker.sample(maker.summary(id, run: run, workflow: workflow, previous: head, superstep: number))
            let refusal = failure { () throws(Failure) in try place.storage.save(sample.commit(.head(head))) }
            if refusal == nil { own.append(id) }
            refusals = refusal == nil ? 0 : refusals + 1
            try place.require(
                "commit of '\(id)' after \(head.told), among others", refusal == nil || refusal?.status == .conflict,
                expected: "success or WF_E_CONFLICT", came: refusal?.told ?? "")
        }
    }

    /// Each checkpoint is the successor of the one before it, nothing acknowledged is missing, and the last one is the head.
    func expectChain(in place: Place, acknowledged: [String]) throws(Verdict) {
        let chain = try place.list(workflow)
        var before: String?
        for summary in chain {
            try place.require(
                "the lineage of what several writers committed", summary.previousID == before,
                expected: "'\(summary.id)' to follow \(before.told): each once", came: "it follows \(summary.previousID.told): a fork")
            before = summary.id
            _ = try place.ask("load of '\(summary.id)'") { () throws(Failure) in try place.storage.load(summary.id) }
        }
        let lost = Set(acknowledged).subtracting(chain.map(\.id))
        try place.require(
            "what several writers committed", lost.isEmpty, expected: "all that was acknowledged",
            came: "that \(lost.sorted().map { "'\($0)'" }.joined(separator: ", ")) is missing")
        try place.expect(head: before, of: run, "after several writers")
    }
}
