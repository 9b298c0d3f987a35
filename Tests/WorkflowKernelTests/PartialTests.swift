import Testing
import WorkflowJSON
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

/// A failed superstep keeps what succeeded (design, section 4, rule 5).
@Suite("Partial checkpoints")
struct PartialTests {
    /// `a` sends to `b`, `c` and `d`; all join in `e`.
    private func graph(_ more: (inout GraphDraft) throws -> Void = { _ in }) throws -> Graph {
        try makeGraph {
            try $0.addFanOut("a", ["b", "c", "d"])
            try $0.addFanIn(["b", "c", "d"], "e")
            try more(&$0)
        }
    }

    private func play(_ player: KernelPlayer, failing: Set<Int>, _ also: @escaping (Call, inout Outcome) -> Void = { _, _ in }) -> KernelPlayer {
        player.handle = { call in
            if failing.contains(call.executor) { return .fail() }
            var outcome = call.executor == 4 ? Outcome.output(call.input) : .send(Text("\"\(call.executor)\""))
            also(call, &outcome)
            return outcome
        }
        return player.play()
    }

    @Test("Resume re-runs only what failed, and ends as if nothing had failed")
    func onlyTheRest() throws {
        let graph = try graph()
        let straight = play(KernelPlayer(graph), failing: [])
        let failed = play(KernelPlayer(graph), failing: [2])
        #expect(failed.lines.suffix(3) == ["checkpoint partial 1", "failed", "status FAILED"])
        let resumed = play(try KernelPlayer(graph, document: try #require(failed.documents.last)), failing: [])
        #expect(resumed.invocations == ["c(\"0\")", "e([\"1\",\"2\",\"3\"])"])
        #expect(resumed.documents == Array(straight.documents.suffix(2)))
        #expect(resumed.lines.first(where: { $0.hasPrefix("superstep_started") }) == "superstep_started 2")
    }

    @Test("It can fail again and again; each time less is left")
    func lessAndLess() throws {
        let graph = try graph()
        var document = try #require(play(KernelPlayer(graph), failing: [1, 2, 3]).documents.last)
        for failing in [[1, 3], [3], []] as [Set<Int>] {
            let player = play(try KernelPlayer(graph, document: document), failing: failing)
            document = try #require(player.documents.last)
            if failing.isEmpty {
                #expect(player.outputs == ["e [\"1\",\"2\",\"3\"]"])
            } else {
                #expect(player.kernel.failure?.executorID == graph.executorID(failing.min() ?? 0))
            }
        }
    }

    @Test("Nothing succeeded, nothing is kept: the last boundary is all there is")
    func nothingSucceeded() throws {
        let player = play(KernelPlayer(try graph()), failing: [1, 2, 3])
        #expect(player.lines.suffix(2) == ["failed", "status FAILED"])
        #expect(player.documents.count == 2)
    }

    @Test("State, requests, answers and halts wait in the partial checkpoint for the commit")
    func staged() throws {
        let graph = try graph()
        let failed = play(KernelPlayer(graph), failing: [2]) { call, outcome in
            guard call.executor == 1 else { return }
            outcome.writes.shared.updateValue("1", forKey: "s")
            outcome.writes.own.updateValue("[2]", forKey: "o")
            outcome.writes.shared.updateValue(.deletion, forKey: "gone")
            outcome.requests = [Request(id: "r", executor: 1, data: "\"?\"", responseType: "string")]
            outcome.halts = true
        }
        #expect(failed.kernel.snapshot.shared.isEmpty)
        let resumed = try KernelPlayer(graph, document: try #require(failed.documents.last))
        #expect(resumed.kernel.snapshot.hostRequests.map(\.id) == ["r"])
        let shared = { (call: Call) in #expect(call.shared["s"] == nil, "the others still see the last boundary") }
        _ = play(resumed, failing: []) { call, _ in shared(call) }
        #expect(resumed.lines.contains("request_info"))
        #expect(resumed.kernel.snapshot.shared["s"] == "1")
        #expect(resumed.kernel.snapshot.executors[1].state["o"] == "[2]")
        #expect(resumed.kernel.snapshot.requests.map(\.id) == ["r"])
        // It halted: the join waits for the next turn.
        #expect(resumed.kernel.state == .idleWithPendingRequests)
        #expect(!resumed.invocations.contains { $0.hasPrefix("e(") })
    }

    @Test("What was appended waits too: a resumed run ends with the list that a straight one has")
    func appended() throws {
        let graph = try graph()
        func append(_ call: Call, _ outcome: inout Outcome) {
            outcome.writes.shared["k"] = .append(Text("[\(call.executor)]"), "{\"n\": 1.0}")
            outcome.writes.shared["l"] = call.executor == 0 ? "[ 0 ]" : .append(Text("\(call.executor)"))
            outcome.writes.own["k"] = .append(Text("\(call.executor)"))
        }
        let straight = play(KernelPlayer(graph), failing: [], append)
        let failed = play(KernelPlayer(graph), failing: [2], append)
        let document = try #require(failed.documents.last)
        #expect(document.string.contains(#""appended_state":{"k":[1]},"appended_shared_state":{"k":[[1],{"n": 1.0}],"l":[1]}"#))
        let resumed = play(try KernelPlayer(graph, document: document), failing: [], append)
        #expect(resumed.documents == Array(straight.documents.suffix(2)))
        #expect(resumed.kernel.snapshot.shared["l"] == "[ 0,1,2,3,4]")
        for (old, new, words) in [
            (#""l":[1]"#, #""l":[]"#, "appended_shared_state.l"), (#""l":[1]"#, #""l":1"#, "appended_shared_state.l"),
            (#""appended_state":{"k":[1]}"#, #""appended_state":[]"#, "staged.appended_state"),
            (#""appended_state":"#, #""deleted_state":["k"],"appended_state":"#, "written or deleted"),
            (#""l":[ 0 ]"#, #""l":{}"#, "whose value is a list"),
        ] {
            let text = document.string
            let damaged = text.replacing(old, with: new)
            #expect(damaged != text, "\(old)")
            let refused = failure { _ = try KernelPlayer(graph, document: Text(damaged)) }
            #expect(refused?.status == .checkpoint && refused?.message.contains(words) == true, "\(new): \(refused?.message ?? "taken")")
        }
    }

    @Test("An executor with memory of its own handles all its messages again if one of them failed")
    func memory() throws {
        let graph = try makeGraph { try $0.addEdge("a", "b") }
        let options = Kernel.Options(
            maxSupersteps: 10, checkpoints: true, hooks: Kernel.Hooks(savers: [1], restorers: [1]))
        var memory = 0
        func script(_ player: KernelPlayer, failing: Bool) -> KernelPlayer {
            memory = 0
            player.handle = { call in
                switch (call.kind, call.executor) {
                case (.save, _): return .saved(Text("\(memory)"))
                case (.restore, _):
                    memory = Int(call.input.string) ?? -1
                    return Outcome()
                case (_, 0):
                    var outcome = Outcome()
                    outcome.sends = ["1", "2"].map { (Message.everyone, $0) }
                    return outcome
                default:
                    if failing, call.input == "2" { return .fail() }
                    memory += 1
                    return Outcome()
                }
            }
            return player.play()
        }
        let failed = script(KernelPlayer(graph, options), failing: true)
        let resumed = script(try KernelPlayer(graph, options, document: try #require(failed.documents.last)), failing: false)
        #expect(resumed.invocations == ["b(1)", "b(2)"])
        #expect(memory == 2)
        #expect(resumed.kernel.snapshot.executors[1].saved == "2")
    }

    @Test("A key of an invocation stays its own when only the rest is run")
    func invocationNumbers() throws {
        let graph = try makeGraph { try $0.addEdge("a", "b") }
        func script(_ player: KernelPlayer, failing: Text?) -> KernelPlayer {
            player.handle = { call in
                if call.executor == 1 { return call.input == failing ? .fail() : Outcome() }
                var outcome = Outcome()
                outcome.sends = ["1", "2", "3"].map { (Message.everyone, $0) }
                return outcome
            }
            return player.play()
        }
        let failed = script(KernelPlayer(graph), failing: "2")
        let resumed = script(try KernelPlayer(graph, document: try #require(failed.documents.last)), failing: nil)
        #expect(resumed.calls.map(\.invocation) == [1, 2])
        #expect(resumed.calls.map(\.input) == ["2", "3"])
    }

    @Test("Every change of one byte gives an error or a checkpoint that can be played")
    func damage() throws {
        let graph = try graph()
        let failed = play(KernelPlayer(graph), failing: [2]) { call, outcome in
            outcome.requests = [Request(id: Text("r\(call.executor)"), executor: call.executor, data: "1", responseType: nil)]
            outcome.writes.shared.updateValue(.deletion, forKey: "gone")
        }
        let document = Array(try #require(failed.documents.last).string.utf8)
        let start = try #require(document.indices.first { document[$0...].starts(with: "\"partial\": ".utf8) })
        for index in start..<document.count {
            for byte in [UInt8(ascii: "9"), UInt8(ascii: "x"), UInt8(ascii: "]"), UInt8(ascii: "\"")] where byte != document[index] {
                var damaged = document
                damaged[index] = byte
                guard let player = try? KernelPlayer(graph, document: Text(bytes: damaged)) else { continue }
                _ = play(player, failing: [])
            }
        }
    }
}
