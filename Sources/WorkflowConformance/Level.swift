/// How far a storage goes. Each says what a program may rely on.
public enum Level: String, CaseIterable, Sendable {
    /// Checkpoints are kept, found, listed and deleted.
    case basic
    /// Of two writers of one run, one wins and the other is told.
    case fence
    /// The same between processes, also when one is frozen or killed.
    case processes
    /// What a run remembers.
    case memos
    /// Deep, large and many documents.
    case large
}
