import Testing
import WorkflowJSON
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

extension RandomPlay {
    var documents: [Text] { player.documents }
    var kernel: Kernel { player.kernel }

    func snapshot(_ index: Int) throws -> Snapshot {
        try CheckpointDocument.checkpoint(from: documents[index], graph: workflow.graph, as: "it").snapshot
    }

    /// Plays on from the document of that number, and says where it differs from what `straight` did.
    func expectGoingOn(from index: Int, as straight: RandomPlay, schedule: UInt64 = 0, _ comment: @autoclosure () -> String) throws {
        let resumed = try RandomPlay(self, from: index, schedule: schedule)
        let what = "seed \(workflow.seed), \(comment()), resumed from document \(index)"
        let boundaries = straight.documents.indices.filter { !straight.documents[$0].isPartial }
        let passed = documents[...index].filter { !$0.isPartial }
        guard Array(passed) == boundaries.prefix(passed.count).map({ straight.documents[$0] }), !passed.isEmpty else {
            Issue.record("\(what): its boundaries are others")
            return
        }
        let snapshot = try snapshot(index)
        var expected = Array(straight.documents[(boundaries[passed.count - 1] + 1)...])
        var documents = resumed.documents
        var isExact = true
        if let partial = snapshot.partial {
            if let same = expected.firstIndex(of: self.documents[index]), !begins(again: partial) {
                expected.removeFirst(same + 1)
            } else {
                // Attempts count anew: the way to the next boundary may be another one.
                isExact = false
                expected.removeAll { $0.isPartial(of: snapshot.superstep) }
                documents.removeAll { $0.isPartial(of: snapshot.superstep) }
            }
        }
        #expect(documents == expected, "\(what)")
        #expect(resumed.kernel.state == straight.kernel.state, "\(what)")
        #expect(resumed.kernel.failure?.superstep == straight.kernel.failure?.superstep, "\(what)")
        if isExact { #expect(resumed.kernel.failure?.message == straight.kernel.failure?.message, "\(what)") }
        let last = straight.kernel.snapshot.superstep
        let told = told(until: index, snapshot) + resumed.told(after: snapshot.superstep)
        #expect(told.filter { $0.superstep <= last }.map(\.line).sorted() == straight.told().map(\.line).sorted(), "\(what)")
        if let partial = snapshot.partial {
            // What succeeded is not done again.
            let done = Set(partial.work.filter(\.deliveries.isEmpty).map(\.executor))
            let again = resumed.player.calls.filter { $0.kind == .invoke && $0.superstep == snapshot.superstep + 1 }
            #expect(again.allSatisfy { !done.contains($0.executor) }, "\(what)")
        }
    }

    /// Whether somebody has new attempts after a resume: who failed for good, and who handles all mail again for its memory.
    private func begins(again partial: Partial) -> Bool {
        partial.work.contains { !$0.deliveries.isEmpty && ($0.notBefore == nil || $0.attempts == 0) }
    }

    struct Line {
        let superstep: Int
        let line: String
    }

    /// What executors told the world in supersteps that are committed.
    func told(after superstep: Int = 0) -> [Line] {
        lines(player.events[...]) { superstep < $0.superstep && $0.superstep <= kernel.snapshot.superstep }
    }

    /// What they told that counts if the run goes on from a document: nobody will say it again.
    private func told(until index: Int, _ snapshot: Snapshot) -> [Line] {
        let unfinished = snapshot.partial?.work.filter { !$0.deliveries.isEmpty && workflow.options.hooks.savers.contains($0.executor) }
        let counted = snapshot.partial == nil ? snapshot.superstep : snapshot.superstep + 1
        return lines(player.events[..<player.marks[index].events]) { event in
            event.superstep < counted
                || event.superstep == counted && !(unfinished?.contains { $0.executor == event.executor } ?? false)
        }
    }

    private func lines(_ events: ArraySlice<Event>, _ isCounted: (Event) -> Bool) -> [Line] {
        events.filter { [.output, .intermediate, .custom].contains($0.kind) && isCounted($0) }
            .map { Line(superstep: $0.superstep, line: "\($0.superstep) \($0.line(workflow.graph))") }
    }
}

extension RandomPlay {
    /// What occurred, for the count of what is tested.
    func features() throws -> Set<String> {
        var features = Set(acts.keys)
        features.formUnion(player.warnings.map { String($0.prefix { $0 != " " }) })
        features.formUnion(player.events.map { "\($0.kind.name)" })
        features.insert(kernel.failure.map { "failed \($0.status.rawValue)" } ?? "idle")
        if kernel.state == .idleWithPendingRequests { features.insert("waiting for an answer") }
        let graph = workflow.graph
        if graph.subWorkflows[graph.start] != nil { features.insert("start is a sub-workflow") }
        for call in player.calls {
            if call.sources.count > 1 { features.insert("complete fan-in") }
            if call.lane != .main { features.insert("lane") }
            if graph.node(around: graph.node(around: call.executor)) != Graph.outermost { features.insert("depth 2") }
            guard let request = call.request else { continue }
            if request.interceptor != nil { features.insert("intercepted answer") } else if request.lane != .main { features.insert("answered inside") }
        }
        for index in documents.indices {
            let snapshot = try snapshot(index)
            if !snapshot.fanIns.isEmpty { features.insert("waiting fan-in") }
            if !snapshot.scopes.isEmpty { features.insert("state of a sub-workflow") }
            guard let partial = snapshot.partial else { continue }
            features.insert(partial.work.contains { $0.notBefore != nil } ? "pause" : "failed with a record")
            if begins(again: partial) { features.insert("attempts begin again") }
        }
        return features
    }
}

extension Text {
    var isPartial: Bool { string.contains("\n\"partial\": ") }

    func isPartial(of superstep: Int) -> Bool { isPartial && string.contains("\n\"superstep\": \(superstep),") }
}
