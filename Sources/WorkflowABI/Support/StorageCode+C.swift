import CWorkflow
import WorkflowModel
import WorkflowStorage

/// The C callbacks of one storage.
///
/// `@unchecked Sendable` because function pointers are values and `UserData` says why it is.
final class CStorage: StorageCode, @unchecked Sendable {
    private let code: wf_storage_code_t
    private let userData: UserData

    init(_ code: wf_storage_code_t, _ userData: UserData) throws(Failure) {
        guard (code.commit != nil) == (code.head != nil) else {
            throw Failure(.misuse, "wf_storage_code_t needs both of commit and head, or none of them")
        }
        for (name, isThere) in [
            ("save", code.save != nil || code.commit != nil), ("load", code.load != nil), ("list", code.list != nil), ("remove", code.remove != nil),
        ] where !isThere {
            throw Failure(.misuse, "wf_storage_code_t.\(name) is NULL; a storage cannot do without it")
        }
        let ofMemos = [code.remember != nil, code.recall != nil, code.forget != nil]
        guard Set(ofMemos).count == 1 else {
            throw Failure(.misuse, "wf_storage_code_t needs all three of remember, recall and forget, or none of them")
        }
        self.code = code
        self.userData = userData
    }

    var reformats: Bool { code.flags & WF_UNSEALED.rawValue != 0 }
    var findsLatest: Bool { code.latest != nil }

    func save(_ id: String, workflow: String, _ document: Text) throws(Failure) -> Bool {
        let answer = Answer(to: "the storage's save of the checkpoint '\(id)'")
        let status = try ask(answer, accepting: [.exists]) { handle in
            Text(workflow).lent { workflow in
                Text(id).lent { code.save?(userData.pointer, $0, workflow, document.unsafeCString, document.count, handle) }
            }
        }
        return status != .exists
    }

    var isFenced: Bool { code.commit != nil }

    func commit(
        _ id: String, run: Text, expected: String?, head: String, workflow: String, _ document: Text
    ) throws(Failure) -> CommitAnswer {
        let answer = Answer(to: "the storage's commit of the checkpoint '\(id)' of the run '\(run.string.printable)'")
        let status = try ask(answer, accepting: [.exists, .conflict]) { handle in
            run.lent { run in
                Self.lend(expected) { expected in
                    Text(head).lent { head in
                        Text(id).lent { id in
                            Text(workflow).lent {
                                code.commit?(
                                    userData.pointer, run, expected, head, id, $0, document.unsafeCString, document.count, handle)
                            }
                        }
                    }
                }
            }
        }
        switch status {
        case .exists: return .exists
        case .conflict: return .conflict
        default: return .kept
        }
    }

    func head(run: Text) throws(Failure) -> String? {
        let answer = Answer(to: "the storage's head of the run '\(run.string.printable)'")
        return try find(code.head, run.string, answer) ? try Self.id(answer) : nil
    }

    func load(_ id: String) throws(Failure) -> Text? {
        let answer = Answer(to: "the storage's load of the checkpoint '\(id)'")
        return try find(code.load, id, answer) ? try answer.document() : nil
    }

    func list(workflow: String?) throws(Failure) -> [String] {
        let answer = Answer(to: "the storage's list\(Self.checkpoints(of: workflow))")
        return try find(code.list, workflow, answer) ? answer.ids : []
    }

    func latest(workflow: String?) throws(Failure) -> String? {
        let answer = Answer(to: "the storage's latest\(Self.checkpoints(of: workflow))")
        return try find(code.latest, workflow, answer) ? try Self.id(answer) : nil
    }

    private static func id(_ answer: Answer) throws(Failure) -> String {
        guard let id = answer.ids.last else {
            throw Failure(.storage, "\(answer.question) gave no id: it must use wf_answer_add, or answer WF_NONE if there is none")
        }
        return id
    }

    func remove(_ id: String) throws(Failure) -> Bool {
        try find(code.remove, id, Answer(to: "the storage's remove of the checkpoint '\(id)'"))
    }

    var keepsMemos: Bool { code.remember != nil }

    func remember(_ key: Text, run: Text, _ memo: Text) throws(Failure) -> Bool {
        let status = try ask(Self.answer("remember", run, key), accepting: [.exists]) { handle in
            run.lent { run in
                key.lent { code.remember?(userData.pointer, run, $0, memo.unsafeCString, memo.count, handle) }
            }
        }
        return status != .exists
    }

    func recall(_ key: Text, run: Text) throws(Failure) -> Text? {
        let answer = Self.answer("recall", run, key)
        let status = try ask(answer, accepting: [.none, .notFound]) { handle in
            run.lent { run in key.lent { code.recall?(userData.pointer, run, $0, handle) } }
        }
        return status == .ok ? try answer.document() : nil
    }

    func forget(run: Text) throws(Failure) -> Bool {
        try find(code.forget, run.string, Answer(to: "the storage's forget of the run '\(run.string.printable)'"))
    }

    private static func answer(_ function: String, _ run: Text, _ key: Text) -> Answer {
        Answer(to: "the storage's \(function) of '\(key.string.printable)' of the run '\(run.string.printable)'")
    }

    private static func checkpoints(of workflow: String?) -> String {
        workflow.map { " of the workflow '\($0.printable)'" } ?? " of all workflows"
    }

    /// False for "there is none".
    private func find(_ function: wf_storage_find_fn?, _ name: String?, _ answer: Answer) throws(Failure) -> Bool {
        try ask(answer, accepting: [.none, .notFound]) { handle in
            Self.lend(name) { function?(userData.pointer, $0, handle) }
        } == .ok
    }

    private static func lend<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
        guard let text else { return body(nil) }
        return Text(text).lent { body($0) }
    }

    /// `ok`, or one of those that mean something else than a failure.
    private func ask(
        _ answer: Answer, accepting others: [Status], _ call: (UnsafeMutablePointer<wf_answer>) -> wf_status_t?
    ) throws(Failure) -> Status {
        let handle: UnsafeMutablePointer<wf_answer> = Handle.make(answer)
        let status = Status(rawValue: call(handle) ?? Status.internal.rawValue)
        answer.close()
        Handle.free(handle)
        if let sentence = answer.sentence { throw failed(answer, status, sentence) }
        let isStrict = code.flags & WF_STRICT_RESULT.rawValue != 0
        switch status {
        case .done: return .ok
        case .ok where !isStrict: return .ok
        case _ where others.contains(status): return status
        case .ok: throw failed(answer, status, "it ended without a result: an exception in the host, most likely")
        default: throw failed(answer, status, "it answered \(String(cString: wf_status_name(status.rawValue))) (\(status.rawValue))")
        }
    }

    /// A damaged checkpoint is a thing of its own; everything else is a storage that could not do its work.
    private func failed(_ answer: Answer, _ status: Status, _ sentence: String) -> Failure {
        Failure(status == .checkpoint ? .checkpoint : .storage, "\(answer.question) failed: \(sentence)")
    }
}

extension Text {
    /// Its bytes with their NUL, valid inside `body`.
    fileprivate func lent<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        withExtendedLifetime(self) { body(unsafeCString) }
    }
}
