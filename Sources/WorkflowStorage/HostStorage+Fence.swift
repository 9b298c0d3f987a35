public import WorkflowModel

/// What the host's `commit` and `head` are asked. Without them there is no fence: two writers of one run can both go on.
extension HostStorage {
    public var isFenced: Bool { code.isFenced }

    public func head(run: String) throws(Failure) -> String? {
        guard code.isFenced else { return nil }
        try requireName(run, "run id")
        guard let head = try code.head(run: Text(run)) else { return nil }
        do throws(Failure) { try CheckpointID.check(head) } catch {
            throw Failure(.storage, "\(Self.place) gives '\(head.printable)' as the head of the run '\(run.printable)', which is no checkpoint id")
        }
        return head
    }

    /// `document` as `kept`.
    func save(_ summary: CheckpointSummary, _ document: Text, as kept: Text, _ expected: ExpectedHead) throws(Failure) {
        switch expected {
        case .head(let head):
            guard try !commit(summary, document, as: kept, after: head, head: summary.id) else { return }
            throw RunFence.conflict(summary.runID, expected: head, found: try self.head(run: summary.runID))
        case .any:
            for _ in 0..<Self.mostAttempts {
                let head = try head(run: summary.runID)
                let next = if let head, Text(summary.id) < Text(head) { head } else { summary.id }
                if try commit(summary, document, as: kept, after: head, head: next) { return }
            }
            throw Failure(
                .storage, "\(Self.place) has refused the checkpoint '\(summary.id)' \(Self.mostAttempts) times, each time after the head that "
                    + "it had just given for the run '\(summary.runID.printable)': its commit and its head disagree. Nothing was saved")
        }
    }

    /// Each is lost only to another writer that got on meanwhile.
    private static var mostAttempts: Int { 1000 }

    /// False if the head is another one. Whatever the host looks at first, its id or its head: the same again is no error.
    private func commit(
        _ summary: CheckpointSummary, _ document: Text, as kept: Text, after expected: String?, head: String
    ) throws(Failure) -> Bool {
        let answer = try code.commit(
            summary.id, run: Text(summary.runID), expected: expected, head: head, workflow: summary.workflowName, kept)
        if answer == .kept { return true }
        do throws(Failure) {
            if isSame(try read(summary.id).document, document) { return true }
        } catch where error.status == .notFound && answer == .conflict {
            return false
        } catch where error.status == .storage {
            throw error
        } catch {}
        throw CheckpointID.taken(summary.id, in: Self.place)
    }
}
