import Testing
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

@Suite("Fan-in")
struct FanInTests {
    /// a feeds b and c (and itself); d waits for b and c.
    private func graph(_ sources: [String] = ["b", "c"]) throws -> Graph {
        try makeGraph {
            try $0.addFanOut("a", ["b", "c"])
            try $0.addEdge("a", "a")
            try $0.addFanIn(sources, "d")
        }
    }

    /// What each executor sends in each superstep; a sends to named targets.
    private func play(_ graph: Graph, _ script: [Int: [String: [Text]]]) -> KernelPlayer {
        let player = KernelPlayer(graph)
        player.handle = { call in
            var outcome = Outcome()
            let id = graph.executorID(call.executor)
            if id == "a" {
                for target in ["a", "b", "c"] {
                    for payload in script[call.superstep]?[target] ?? [] {
                        outcome.sends.append((graph.index(ofExecutor: target)!, payload))
                    }
                }
            } else if id != "d" {
                outcome.sends = [(Message.everyone, call.input)]
            }
            return outcome
        }
        return player.play()
    }

    private func received(_ player: KernelPlayer) -> [String] { player.invocations.filter { $0.hasPrefix("d(") } }

    @Test("It delivers one list when every source has sent")
    func together() throws {
        let player = play(try graph(), [1: ["b": ["1"], "c": ["2"]]])
        #expect(received(player) == ["d([1,2])"])
        let call = try #require(player.calls.last)
        #expect(call.sources == [1, 2])
        #expect(call.superstep == 3)
    }

    @Test("The list is grouped by source in the order of the fan-in, not of the executors")
    func grouped() throws {
        #expect(received(play(try graph(["c", "b"]), [1: ["b": ["1"], "c": ["2"]]])) == ["d([2,1])"])
    }

    @Test("It waits over several supersteps, in the checkpoint")
    func overSupersteps() throws {
        let player = play(try graph(), [1: ["b": ["1", "11"], "a": ["0"]], 2: ["a": ["0"]], 3: ["c": ["2"]]])
        #expect(received(player) == ["d([1,11,2])"])
        let waiting =
            #""fan_in_buffers": [{"target":"d","sources":["b","c"],"buffered":[{"source":"b","data":1},{"source":"b","data":11}]}]"#
        // The buffer fills while superstep 3 routes, and is empty again once superstep 5 has delivered.
        #expect(player.documents.map { contains($0, waiting) } == [false, false, false, true, true, false])
    }

    @Test("Whatever the sources send in one superstep comes in one list, however often they send")
    func several() throws {
        let player = play(try graph(), [1: ["b": ["1", "2"], "c": ["3", "4"]]])
        #expect(received(player) == ["d([1,2,3,4])"])
        #expect(player.documents.last.map { contains($0, #""fan_in_buffers": []"#) } == true)
    }

    @Test("What comes in a later superstep starts the next list")
    func next() throws {
        let player = play(try graph(), [1: ["b": ["1"], "c": ["2"], "a": ["0"]], 2: ["b": ["4"], "a": ["0"]], 3: ["c": ["5"]]])
        #expect(received(player) == ["d([1,2])", "d([4,5])"])
    }

    @Test("A source that never sends keeps the rest waiting, and the run idle")
    func incomplete() throws {
        let player = play(try graph(), [1: ["b": ["1"]]])
        #expect(received(player).isEmpty)
        #expect(player.warnings.isEmpty)
        #expect(player.kernel.state == .idle)
        #expect(player.kernel.snapshot.fanIns.count == 1)
    }

    @Test("Payloads in the list keep their bytes")
    func bytes() throws {
        #expect(received(play(try graph(), [1: ["b": ["1.50"], "c": ["{ }"]]])) == ["d([1.50,{ }])"])
    }

    @Test("A message for another executor does not enter the buffer")
    func targeted() throws {
        let graph = try makeGraph {
            try $0.addFanOut("a", ["b", "c"])
            try $0.addFanIn(["b", "c"], "d")
            try $0.addEdge("b", "e")
        }
        let player = KernelPlayer(graph)
        player.handle = { call in
            switch graph.executorID(call.executor) {
            case "a": .send("1")
            case "b": .send("2", to: graph.index(ofExecutor: "e")!)
            case "c": .send("3")
            default: Outcome()
            }
        }
        player.play()
        #expect(player.invocations.suffix(1) == ["e(2)"])
        #expect(player.kernel.snapshot.fanIns.values.map(\.waiting) == [[[], ["3"]]])
    }

    private func contains(_ text: Text, _ part: String) -> Bool {
        text.string.split(separator: "\n").contains { $0.hasPrefix(part) }
    }
}
