import Glibc
import WorkflowModel
import WorkflowStorage
import WorkflowTestSupport

/// A host's storage that keeps every promise, until one of its ways is changed. Changed before it is used.
final class DefectiveCode: StorageCode, @unchecked Sendable {
    let inner = ScriptedStorage(findsLatest: true)
    private let runHeads = Locked<[Text: (head: String, ids: Set<String>)]>([:])

    var reformats: Bool { false }
    var findsLatest: Bool { false }
    var isFenced: Bool { true }
    var keepsMemos = true

    /// Ids of what is said to be kept and is not.
    var loses: (String) -> Bool = { _ in false }
    var overwrites = false
    /// What is looked for in place of the expected head: (the head, what was expected).
    var expects: (String?, String?) -> String? = { $1 }
    /// Whether it looks at the head first, and moves it after a pause in which others do the same.
    var isHasty = false
    var keepsRefused = false
    /// The head after a commit: (what it is to be, the id).
    var advances: (String, String) -> String = { head, _ in head }
    var heads: (String?) -> String? = { $0 }
    /// Whether heads stay for ever, or go with whatever is deleted; nil: as it must be.
    var headsAfterDeletion: Bool?
    /// The run in place of a run.
    var runs: (Text) -> Text = { $0 }
    var lists: ([String]) -> [String] = { $0 }
    var loads: (String, (String) -> Text?) -> Text? = { $1($0) }
    var reads: (Text) -> Text = { $0 }
    var removes: (String, () -> Bool) -> Bool = { $1() }
    var recalls: (Text?) -> Text? = { $0 }
    var replacesMemos = false
    var runsOfMemos: (Text) -> Text = { $0 }

    func save(_ id: String, workflow: String, _ document: Text) throws(Failure) -> Bool {
        if loses(id) { return true }
        if overwrites { _ = try inner.remove(id) }
        return try inner.save(id, workflow: workflow, document)
    }

    func commit(
        _ id: String, run: Text, expected: String?, head next: String, workflow: String, _ document: Text
    ) throws(Failure) -> CommitAnswer {
        let run = runs(run)
        if isHasty {
            guard runHeads.withLock({ $0[run]?.head }) == expected else { return .conflict }
            usleep(2000)
        }
        return try runHeads.withLock { heads throws(Failure) in
            let head = heads[run]?.head
            guard isHasty || head == expects(head, expected) else {
                if keepsRefused { _ = try inner.save(id, workflow: workflow, document) }
                return .conflict
            }
            guard try save(id, workflow: workflow, document) else { return .exists }
            heads[run, default: (next, [])].head = advances(next, id)
            heads[run]?.ids.insert(id)
            return .kept
        }
    }

    func head(run: Text) throws(Failure) -> String? { heads(runHeads.withLock { $0[runs(run)]?.head }) }

    func load(_ id: String) throws(Failure) -> Text? {
        loads(id) { try? inner.load($0) }.map(reads)
    }

    func list(workflow: String?) throws(Failure) -> [String] { lists(try inner.list(workflow: workflow)) }
    func latest(workflow: String?) throws(Failure) -> String? { try inner.latest(workflow: workflow) }

    func remove(_ id: String) throws(Failure) -> Bool {
        removes(id) {
            runHeads.withLock { heads in
                for run in heads.keys where heads[run]?.ids.contains(id) == true {
                    heads[run]?.ids.remove(id)
                    let goes = headsAfterDeletion.map { !$0 } ?? (heads[run]?.ids.isEmpty == true)
                    if goes { heads[run] = nil }
                }
            }
            return (try? inner.remove(id)) ?? false
        }
    }

    func remember(_ key: Text, run: Text, _ memo: Text) throws(Failure) -> Bool {
        if replacesMemos {
            inner.putMemo(key, run: runsOfMemos(run), memo)
            return true
        }
        return try inner.remember(key, run: runsOfMemos(run), memo)
    }

    func recall(_ key: Text, run: Text) throws(Failure) -> Text? { recalls(try inner.recall(key, run: runsOfMemos(run))) }
    func forget(run: Text) throws(Failure) -> Bool { try inner.forget(run: runsOfMemos(run)) }
}
