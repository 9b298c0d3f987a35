import WorkflowJSON
public import WorkflowModel

/// A run as one JSON document, from whatever storage and for whatever storage. Each checkpoint document is in it as it is.
enum RunExport {
    static let format = "libworkflow.run"
    static let version = 1

    static func text(of run: String, _ checkpoints: [(id: String, document: Text)], memos: [(key: Text, value: Text)]?) -> Text {
        var json = JSONWriter(capacity: checkpoints.reduce(1024) { $0 + $1.document.count })
        json.document { json in
            json.member("format", format, onNewLine: true)
            json.member("version", version, onNewLine: true)
            json.member("run_id", run, onNewLine: true)
            json.member("head", checkpoints.last?.id, onNewLine: true)
            json.name("checkpoints", onNewLine: true)
            json.array { json in for checkpoint in checkpoints { json.raw(checkpoint.document) } }
            json.name("memos", onNewLine: true)
            guard let memos else { return json.null() }
            json.array { json in
                for memo in memos {
                    json.object { json in
                        json.member("key", memo.key.string)
                        json.name("value")
                        json.raw(memo.value)
                    }
                }
            }
        }
        return json.finish()
    }
}

extension Storage {
    /// A run with all its checkpoints and memos.
    public func export(run: String) throws(Failure) -> Text {
        let census = try census(ofRun: run)
        guard let summaries = census.runs.first else {
            throw Failure(.notFound, "there is no run '\(run.printable)' in the storage")
        }
        try requireWhole(run, summaries, census.damaged)
        var checkpoints: [(id: String, document: Text)] = []
        var bytes = 0
        for summary in summaries {
            let document = try load(summary.id)
            bytes += document.count
            guard bytes <= JSON.largestText else { throw Self.tooLarge(run) }
            checkpoints.append((summary.id, document))
        }
        let text = RunExport.text(of: run, checkpoints, memos: try memos(run: run))
        guard text.count <= JSON.largestText else { throw Self.tooLarge(run) }
        guard !JSON.isNested(text, deeperThan: JSON.deepestDocument) else {
            throw Failure(.limit, "the run '\(run.printable)' is nested too deep for one document: copy its checkpoints one by one")
        }
        return text
    }

    private static func tooLarge(_ run: String) -> Failure {
        Failure(
            .limit, "the run '\(run.printable)' needs more than \(JSON.largestText) bytes as one document: "
                + "prune it first, or copy its checkpoints one by one")
    }

    /// Nobody is to take a part for the whole.
    private func requireWhole(_ run: String, _ checkpoints: [CheckpointSummary], _ damaged: [String: String]) throws(Failure) {
        guard !damaged.isEmpty else { return }
        let head = try head(run: run)
        guard let id = (checkpoints.map(\.previousID) + [head]).compactMap({ $0 }).first(where: { damaged[$0] != nil }), let problem = damaged[id] else { return }
        throw Failure(
            .checkpoint, "the checkpoint '\(id.printable)' of the run '\(run.printable)' is damaged: \(problem). "
                + "To export what is left, delete it first")
    }
}
