import WorkflowJSON
public import WorkflowModel

/// Reading everything.
extension Storage {
    public func verify() throws(Failure) -> VerifyReport {
        var report = VerifyReport()
        var (parents, known): ([String], Set<String>) = ([], [])
        var latest: [Name: VerifyReport.Run] = [:]
        for entry in try list(workflow: nil) {
            do throws(Failure) {
                let summary = try verified(entry)
                report.good += 1
                latest[Name(summary.runID)] = VerifyReport.Run(runID: summary.runID, latestGood: summary.id)
                if let parent = summary.previousID { parents.append(parent) }
            } catch {
                switch error.status {
                case .notFound: continue  // Deleted since the listing.
                case .storage: throw error
                default: report.problems.append(VerifyReport.Problem(checkpointID: entry.id, error.message))
                }
            }
            known.insert(entry.id)
            report.checkpoints += 1
        }
        for parent in parents where known.insert(parent).inserted { report.missingParents.append(parent) }
        report.runs = latest.values.sorted { $0.latestGood.utf8.lexicographicallyPrecedes($1.latestGood.utf8) }
        if let memos = try verifyMemos() {
            report.memos = memos.memos
            report.problems += memos.problems.map { VerifyReport.Problem(checkpointID: nil, $0) }
        }
        report.problems += try verifyForm().map { VerifyReport.Problem(checkpointID: nil, $0) }
        return report
    }

    private func verified(_ entry: StoredCheckpoint) throws(Failure) -> CheckpointSummary {
        switch entry {
        case .damaged(_, let problem): throw Failure(.checkpoint, problem)
        case .good(let summary):
            return try CheckpointDocument.verify(try load(summary.id), as: "the checkpoint '\(summary.id.printable)'").summary
        }
    }
}
