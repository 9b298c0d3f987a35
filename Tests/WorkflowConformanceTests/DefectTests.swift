import Testing
import WorkflowConformance
import WorkflowJSON
import WorkflowModel
import WorkflowStorage
import WorkflowTestSupport

/// Storages with one defect each. What the suite says of them is that defect and nothing else.
@Suite("What the conformance suite finds")
struct DefectTests {
    /// The promises that a defective storage breaks.
    private func broken(_ code: DefectiveCode) throws -> Set<String> {
        var conformance = Conformance(HostStorage(code))
        conformance.second = HostStorage(code)
        let report = try conformance.report(only: Self.quick)
        for entry in report.entries where entry.result == .failed {
            #expect(entry.why?.contains("expected") == true && entry.why?.contains("got") == true, "\(entry.why ?? "")")
        }
        return Set(report.names(.failed))
    }

    /// Without those that take long: they look at nothing else.
    private static let quick = Set(Conformance.clauses(in: [.basic, .fence, .memos])).subtracting(["four threads that save at once lose nothing"])

    @Test("The storage without a defect keeps every promise")
    func none() throws {
        #expect(try broken(DefectiveCode()) == [])
    }

    @Test("One that loses what it acknowledged")
    func loses() throws {
        let code = DefectiveCode()
        code.loses = { $0.hasSuffix("2") }
        let broken = try broken(code)
        #expect(broken.isSuperset(of: ["what is saved comes back", "a listing is in the order of ids, and says of each what its document says"]))
        #expect(broken.isDisjoint(with: ["an id that could leave the storage is refused", "the first memo of a key stays"]))
    }

    @Test("One that gives another document than was asked for")
    func mixes() throws {
        let code = DefectiveCode()
        code.loads = { id, load in id.hasSuffix("2") ? load(String(id.dropLast() + "1")) : load(id) }
        #expect(try broken(code).isSuperset(of: ["what is saved comes back", "what a run saves step by step comes back whole"]))
    }

    @Test("One that replaces what it has")
    func overwrites() throws {
        let code = DefectiveCode()
        code.overwrites = true
        #expect(try broken(code) == ["another document of an id is refused", "of four documents for one id one wins"])
    }

    @Test("One whose fence lets everybody through")
    func noFence() throws {
        let code = DefectiveCode()
        code.expects = { head, _ in head }
        let broken = try broken(code)
        #expect(
            broken == [
                "a new run has no head, and gets one only once", "a commit that expects another head changes nothing",
                "a run that is not there has no successor", "the head stays until the last checkpoint of its run is deleted",
                "of four threads that commit after one head one wins",
            ])
    }

    @Test("One that looks first and writes later")
    func looksFirst() throws {
        let code = DefectiveCode()
        code.isHasty = true
        let broken = try broken(code)
        #expect(broken.contains("of four threads that commit after one head one wins"))
        #expect(!broken.contains("a commit that expects another head changes nothing"))
    }

    @Test("One that keeps a document though it says conflict")
    func keepsAll() throws {
        let code = DefectiveCode()
        code.keepsRefused = true
        let broken = try broken(code)
        #expect(broken.contains("a commit that expects another head changes nothing"))
        #expect(!broken.contains("what is saved comes back"))
    }

    @Test("One whose head goes back with an older document")
    func headGoesBack() throws {
        let code = DefectiveCode()
        code.advances = { _, id in id }
        #expect(try broken(code) == ["a document of the host becomes the head if it is later"])
        let sorting = DefectiveCode()
        let greatest = Locked("")
        sorting.advances = { head, _ in
            greatest.withLock { greatest in
                // Of each run its own: the ids of a clause begin alike.
                greatest = greatest.hasPrefix(head.prefix { $0 != "." }) ? max(greatest, head) : head
                return greatest
            }
        }
        #expect(try broken(sorting).contains("what a run commits is its head, whatever its id"))
    }

    @Test("One that forgets the head when the newest checkpoint is deleted, or never")
    func headsAndDeletion() throws {
        for keeps in [false, true] {
            let code = DefectiveCode()
            code.headsAfterDeletion = keeps
            let other = keeps ? "a run is deleted with all that is its own" : "cleaning up takes what is done, and nothing else"
            #expect(try broken(code) == ["the head stays until the last checkpoint of its run is deleted", other], "\(keeps)")
        }
    }

    @Test("One that has one head for all runs, or takes names that look the same for one")
    func oneHead() throws {
        let code = DefectiveCode()
        code.runs = { $0.string.hasSuffix("\u{E9}") ? Text(String($0.string.dropLast()) + "e\u{301}") : $0 }
        #expect(try broken(code).contains("each run has a head of its own"))
    }

    @Test("One whose head never moves does not keep the suite for ever")
    func stuck() throws {
        let code = DefectiveCode()
        code.expects = { head, _ in head }
        code.heads = { _ in nil }
        let stuck = try broken(code)
        #expect(stuck.isSuperset(of: ["the head goes along with the commits", "of four threads that commit after one head one wins"]))
        let refusing = DefectiveCode()
        refusing.expects = { _, _ in "another" }
        #expect(try broken(refusing).contains("of four threads that commit after one head one wins"))
    }

    @Test("One that lists too little, or nothing for one workflow")
    func lists() throws {
        let short = DefectiveCode()
        short.lists = { ids in ids.count > 4 ? Array(ids.sorted().dropLast()) : ids }
        #expect(try broken(short).contains("a listing is in the order of ids, and says of each what its document says"))
        #expect(try !broken(short).contains("what is saved comes back"))
    }

    @Test("One that says of what it deletes that there was none, or keeps it")
    func deletes() throws {
        let code = DefectiveCode()
        code.removes = { _, remove in
            _ = remove()
            return false
        }
        let silent = try broken(code)
        #expect(silent.contains("what is deleted is gone, the rest stays") && !silent.contains("what is saved comes back"))
        let keeping = DefectiveCode()
        keeping.removes = { _, _ in true }
        #expect(try broken(keeping).contains("what is deleted is gone, the rest stays"))
    }

    @Test("One that cuts documents short, lies about their size or returns garbage")
    func garbage() throws {
        let changes: [@Sendable (Text) -> Text] = [
            { $0.slice(0..<$0.count - 1) }, { Text($0.string + " ") }, { _ in Text("") }, { _ in Text("{}") }, { _ in Text("\u{0}\u{1}garbage") },
        ]
        for (number, change) in changes.enumerated() {
            let code = DefectiveCode()
            code.reads = change
            let broken = try broken(code)
            #expect(broken.contains("what is saved comes back"), "\(number)")
            #expect(!broken.contains("an id that could leave the storage is refused"), "\(number)")
            #expect(!broken.contains("the first memo of a key stays"), "\(number)")
        }
    }

    @Test("One that forgets memos, replaces them, or mixes the runs up")
    func memos() throws {
        let forgetful = DefectiveCode()
        forgetful.recalls = { _ in nil }
        #expect(try broken(forgetful).isSuperset(of: ["what is remembered is recalled", "the first memo of a key stays"]))
        let replacing = DefectiveCode()
        replacing.replacesMemos = true
        #expect(try broken(replacing) == ["the first memo of a key stays", "of four threads that remember under one key one wins"])
        let mixed = DefectiveCode()
        mixed.runsOfMemos = { _ in Text("all") }
        #expect(try broken(mixed).contains("each run remembers for itself, and forgets for itself"))
        for code in [forgetful, replacing, mixed] {
            #expect(try broken(code).isDisjoint(with: Conformance.clauses(in: [.basic, .fence])))
        }
    }

    @Test("One that fails now and then is told with its own sentence")
    func fails() throws {
        let code = DefectiveCode()
        code.inner.trouble.withLock { $0 = ["list": Failure(.storage, "the line is cut")] }
        let report = try Conformance(HostStorage(code)).report(only: Self.quick)
        let why = report.entries.first { $0.name == "workflows are kept apart" }?.why
        #expect(why?.contains("list of") == true && why?.contains("WF_E_STORAGE (the line is cut)") == true)
    }

    @Test("One with no fence and no memos is told what it cannot do")
    func least() throws {
        let report = try Conformance(HostStorage(ScriptedStorage())).report(only: Self.quick)
        #expect(report.names(.failed).isEmpty)
        #expect(report.result(of: .basic) == .passed)
        let fence = report.entries.filter { $0.level == .fence && $0.result == .skipped }
        #expect(fence.count >= 8 && fence.allSatisfy { $0.why?.contains("two writers of one run both go on") == true })
        let code = DefectiveCode()
        code.keepsMemos = false
        let memoless = try Conformance(HostStorage(code)).report(only: Self.quick)
        #expect(memoless.result(of: .memos) == .skipped && memoless.result(of: .fence) == .passed)
    }

    @Test("The report is JSON, one clause a line")
    func json() throws {
        let code = DefectiveCode()
        code.overwrites = true
        var conformance = Conformance(HostStorage(code))
        conformance.name = "a \"shelf\""
        let text = try conformance.report(only: Self.quick).json()
        let members = Dictionary(
            uniqueKeysWithValues: try JSONValue(checking: text, as: "the report").members.map { ($0.name, $0.value) })
        #expect(members["storage"]?.string == "a \"shelf\"")
        #expect(members["failed"]?.integer == 2)
        #expect(members["levels"]?.members.map(\.name) == ["basic", "fence", "processes", "memos", "large"])
        #expect(members["levels"]?.members.compactMap(\.value.string) == ["passed", "failed", "skipped", "passed", "skipped"])
        let clauses = try #require(members["clauses"]?.elements)
        #expect(clauses.count == Self.quick.count)
        #expect(clauses.allSatisfy { $0.members.map(\.name) == ["name", "level", "result", "why"] })
        #expect(text.string.split(separator: "\n").count == clauses.count + 8)
    }
}
