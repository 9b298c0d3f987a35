import WorkflowJSON
import WorkflowModel
import WorkflowStorage

/// A run as the engine saves it: each commit says what changed since the one before it.
struct SteppingRun {
    private let trial: Trial
    private let session = StorageSession()
    private var snapshot: Snapshot
    private var head: String?

    init(_ trial: Trial) {
        self.trial = trial
        snapshot = Snapshot(graph: trial.maker.graph)
    }

    /// One superstep: a list that grows, a value that is replaced, one that comes and goes, one that stays, and a message.
    mutating func step(in place: Place) throws(Verdict) -> Sample {
        let number = snapshot.superstep
        var changes = StateChanges()
        func set(_ name: String, _ value: Text?) {
            let key = Text(name)
            changes.add(.shared(scope: Graph.outermost, key: key), before: snapshot.shared[key])
            snapshot.shared[key] = value
        }
        let list = snapshot.shared[Text("list")]?.string ?? "[]"
        set("list", Text(list.dropLast() + (list == "[]" ? "" : ",") + "{\"step\":\(number),\"text\":\"\(String(repeating: "x", count: 100))\"}]"))
        set("number", Text("\(number * 7)"))
        set("visitor", number % 3 == 0 ? nil : Text("\"\(number)\""))
        set("key \"\(number % 10)\"\n\u{E9}", Text("[\(number)]"))
        if number == 0 { set("stays", Text("\"\(String(repeating: "stays ", count: 1000))\"")) }
        snapshot.messages = [Message(source: 0, target: 0, payload: Text("\(number)"))]
        snapshot.superstep = number + 1
        let summary = trial.maker.summary(
            trial.id(), run: trial.run(), workflow: trial.workflow(), previous: head, superstep: snapshot.superstep)
        let boundary = Commit.Boundary(
            snapshot, graph: trial.maker.graph, definition: trial.maker.definition, changes: head == nil ? nil : changes)
        let commit = Commit(boundary, summary, expected: .head(head), durability: .process, in: session)
        let text = try place.ask("the document of '\(summary.id)'") { () throws(Failure) in try commit.document() }
        try place.ask("commit of '\(summary.id)' after \(head.told)") { () throws(Failure) in try place.storage.save(commit) }
        head = summary.id
        return Sample(summary: summary, text: text)
    }
}

