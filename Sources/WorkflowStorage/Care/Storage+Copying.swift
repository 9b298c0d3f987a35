import WorkflowJSON
public import WorkflowModel

extension Storage {
    /// Copies a checkpoint and its ancestors, as far as they are there, as a run of its own. Gives the id of the copy.
    ///
    /// Each call of `nextID` gives a greater id. The copy itself is saved before its ancestors: it takes the new run, and
    /// nobody finds that at an older place. Memos are not copied: their keys have the run in them.
    public func copy(_ id: String, to run: String, nextID: () -> String) throws(Failure) -> String {
        try Name.check(run, as: "run id")
        let lineage = try lineage(of: id)
        guard try census(ofRun: run).runs.isEmpty, try head(run: run) == nil else { throw Self.taken(run) }
        var copies: [String: String] = [:]
        for ancestor in lineage.reversed() { copies[ancestor.id] = nextID() }
        var saved: [String] = []
        do throws(Failure) {
            for original in lineage {
                guard let copy = copies[original.id] else { continue }
                var summary = original
                summary.id = copy
                summary.previousID = original.previousID.map { copies[$0] ?? $0 }
                summary.runID = run
                let document = CheckpointDocument.copy(
                    try load(original.id), id: summary.id, previousID: summary.previousID, runID: run)
                try save(Commit(document: document, summary, expected: saved.isEmpty ? .head(nil) : .any))
                saved.append(copy)
            }
        } catch {
            if error.status == .conflict && saved.isEmpty { throw Self.taken(run) }
            // What fails half way leaves nothing: nobody can have known the run yet.
            for id in saved { _ = try? delete(id) }
            throw error
        }
        return saved.first ?? id
    }

    /// The checkpoint, the one before it, and so on.
    private func lineage(of id: String) throws(Failure) -> [CheckpointSummary] {
        var lineage = [try details(id).summary]
        var seen: Set<String> = [id]
        while let parent = lineage.last?.previousID {
            guard seen.insert(parent).inserted else {
                throw Failure(.checkpoint, "the checkpoint '\(parent.printable)' is among its own ancestors: it was saved by hand")
            }
            do throws(Failure) { lineage.append(try details(parent).summary) } catch where error.status == .notFound { break }
        }
        return lineage
    }

    private static func taken(_ run: String) -> Failure {
        Failure(.exists, "there is a run '\(run.printable)' in the storage already; give the copy another id. Nothing was copied")
    }
}
