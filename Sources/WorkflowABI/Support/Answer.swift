import WorkflowModel
import WorkflowRuntime

/// What a `wf_answer_t *` points to: one question to a host's storage, and what it has answered so far.
///
/// `@unchecked Sendable` because only the thread that runs the callback uses it.
final class Answer: ProcessBound, @unchecked Sendable {
    /// What was asked: "the storage's load of the checkpoint 'x'".
    let question: String
    /// What the answer may well be, checked before.
    let known: Text?
    private(set) var text: Text?
    private(set) var ids: [String] = []
    private(set) var sentence: String?
    private var isOpen = true

    init(to question: String, known: Text? = nil) { (self.question, self.known) = (question, known) }

    func set(_ text: Text) throws(Failure) {
        try requireOpen()
        self.text = text
    }

    func add(_ id: String) throws(Failure) {
        try requireOpen()
        ids.append(id)
    }

    func fail(_ sentence: String) throws(Failure) {
        try requireOpen()
        self.sentence = sentence
    }

    func document() throws(Failure) -> Text {
        guard let text else {
            throw Failure(.storage, "\(question) gave no document: it must use wf_answer_set, or answer WF_NONE if there is none")
        }
        return text
    }

    func close() { isOpen = false }

    private func requireOpen() throws(Failure) {
        guard isOpen else { throw Failure(.closed, "\(question) has returned; its answer cannot be used any more") }
    }
}
