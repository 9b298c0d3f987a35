import Testing
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

@Suite("State in the kernel")
struct StateTests {
    private func write(_ key: Text, _ value: Text?, shared: Bool, after call: Call) -> Outcome {
        var outcome = Outcome()
        if shared { outcome.writes.shared[key] = StateWrite(value) } else { outcome.writes.own[key] = StateWrite(value) }
        return outcome
    }

    /// a fans out to b and c, which write; both come back to a.
    private func graph() throws -> Graph {
        try makeGraph {
            try $0.addFanOut("a", ["b", "c"])
            try $0.addEdge("b", "d")
            try $0.addEdge("c", "d")
        }
    }

    @Test("A write is seen by others at the next boundary, not before")
    func boundary() throws {
        let player = KernelPlayer(try graph())
        player.handle = { call in
            var outcome = self.write("k", Text("\(call.executor)"), shared: true, after: call)
            outcome.sends = [(Message.everyone, "1")]
            return outcome
        }
        player.play()
        let seen = player.calls.map { "\($0.executor): \($0.shared["k"]?.string ?? "nothing")" }
        #expect(seen == ["0: nothing", "1: 0", "2: 0", "3: 2", "3: 2"])
    }

    @Test("A second message of the same superstep sees what the first wrote")
    func ownWrites() throws {
        let player = KernelPlayer(try makeGraph { try $0.addEdge("a", "b") })
        player.handle = { call in
            var outcome = Outcome()
            if call.executor == 0 { outcome.sends = ["1", "2"].map { (Message.everyone, $0) } }
            guard call.executor == 1 else { return outcome }
            outcome = self.write(call.input, call.input, shared: true, after: call)
            outcome.writes.own.updateValue(.value(call.input), forKey: "last")
            return outcome
        }
        player.play()
        let second = try #require(player.calls.last)
        #expect(second.writes.shared["1"] == .some("1"))
        #expect(second.writes.own["last"] == .some("1"))
        #expect(second.shared.isEmpty)
        #expect(player.kernel.snapshot.shared.keys == ["1", "2"])
        #expect(player.kernel.snapshot.executors[1].state["last"] == "2")
    }

    @Test("Private state belongs to one executor")
    func privateState() throws {
        let player = KernelPlayer(try graph())
        player.handle = { call in
            var outcome = self.write("k", Text("\(call.executor)"), shared: false, after: call)
            if call.executor == 0 { outcome.sends = [(Message.everyone, "1")] }
            return outcome
        }
        player.play()
        #expect(player.kernel.snapshot.executors.map { $0.state["k"] } == ["0", "1", "2", nil])
        #expect(player.kernel.snapshot.shared.isEmpty)
    }

    @Test(
        "Two writers of one shared key: the later in executor order wins, whoever is faster, and a warning says so",
        arguments: [0, 1])
    func conflict(first: Int) throws {
        let player = KernelPlayer(try graph())
        player.pick = { first % $0 }
        player.handle = { call in
            call.executor == 0 ? .send("1") : self.write("k", Text("\(call.executor)"), shared: true, after: call)
        }
        player.play()
        #expect(player.kernel.snapshot.shared["k"] == "2")
        #expect(player.warnings == ["state_conflict c"])
        let warning = try #require(player.events.first { $0.kind == .warning })
        #expect(warning.superstep == 2)
        guard case .warning(_, let message) = warning.data else { return }
        #expect(message.contains("'b'") && message.contains("'c'") && message.contains("'k'"))
    }

    @Test("Under the strict option two writers of one shared key fail the run, and their superstep has no effect")
    func strict() throws {
        var options = Kernel.Options.plain(try graph())
        options.strictState = true
        options.hooks.savers = [1]
        let player = KernelPlayer(try graph(), options)
        player.handle = { call in
            switch call.kind {
            case .save: return .saved("1")
            case .invoke where call.executor == 0: return .send("1")
            default:
                var outcome = self.write("k", call.executor == 1 ? "1" : nil, shared: true, after: call)
                outcome.writes.shared.updateValue("2", forKey: "also")
                return outcome
            }
        }
        player.play()
        let failure = try #require(player.kernel.failure)
        #expect(failure.status == .conflict)
        for word in ["'b'", "'c'", "'also'", "superstep 2", "1 more"] { #expect(failure.message.contains(word), "\(word): \(failure.message)") }
        #expect(player.lines.suffix(2) == ["failed", "status FAILED"])
        #expect(player.warnings.isEmpty)
        #expect(player.documents.count == 2)
        #expect(player.kernel.snapshot.shared.isEmpty)
        // b would be asked to save what a superstep without effect made of it.
        #expect(player.calls.filter { $0.kind == .save }.map(\.superstep) == [0])
    }

    @Test("Under the strict option one writer of a key, private keys and other supersteps are no conflict")
    func strictWithoutConflict() throws {
        var options = Kernel.Options.plain(try graph())
        options.strictState = true
        let player = KernelPlayer(try graph(), options)
        player.handle = { call in
            var outcome = self.write("k", "1", shared: call.executor != 2, after: call)
            outcome.sends = [(Message.everyone, "1")]
            return outcome
        }
        #expect(player.play().kernel.state == .idle)
    }

    @Test("A deleted key is gone, a deletion that conflicts with a write too if it is later")
    func deletion() throws {
        let player = KernelPlayer(try graph())
        player.handle = { call in
            switch call.executor {
            case 0:
                var outcome = self.write("k", "1", shared: true, after: call)
                outcome.sends = [(Message.everyone, "1")]
                return outcome
            case 1: return self.write("k", "2", shared: true, after: call)
            default: return self.write("k", nil, shared: true, after: call)
            }
        }
        player.play()
        #expect(player.kernel.snapshot.shared.isEmpty)
        #expect(player.warnings == ["state_conflict c"])
    }

    /// What b, c and d make of the shared list `k` in one superstep, with which warnings.
    private func lists(_ start: Text?, _ writes: [Int: StateWrite], first: Int = 0, strict: Bool = false) throws -> KernelPlayer {
        let graph = try makeGraph { try $0.addFanOut("a", ["b", "c", "d"]) }
        var options = Kernel.Options.plain(graph)
        options.strictState = strict
        let player = KernelPlayer(graph, options)
        player.pick = { first % $0 }
        player.handle = { call in
            var outcome = call.executor == 0 ? Outcome.send("1") : Outcome()
            outcome.writes.shared["k"] = call.executor == 0 ? StateWrite(start) : writes[call.executor]
            return outcome
        }
        return player.play()
    }

    @Test("Executors that append to one shared list do not disturb each other: all is kept, in their order", arguments: [0, 1, 2])
    func appends(first: Int) throws {
        let writes: [Int: StateWrite] = [3: .append("3"), 1: .append("1", "10"), 2: .append("2")]
        for strict in [false, true] {
            let player = try lists("[0]", writes, first: first, strict: strict)
            #expect(player.kernel.snapshot.shared["k"] == "[0,1,10,2,3]")
            #expect(player.warnings.isEmpty && player.kernel.failure == nil)
        }
        #expect(try lists(nil, writes, first: first).kernel.snapshot.shared["k"] == "[1,10,2,3]")
    }

    @Test(
        "Who sets or deletes what others append to is in conflict with them; what is appended later goes to what is left",
        arguments: [
            (["[9]", .append("2"), .append("3")], "[9,2,3]", ["c", "d"]),
            ([.append("1"), "[9]", .append("3")], "[9,3]", ["c", "d"]),
            ([.append("1"), .append("2"), "[9]"], "[9]", ["d"]),
            ([.deletion, .append("2")], "[2]", ["c"]),
            ([.append("1"), .deletion], nil, ["c"]),
            (["9", .append("2")], "[2]", ["c"]),
        ] as [([StateWrite], Text?, [String])])
    func appendConflicts(writes: [StateWrite], left: Text?, warned: [String]) throws {
        let numbered = Dictionary(uniqueKeysWithValues: writes.enumerated().map { ($0.offset + 1, $0.element) })
        for first in 0...2 {
            let player = try lists("[0]", numbered, first: first)
            #expect(player.kernel.snapshot.shared["k"] == left)
            #expect(player.warnings == warned.map { "state_conflict \($0)" })
        }
        let strict = try lists("[0]", numbered, strict: true)
        #expect(strict.kernel.failure?.status == .conflict)
        #expect(strict.kernel.snapshot.shared["k"] == "[0]")
    }

    @Test("What calls of one executor append adds up, a second call sees it, and nobody else does before the boundary")
    func ownAppends() throws {
        let player = KernelPlayer(try makeGraph { try $0.addEdge("a", "b") })
        player.handle = { call in
            var outcome = Outcome()
            if call.executor == 0 { outcome.sends = ["1", "2", "3"].map { (Message.everyone, $0) } }
            guard call.executor == 1 else { return outcome }
            outcome.writes.own["k"] = call.input == "2" ? "[ ]" : .append(call.input)
            outcome.writes.shared["k"] = .append(call.input)
            return outcome
        }
        player.play()
        #expect(player.calls.map { $0.writes.shared["k"] } == [nil, nil, .append("1"), .append("1", "2")])
        #expect(player.calls.last?.writes.own["k"] == "[ ]")
        #expect(player.calls.allSatisfy { $0.shared.isEmpty })
        #expect(player.kernel.snapshot.shared["k"] == "[1,2,3]")
        #expect(player.kernel.snapshot.executors[1].state["k"] == "[3]")
    }

    @Test("Many messages that append to one list in one superstep do not copy what was appended before")
    func manyAppends() throws {
        let player = KernelPlayer(try makeGraph { try $0.addEdge("a", "b") })
        var places: Set<UnsafePointer<Text>?> = []
        player.handle = { call in
            var outcome = Outcome()
            if call.executor == 0 { outcome.sends = (0..<1000).map { (Message.everyone, Text("\($0)")) } }
            guard call.executor == 1 else { return outcome }
            // As a context does it, which lets go of the state before its call has ended.
            if case .addition(let addition) = call.takeState().writes.own["k"] {
                places.insert(addition.elements.withUnsafeBufferPointer { $0.baseAddress })
            }
            #expect(call.writes.own.isEmpty)
            outcome.writes.own["k"] = .append(call.input)
            return outcome
        }
        player.play()
        #expect(!places.isEmpty && places.count < 30)
        #expect(player.kernel.snapshot.executors[1].state["k"]?.string == "[" + (0..<1000).map { "\($0)" }.joined(separator: ",") + "]")
    }

    @Test("A commit says what has only grown, with how much of it is still there, and keeps no list from growing in its place")
    func changes() throws {
        let graph = try makeGraph { try $0.addFanOut("a", ["b", "c"]) }
        var options = Kernel.Options.plain(graph)
        options.recordsChanges = true
        let player = KernelPlayer(graph, options)
        player.handle = { call in
            var outcome = call.executor == 0 ? Outcome.send("1") : Outcome()
            for key in ["grown", "set", "deleted", "set later"] as [Text] {
                outcome.writes.shared[key] = call.executor == 0 ? "[ 1 ] " : .append("2")
            }
            outcome.writes.shared["new"] = call.executor == 0 ? nil : .append("2")
            outcome.writes.own["own"] = .append("2")
            if call.executor == 1 { (outcome.writes.shared["set"], outcome.writes.shared["deleted"]) = ("[5]", .deletion) }
            if call.executor == 2 { outcome.writes.shared["set later"] = "[5]" }
            return outcome
        }
        player.play()
        var first: [StateChanges.Place: StateChanges.Change] = [:]
        for change in player.kernel.changes.all where first[change.place] == nil { first[change.place] = change }
        func shared(_ key: Text) -> StateChanges.Change? { first[.shared(scope: Graph.outermost, key: key)] }
        #expect(shared("grown")?.growth == .init(count: 6, kept: 3))
        #expect(shared("grown")?.before == nil)
        for key in ["set", "deleted", "set later"] as [Text] {
            #expect(shared(key)?.growth == nil)
            #expect(shared(key)?.before == "[ 1 ] ")
        }
        for change in [shared("new"), first[.own(executor: 1, key: "own")]] { #expect(change != nil && change?.growth == nil && change?.before == nil) }
        #expect(first.count == 7)
        #expect(player.kernel.snapshot.shared["grown"] == "[ 1,2,2]")
    }

    @Test("One executor that writes a key twice is no conflict")
    func noConflict() throws {
        let player = KernelPlayer(try makeGraph { try $0.addEdge("a", "b") })
        player.handle = { call in
            var outcome = self.write("k", call.input, shared: true, after: call)
            if call.executor == 0 { outcome.sends = ["1", "2"].map { (Message.everyone, $0) } }
            return outcome
        }
        player.play()
        #expect(player.warnings.isEmpty)
        #expect(player.kernel.snapshot.shared["k"] == "2")
    }

    @Test("No key and no id can be taken for another in a checkpoint, whatever is in it (.NET W19)")
    func hostileKeys() throws {
        let ids = ["a", "a|x", "a||x", "|", "@", "a\"", "a/x"]
        let keys: [Text] = ["k", "x|k", "|k", "@k", "a|x|k", "", "\"k\\", "k/"].map { $0 == "" ? " " : $0 }
        let graph = try makeGraph { draft in
            for id in ids.dropFirst() { try draft.addEdge("a", id) }
        }
        let player = KernelPlayer(graph)
        player.handle = { call in
            var outcome = call.executor == 0 ? Outcome.send("1") : Outcome()
            for key in keys {
                outcome.writes.own.updateValue("[\(call.executor)]", forKey: key)
                outcome.writes.shared.updateValue("true", forKey: key)
            }
            return outcome
        }
        player.play()
        let resumed = try KernelPlayer(graph, document: #require(player.documents.last)).kernel.snapshot
        for (place, executor) in resumed.executors.enumerated() {
            #expect(executor.state.keys == keys.sorted())
            for key in keys { #expect(executor.state[key]?.string == "[\(place)]") }
        }
        #expect(resumed.shared.keys == keys.sorted())
    }

    @Test("What the host sees and what is durable never differ, also while warnings are told")
    func snapshotDuringWarning() throws {
        let player = KernelPlayer(try graph())
        player.handle = { call in
            call.executor == 0 ? .send("1") : self.write("k", "1", shared: true, after: call)
        }
        player.play { $0.kind == .warning }
        #expect(player.documents.count == 2)
        #expect(player.kernel.snapshot.superstep == 1)
        #expect(player.kernel.snapshot.shared.isEmpty)
    }
}
