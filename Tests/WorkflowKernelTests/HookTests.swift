import Testing
import WorkflowJSON
import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

@Suite("Save and restore hooks")
struct HookTests {
    /// a -> b -> c; a, b and c save, c always; only a and b restore.
    private func graph() throws -> Graph { try makeGraph { try $0.addChain(["a", "b", "c", "d"]) } }

    private let options = Kernel.Options(
        maxSupersteps: 100, checkpoints: true,
        hooks: Kernel.Hooks(savers: [0, 1, 2], alwaysSavers: [2], restorers: [0, 1]))

    private func handle(_ call: Call) -> Outcome {
        switch call.kind {
        case .invoke: .send(call.input)
        case .save: .saved(Text("\"\(call.executor)@\(call.superstep)\""))
        case .restore: Outcome()
        }
    }

    private func play(_ options: Kernel.Options? = nil, _ handle: ((Call) -> Outcome)? = nil) throws -> KernelPlayer {
        let player = KernelPlayer(try graph(), options ?? self.options)
        player.handle = handle ?? self.handle
        return player.play()
    }

    private func story(_ player: KernelPlayer) -> [String] {
        player.calls.map { "\($0.kind) \(player.graph.executorID($0.executor))" }
    }

    @Test("Who saves is asked at the entry; then who ran, and who wants to be asked always")
    func asked() throws {
        #expect(
            story(try play()) == [
                "save a", "save b", "save c",
                "invoke a", "save a", "save c",
                "invoke b", "save b", "save c",
                "invoke c", "save c",
                "invoke d", "save c",
                // The message that d sent without an edge makes one more superstep, in which nobody runs.
                "save c",
            ])
    }

    @Test("Without checkpoints nobody is asked")
    func notAsked() throws {
        var options = options
        options.checkpoints = false
        #expect(story(try play(options)) == ["invoke a", "invoke b", "invoke c", "invoke d"])
    }

    @Test("A save hook sees the superstep that it is part of, and what its executor wrote in it")
    func saveSeesWrites() throws {
        let player = try play { call in
            var outcome = self.handle(call)
            if call.kind == .invoke { outcome.writes.own.updateValue(.value(call.input), forKey: "k") }
            return outcome
        }
        let saves = player.calls.filter { $0.kind == .save && $0.executor == 0 }
        #expect(saves.map(\.superstep) == [0, 1])
        let seen = saves.map { $0.writes.own["k"]?.result(on: nil) ?? $0.own["k"] }
        #expect(seen == [nil, "0"])
    }

    @Test("What save gave stands in the next document and reaches restore, for those that have it")
    func restored() throws {
        let straight = try play()
        let resumed = try KernelPlayer(graph(), options, document: straight.documents[2])
        resumed.handle = handle
        resumed.play()
        let restores = resumed.calls.filter { $0.kind == .restore }
        #expect(restores.map { "\(resumed.graph.executorID($0.executor)) \($0.input)" }.count == 2)
        #expect(restores.map(\.input) == [straight.calls[4], straight.calls[7]].map { self.handle($0).saved ?? "" })
        #expect(resumed.documents == Array(straight.documents[3...]))
    }

    @Test("An executor that was never saved is not asked to restore")
    func nothingToRestore() throws {
        var options = options
        options.hooks.savers = []
        options.hooks.alwaysSavers = []
        let straight = try play(options)
        let resumed = try KernelPlayer(graph(), options, document: straight.documents[1])
        resumed.play()
        #expect(!resumed.calls.contains { $0.kind == .restore })
    }

    @Test("A save that fails fails the run and leaves the last boundary", arguments: [0, 1])
    func failingSave(superstep: Int) throws {
        var saves = 0
        let player = try play { call in
            if call.kind == .save && call.executor == 0 {
                saves += 1
                if saves == superstep + 1 { return .fail("disk") }
            }
            return self.handle(call)
        }
        #expect(player.documents.count == superstep)
        #expect(player.kernel.snapshot.superstep == 0)
        #expect(player.lines.suffix(2) == ["failed", "status FAILED"])
        #expect(player.kernel.failure?.executorID == "a")
        #expect(player.kernel.failure?.message == "disk")
    }

    @Test("A save that fails while inputs and answers are taken in leaves the last boundary, whole", arguments: [false, true])
    func failingTakeIn(fails: Bool) throws {
        var broken = false
        let player = try play { call in
            if call.kind == .save && broken { return .fail("disk") }
            if call.kind == .invoke && call.executor == 1 && call.request == nil { return .ask("q", executor: 1) }
            return self.handle(call)
        }
        func document() -> Text {
            let snapshot = player.kernel.snapshot
            return CheckpointDocument.text(of: Checkpoint(summary: .sample(snapshot, .superstep, player.graph), snapshot: snapshot), graph: player.graph)
        }
        let request = try #require(player.kernel.snapshot.requests.first)
        let before = document()
        broken = fails
        player.outside { kernel in
            kernel.answer(request, "1")
            kernel.input("9")
        }.play { event in event.kind == .checkpoint }
        #expect((document() == before) == fails)
        #expect((player.kernel.failure?.message == "disk") == fails)
        guard !fails else { return }
        #expect(player.kernel.snapshot.requests.isEmpty)
        #expect(player.kernel.snapshot.messages.map(\.payload) == ["1", "9"])
        #expect(player.kernel.snapshot.inputSuperstep == player.kernel.snapshot.superstep)
    }

    @Test("A restore that fails fails the run before anything is invoked")
    func failingRestore() throws {
        let document = try play().documents[2]
        let resumed = try KernelPlayer(graph(), options, document: document)
        resumed.handle = { $0.kind == .restore && $0.executor == 1 ? .fail("old") : self.handle($0) }
        resumed.play()
        #expect(resumed.invocations.isEmpty)
        #expect(resumed.lines == ["started", "status IN_PROGRESS", "failed", "status FAILED"])
        #expect(resumed.kernel.failure?.executorID == "b")
    }
}
