import WorkflowJSON
import WorkflowModel

/// What a run remembered, as a document that says by itself whose it is.
enum Memo {
    static let format = "libworkflow.memo"
    static let version = 1

    static func text(of value: Text, key: Text, run: String) -> Text {
        var json = JSONWriter(capacity: value.count + key.count + 200)
        json.document { json in
            json.member("format", format, onNewLine: true)
            json.member("version", version, onNewLine: true)
            json.member("run_id", run, onNewLine: true)
            json.member("key", key.string, onNewLine: true)
            json.name("value", onNewLine: true)
            json.raw(value)
        }
        return json.finish()
    }

    /// Whose it is, and what.
    static func parts(of document: Text, as what: String) throws(Failure) -> (run: Text, key: Text, value: Text) {
        let members = try JSONValue(checking: document, as: what).members
        func member(_ name: String) -> JSONValue? { members.first { $0.name == name }?.value }
        guard member("format")?.string == format, member("version")?.integer == version, let value = member("value")?.raw else {
            throw Failure(.checkpoint, "\(what) is no memo of version \(version); use a newer library if it is one of ours")
        }
        guard let key = member("key")?.string, let run = member("run_id")?.string else { throw foreign(what) }
        return (Text(run), Text(key), value)
    }

    /// The value, if the document is the memo of that key.
    static func value(of document: Text, key: Text, run: String, as what: String) throws(Failure) -> Text {
        let memo = try parts(of: document, as: what)
        guard memo.key == key, memo.run == Text(run) else { throw foreign(what) }
        return memo.value
    }

    static func foreign(_ what: String) -> Failure {
        Failure(.checkpoint, "\(what) holds another memo: it was renamed or does not belong here")
    }

    static func taken(_ key: Text, in place: String) -> Failure {
        Failure(
            .conflict,
            "\(place) already remembers something else as '\(key.string.printable)'; that stays. Recall first, and remember only "
                + "what is new")
    }

    static let unsupported = Failure(
        .unsupported,
        "the storage of this run keeps checkpoints only; to remember things use 'memory:', 'directory:PATH' "
            + "or a storage of the host with the callbacks for it")
}
