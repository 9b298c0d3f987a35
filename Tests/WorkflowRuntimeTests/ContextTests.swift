import Testing
import WorkflowKernel
import WorkflowModel
@testable import WorkflowRuntime
import WorkflowStorage
import WorkflowTestSupport

@Suite("Context")
struct ContextTests {
    /// What `look` finds in a handler of a, with b as neighbour.
    private func inside(_ look: @escaping @Sendable (Context) throws -> Void) throws -> [String] {
        let workflow = try makeWorkflow(
            { draft throws(Failure) in try draft.addEdge("a", "b") },
            [
                "a": ScriptedExecutor {
                    try look($0); return .ok
                },
                "b": ScriptedExecutor {
                    try $0.output($0.input); return .ok
                },
            ])
        return try Run(workflow, .with(), input: "{\"n\": 1.0}").play()
    }

    @Test("It says who, when and what came from where")
    func whoAndWhen() throws {
        _ = try inside { context in
            #expect(context.executorID == "a")
            #expect(context.superstep == 1)
            #expect(context.kind == .invoke)
            #expect(context.input == "{\"n\": 1.0}")
            #expect(context.sourceIDs == ["internal:a"])
            #expect(!context.runID.isEmpty)
        }
    }

    @Test("A message after a fan-in names all its sources")
    func sources() throws {
        let found = Collector<[String]>()
        let forward = ScriptedExecutor {
            try $0.send($0.input, to: nil); return .ok
        }
        let workflow = try makeWorkflow(
            { draft throws(Failure) in
                try draft.addFanOut("a", ["b", "c"])
                try draft.addFanIn(["c", "b"], "d")
            },
            [
                "a": forward, "b": forward, "c": forward,
                "d": ScriptedExecutor {
                    found.add($0.sourceIDs); return .ok
                },
            ])
        try Run(workflow, .with(), input: "1").play()
        #expect(found.all == [["c", "b"]])
    }

    @Test("A message to an executor that does not exist is refused where it is sent, and the run goes on")
    func unknownTarget() throws {
        let lines = try inside { context in
            let refused = failure { try context.send("1", to: "z\n") }
            #expect(refused?.status == .notFound)
            #expect(refused?.message.contains(#"'z\u{a}'"#) == true)
            try context.send("2", to: "b")
        }
        #expect(lines.contains("output b 2"))
    }

    @Test("A handler reads what it wrote, and nil after it deleted")
    func ownWrites() throws {
        _ = try inside { context in
            for scope in [Context.Scope.shared, .executor] {
                #expect(try context.state("k", in: scope) == nil)
                try context.setState("k", "1", in: scope)
                #expect(try context.state("k", in: scope) == "1")
                try context.setState("k", nil, in: scope)
                #expect(try context.state("k", in: scope) == nil)
                try context.setState("k", "2", in: scope)
                #expect(try context.state("k", in: scope) == "2")
            }
            #expect(failure { try context.setState("", "1", in: .shared) }?.status == .invalid)
        }
    }

    @Test("Keys are listed with own writes and without deletions, and clearing leaves what is written afterwards")
    func keysAndClear() throws {
        let shown = Collector<[Text]>()
        let executor = ScriptedExecutor { context in
            for scope in [Context.Scope.shared, .executor] {
                shown.add(try context.stateKeys(beginningWith: "", in: scope))
                shown.add(try context.stateKeys(beginningWith: "b", in: scope))
                guard context.superstep == 1 else {
                    try context.clearState(in: scope)
                    shown.add(try context.stateKeys(beginningWith: "", in: scope))
                    try context.setState("after", "1", in: scope)
                    continue
                }
                for key in ["b", "a", "ba"] as [Text] { try context.setState(key, "1", in: scope) }
                try context.setState("a", nil, in: scope)
                shown.add(try context.stateKeys(beginningWith: "", in: scope))
            }
            if context.superstep == 1 { try context.send("1", to: nil) }
            return .ok
        }
        let loop = try makeWorkflow({ draft throws(Failure) in try draft.addEdge("a", "a") }, ["a": executor])
        let run = try Run(loop, .with(checkpoints: true), input: "0")
        try run.play()
        let (first, second): ([[Text]], [[Text]]) = ([[], [], ["b", "ba"].sorted()], [["b", "ba"], ["b", "ba"], []])
        #expect(shown.all == first + first + second + second)
        #expect(try run.checkpoint().map { member("state", of: $0) } == #"{"after":1}"#)
    }

    @Test("A handler reads what it appended, to what is there and to what it set or deleted itself")
    func appends() throws {
        _ = try inside { context in
            for scope in [Context.Scope.shared, .executor] {
                try context.appendState("k", " 1 ", in: scope)
                #expect(try context.state("k", in: scope) == "[1]")
                try context.setState("k", "[ 5 ]", in: scope)
                try context.appendState("k", "6", in: scope)
                #expect(try context.state("k", in: scope) == "[ 5,6]")
                try context.setState("k", nil, in: scope)
                #expect(try !context.hasState("k", in: scope))
                try context.appendState("k", "7", in: scope)
                #expect(try context.state("k", in: scope) == "[7]" && context.hasState("k", in: scope))
                #expect(try context.stateKeys(beginningWith: "", in: scope) == ["k"])
                try context.setState("k", "{}", in: scope)
                let refused = failure { try context.appendState("k", "7", in: scope) }
                #expect(refused?.status == .invalid)
                for word in ["'a'", "'k'", "'object'"] { #expect(refused?.message.contains(word) == true) }
                #expect(try context.state("k", in: scope) == "{}")
                #expect(failure { try context.appendState("", "1", in: scope) }?.status == .invalid)
            }
        }
    }

    @Test(
        "A list grows in its place from superstep to superstep, also when it is read and when it is saved",
        arguments: [Context.Scope.shared, .executor], [false, true])
    func growth(scope: Context.Scope, isSaved: Bool) throws {
        let places = Collector<UInt>()
        let executor = ScriptedExecutor { context in
            let list = try context.state("k", in: scope) ?? "[]"
            places.add(UInt(bitPattern: context.lend(list).unsafeCString))
            try context.appendState("k", Text("\"\(String(repeating: "x", count: 100))\""), in: scope)
            if context.superstep < 500 { try context.send("1", to: nil) }
            return .ok
        }
        let loop = try makeWorkflow(
            { draft throws(Failure) in
                try draft.addEdge("a", "a")
                try draft.setMaxSupersteps(500)
            }, ["a": executor])
        try Run(loop, isSaved ? .with(MemoryStorage()) : .with(), input: "0").play()
        #expect(places.all.count == 500)
        #expect(Set(places.all).count < 30)
    }

    @Test("The two scopes do not see each other")
    func scopes() throws {
        _ = try inside { context in
            try context.setState("k", "1", in: .shared)
            #expect(try context.state("k", in: .executor) == nil)
        }
    }

    @Test("A state key that no document could carry is refused")
    func keyWithNUL() throws {
        _ = try inside { context in
            #expect(failure { try context.setState(Text("a\0b"), "1", in: .shared) }?.status == .invalid)
        }
    }

    @Test("An event of the host's own needs a name that is not the engine's")
    func emit() throws {
        let lines = try inside { context in
            for name in EventKind.reservedNames.union(["", "a\nb", String(repeating: "x", count: 513)]) {
                #expect(failure { try context.emit(name, "1") }?.status == .invalid, "\(name)")
            }
            try context.emit("größe", "1")
            try context.output("2")
        }
        #expect(lines.filter { $0.hasPrefix("custom") || $0.hasPrefix("output a") } == ["custom a größe 1", "output a 2"])
    }

    @Test("A hook may not do what a handler may, nor a handler what a hook may")
    func wrongKind() throws {
        let found = Collector<Status?>()
        let hook: ScriptedExecutor.Body = { context in
            found.add(failure { try context.send("1", to: nil) }?.status)
            found.add(failure { try context.output("1") }?.status)
            found.add(failure { try context.setState("k", "1", in: .shared) }?.status)
            found.add(failure { try context.clearState(in: .shared) }?.status)
            found.add(failure { try context.appendState("k", "1", in: .shared) }?.status)
            found.add(failure { try context.emit("n", "1") }?.status)
            found.add(failure { _ = try context.state("k", in: .shared) }?.status)
            try context.save("1")
            return .ok
        }
        let executor = ScriptedExecutor(save: hook) { context in
            found.add(failure { try context.save("1") }?.status)
            return .ok
        }
        try Run(makeWorkflow(["a": executor]), .with(checkpoints: true), input: "0").play()
        let ofHook: [Status?] = [.misuse, .misuse, .misuse, .misuse, .misuse, .misuse, nil]
        #expect(found.all == ofHook + [.misuse] + ofHook)
    }

    @Test("A handler that recorded a failure but succeeded has succeeded; one that failed left nothing")
    func failAndSucceed() throws {
        let lines = try inside { context in
            context.fail(Failure(.executor, "never mind"))
            try context.send("1", to: nil)
        }
        #expect(lines.last == "status IDLE")
        let broken = ScriptedExecutor { context in
            try context.output("1")
            try context.setState("k", "1", in: .shared)
            return .executor
        }
        let run = try Run(makeWorkflow(["a": broken]), .with(checkpoints: true), input: "0")
        let (told, _) = run.playOut()
        #expect(!told.contains("output a 1"))
        #expect(try run.checkpoint().map { member("state", of: $0) } == "{}")
    }

    @Test("A save hook reads the state as of the boundary that it saves for")
    func stateInSave() throws {
        let found = Collector<String>()
        let executor = ScriptedExecutor(save: { context in
            found.add("\(context.superstep): \(try context.state("k", in: .executor)?.string ?? "nothing")")
            return .ok
        }) {
            try $0.setState("k", "1", in: .executor); return .ok
        }
        try Run(makeWorkflow(["a": executor]), .with(checkpoints: true), input: "0").play()
        #expect(found.all == ["0: nothing", "1: 1"])
    }
}
