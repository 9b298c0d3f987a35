/// What becomes of an executor's outputs, by the word that definitions use.
public enum OutputDesignation: String, Sendable, CaseIterable {
    /// An output of the workflow.
    case final
    /// Told apart from the outputs of the workflow.
    case intermediate
    /// Only in what `executor_completed` shows.
    case hidden
}
