public import WorkflowModel

/// What a call records at once, whatever becomes of its superstep.
///
/// The key stands for the piece of work, not for the attempt: whoever does the work again finds it. A call whose run was
/// cancelled or is gone may still remember, for the run may be resumed.
extension Context {
    public func remember(_ value: Text, as key: Text) throws(Failure) {
        try storage.remember(value, key: try memoKey(key, "remember something"), run: runID.string)
    }

    /// Nil if nothing was remembered.
    public func recall(_ key: Text) throws(Failure) -> Text? {
        try storage.recall(try memoKey(key, "recall something"), run: runID.string)
    }

    private func memoKey(_ key: Text, _ action: String) throws(Failure) -> Text {
        try require(.invoke, action)
        guard !key.isEmpty else { throw Failure(.invalid, "the key to \(action) by is empty") }
        return Text("\(idempotencyKey)/\(key.count):\(key)")
    }
}
