import WorkflowJSON
public import WorkflowModel

/// An exported run, read and checked before anything is saved.
struct RunImport {
    let checkpoints: [(document: Text, summary: CheckpointSummary)]
    let memos: [(key: Text, value: Text)]
    let runID: String

    /// `text` is known to be JSON.
    init(_ text: Text) throws(Failure) {
        let members = JSONValue(trusting: text).members
        func member(_ name: String) -> JSONValue? { members.first { $0.name == name }?.value }
        guard member("format")?.string == RunExport.format else {
            throw Failure(.checkpoint, "the document is no exported run: it has no \"format\": \"\(RunExport.format)\"")
        }
        guard member("version")?.integer == RunExport.version else {
            throw Self.wrong("version", "\(RunExport.version), which is all that this library reads; use a newer one")
        }
        if let (name, _) = members.first(where: { !["format", "version", "run_id", "head", "checkpoints", "memos"].contains($0.name) }) {
            throw Self.wrong(name.printable, "absent")
        }
        guard let runID = member("run_id")?.string, !runID.isEmpty else { throw Self.wrong("run_id", "a text that is not empty") }
        self.runID = runID
        checkpoints = try Self.checkpoints(member("checkpoints"), of: runID)
        guard let head = member("head")?.string, head == checkpoints.last?.summary.id else {
            throw Self.wrong("head", "the id of the last checkpoint")
        }
        memos = try Self.memos(member("memos"))
    }

    private static func checkpoints(_ list: JSONValue?, of run: String) throws(Failure) -> [(document: Text, summary: CheckpointSummary)] {
        guard let list, list.kind == .array, !list.elements.isEmpty else { throw wrong("checkpoints", "an array that is not empty") }
        var found: [(document: Text, summary: CheckpointSummary)] = []
        for (index, value) in list.elements.enumerated() {
            let document = CheckpointDocument.normalized(value.raw)
            let summary = try CheckpointDocument.verify(document, as: "'checkpoints[\(index)]' of the exported run").summary
            try CheckpointID.check(summary.id)
            guard Name(summary.runID) == Name(run) else { throw wrong("checkpoints[\(index)].run_id", "'\(run.printable)'") }
            if let last = found.last, !last.summary.id.utf8.lexicographicallyPrecedes(summary.id.utf8) {
                throw wrong("checkpoints[\(index)].checkpoint_id", "greater than the one before")
            }
            found.append((document, summary))
        }
        return found
    }

    private static func memos(_ list: JSONValue?) throws(Failure) -> [(key: Text, value: Text)] {
        guard let list, !list.isNull else { return [] }
        guard list.kind == .array else { throw wrong("memos", "an array or null") }
        var found: [(key: Text, value: Text)] = []
        var keys: Set<Text> = []
        for (index, memo) in list.elements.enumerated() {
            let members = memo.members
            guard members.count == 2, let key = members.first(where: { $0.name == "key" })?.value.string,
                let value = members.first(where: { $0.name == "value" })?.value
            else { throw wrong("memos[\(index)]", "an object with 'key' and 'value'") }
            guard keys.insert(Text(key)).inserted else { throw wrong("memos[\(index)].key", "that of no other memo") }
            found.append((Text(key), value.raw))
        }
        return found
    }

    private static func wrong(_ path: String, _ expected: String) -> Failure {
        Failure(.checkpoint, "the exported run is damaged: '\(path)' should be \(expected). Nothing was imported")
    }
}

extension Storage {
    /// Takes in what `export` gave, here or from another storage. What is there already stays; all is checked before anything
    /// is saved.
    ///
    /// Memos come first and the latest checkpoint next: whoever finds the run while it is imported, or after that was cut
    /// short, finds it where it was, and does nothing twice.
    public func importRun(_ text: Text) throws(Failure) {
        let run = try RunImport(text)
        var missing: [(document: Text, summary: CheckpointSummary)] = []
        for checkpoint in run.checkpoints where try !has(checkpoint) { missing.append(checkpoint) }
        for memo in run.memos {
            guard let other = try recall(memo.key, run: run.runID), other != memo.value, !JSON.isSame(other, memo.value) else { continue }
            throw Failure(
                .exists, "the storage remembers something else as '\(memo.key.string.printable)' of the run '\(run.runID.printable)'. "
                    + "Nothing was imported")
        }
        for memo in run.memos where try recall(memo.key, run: run.runID) == nil {
            try remember(memo.value, key: memo.key, run: run.runID)
        }
        for checkpoint in missing.reversed() { try save(checkpoint.document, checkpoint.summary) }
    }

    /// Whether it is there. Throws if something else has its id.
    private func has(_ checkpoint: (document: Text, summary: CheckpointSummary)) throws(Failure) -> Bool {
        do throws(Failure) {
            if try load(checkpoint.summary.id) == checkpoint.document { return true }
        } catch where error.status == .notFound {
            return false
        } catch where error.status == .checkpoint {
            throw Failure(.exists, "what the storage has under that id is damaged: \(error.message). Delete it, then import again")
        }
        // The storage may keep it in its own words: then it finds them the same, and else it refuses. It changes nothing.
        try save(checkpoint.document, checkpoint.summary)
        return true
    }
}
