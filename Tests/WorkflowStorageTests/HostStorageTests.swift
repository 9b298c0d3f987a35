import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowStorage
import WorkflowTestSupport

@Suite("Storages of the host")
struct HostStorageTests {
    private func stored(_ ids: String..., in host: ScriptedStorage) throws -> HostStorage {
        let storage = HostStorage(host)
        for id in ids { try storage.save(SampleDocument(id)) }
        return storage
    }

    @Test("The host gets the document of a file: the same bytes with a checksum at the end")
    func sealed() throws {
        let host = ScriptedStorage()
        let place = TemporaryDirectory()
        _ = try stored("a", in: host)
        try DirectoryStorage(path: place.path).save(SampleDocument("a"))
        #expect(host.document("a") == Text(bytes: place.read("a.json")))
    }

    @Test("Every flipped bit is an error, or the answer is still right")
    func everyBit() throws {
        let host = ScriptedStorage()
        let storage = try stored("a", in: host)
        let document = try SampleDocument("a")
        let bytes = try #require(host.document("a")).withBytes { Array($0) }
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 1
            host.put("a", Text(bytes: changed))
            guard let loaded = try? storage.load("a") else { continue }
            #expect(loaded == document.text, "byte \(place)")
        }
    }

    @Test("One that reformats gets no checksum, and gives the document back in the form of the library")
    func reformats() throws {
        let host = ScriptedStorage(reformats: true)
        let storage = try stored("a", in: host)
        let document = try SampleDocument("a")
        #expect(host.document("a") == document.text)
        #expect(try storage.load("a") == document.text)
        var lines = document.text.string.dropFirst(2).dropLast(3).split(separator: ",\n")
        lines.append(lines.removeFirst())
        host.put("a", Text("{\(lines.joined(separator: ","))}"))
        let loaded = try storage.load("a")
        #expect(loaded != document.text, "the order of members is not that of the library")
        #expect(JSON.isSame(loaded, document.text))
        try storage.save(document)
        #expect(failure { try storage.save(SampleDocument("a", payload: "2")) }?.status == .exists)
    }

    @Test("One that reformats without saying so is told what to do")
    func reformatsInSilence() throws {
        let host = ScriptedStorage()
        let storage = try stored("a", in: host)
        let text = try #require(host.document("a")).string
        host.put("a", Text(text.filter { $0 != "\n" }))
        let refused = failure { _ = try storage.load("a") }
        #expect(refused?.status == .checkpoint)
        #expect(refused?.message.contains("WF_UNSEALED") == true)
    }

    @Test("What is damaged hides nothing", arguments: [false, true])
    func damage(findsLatest: Bool) throws {
        let host = ScriptedStorage(findsLatest: findsLatest)
        let storage = try stored("a", "b", in: host)
        host.put("c", "{}")
        host.put("../d", "{}")
        host.put("e", try #require(host.document("a")))
        #expect(try storage.list(workflow: "flow").map(\.id) == ["../d", "a", "b", "c", "e"])
        #expect(try storage.list(workflow: "flow").map { $0.problem != nil } == [true, false, false, true, true])
        let latest = try storage.latest(workflow: "flow")
        #expect(latest.id == "b")
        #expect(latest.skipped.count == 2)
        #expect(latest.skipped.first?.contains("'e'") == true)
        #expect(failure { _ = try storage.load("e") }?.message.contains("mixed them up") == true)
    }

    @Test("A storage that cannot be read is an error, not a damaged checkpoint", arguments: [false, true])
    func unreadable(findsLatest: Bool) throws {
        let host = ScriptedStorage(findsLatest: findsLatest)
        let storage = try stored("a", "b", in: host)
        let trouble = Failure(.storage, "the line is cut")
        for function in ["load", "list", "latest"] where function != "latest" || findsLatest {
            host.trouble.withLock { $0 = [function: trouble] }
            #expect(failure { _ = try storage.latest(workflow: "flow") }?.message == trouble.message, "\(function)")
        }
        host.trouble.withLock { $0 = ["load": trouble] }
        #expect(failure { _ = try storage.list(workflow: nil) }?.message == trouble.message)
        #expect(failure { _ = try storage.load("a") }?.message == trouble.message)
        host.trouble.withLock { $0 = ["save": trouble, "remove": trouble] }
        #expect(failure { try storage.save(SampleDocument("c")) }?.message == trouble.message)
        #expect(failure { _ = try storage.delete("a") }?.message == trouble.message)
        host.trouble.withLock { $0 = [:] }
        #expect(try storage.list(workflow: nil).map(\.id) == ["a", "b"])
    }

    @Test("What the host lists too much of is left out: other workflows, what is gone, the same twice")
    func tooMuch() throws {
        final class Generous: StorageCode {
            let inner = ScriptedStorage()
            let reformats = false, findsLatest = false, keepsMemos = false
            func remember(_ key: Text, run: Text, _ memo: Text) throws(Failure) -> Bool { true }
            func recall(_ key: Text, run: Text) throws(Failure) -> Text? { nil }
            func forget(run: Text) throws(Failure) -> Bool { true }
            func save(_ id: String, workflow: String, _ document: Text) throws(Failure) -> Bool {
                try inner.save(id, workflow: workflow, document)
            }
            func load(_ id: String) throws(Failure) -> Text? { try inner.load(id) }
            func list(workflow: String?) throws(Failure) -> [String] { try inner.list(workflow: nil) * 2 + ["gone"] }
            func latest(workflow: String?) throws(Failure) -> String? { nil }
            func remove(_ id: String) throws(Failure) -> Bool { try inner.remove(id) }
        }
        let storage = HostStorage(Generous())
        try storage.save(SampleDocument("a"))
        try storage.save(SampleDocument("b", workflow: "other"))
        #expect(try storage.list(workflow: "flow").map(\.id) == ["a"])
        #expect(try storage.latest(workflow: "flow").id == "a")
        #expect(try storage.list(workflow: nil).map(\.id) == ["a", "b"])
        #expect(failure { try storage.remember("1", key: "k", run: "r") }?.status == .unsupported)
        #expect(failure { _ = try storage.recall("k", run: "r") }?.status == .unsupported)
        #expect(try !storage.forget(run: "r"))
    }

    @Test("A damaged memo, or that of another key, never looks as if nothing had been remembered", arguments: [false, true])
    func ruinedMemos(reformats: Bool) throws {
        let host = ScriptedStorage(reformats: reformats)
        let storage = HostStorage(host)
        try storage.remember("[7]", key: "k", run: "r")
        try storage.remember("8", key: "other", run: "r")
        let memo = try #require(host.memo("k", run: "r"))
        let ruins: [Text] = [try #require(host.memo("other", run: "r")), "", "{}", "[7]", memo.slice(0..<memo.count - 4)]
        for ruin in ruins {
            host.putMemo("k", run: "r", ruin)
            #expect(failure { _ = try storage.recall("k", run: "r") }?.status == .checkpoint, "\(ruin)")
            #expect(failure { try storage.remember("[7]", key: "k", run: "r") }?.status == .checkpoint, "\(ruin)")
        }
        host.putMemo("k", run: "r", memo)
        #expect(try storage.recall("k", run: "r") == "[7]")
        let trouble = Failure(.storage, "the line is cut")
        host.trouble.withLock { $0 = ["remember": trouble, "recall": trouble, "forget": trouble] }
        #expect(failure { try storage.remember("1", key: "new", run: "r") }?.message == trouble.message)
        #expect(failure { _ = try storage.recall("k", run: "r") }?.message == trouble.message)
        #expect(failure { _ = try storage.forget(run: "r") }?.message == trouble.message)
    }

    private func commit(_ id: String, after head: String?, _ storage: HostStorage, payload: Text = "1") throws {
        let sample = try SampleDocument(id, payload: payload)
        try storage.save(Commit(document: sample.text, sample.summary, expected: .head(head)))
    }

    @Test("With commit and head there is a fence; without them none is claimed")
    func fence() throws {
        #expect(try !HostStorage(ScriptedStorage()).isFenced && MemoryStorage().isFenced)
        let storage = HostStorage(ScriptedStorage(isFenced: true))
        let run = try SampleDocument("a").summary.runID
        #expect(storage.isFenced)
        #expect(try storage.head(run: run) == nil)
        try commit("b", after: nil, storage)
        try commit("b", after: nil, storage)
        #expect(failure { try commit("b", after: nil, storage, payload: "2") }?.status == .exists)
        #expect(failure { try commit("c", after: nil, storage) }?.status == .conflict)
        try commit("c", after: "b", storage)
        let refused = failure { try commit("d", after: "b", storage) }
        #expect(refused?.status == .conflict)
        #expect(refused?.message.contains("'c', not 'b'") == true)
        #expect(try storage.list(workflow: nil).map(\.id) == ["b", "c"])
        try storage.save(SampleDocument("a"))
        #expect(try storage.head(run: run) == "c")
        try storage.save(SampleDocument("e"))
        #expect(try storage.head(run: run) == "e")
        #expect(failure { try storage.save(SampleDocument("e", payload: "2")) }?.status == .exists)
        for id in ["a", "b", "c", "e"] { #expect(try storage.delete(id)) }
        #expect(try storage.head(run: run) == nil)
        #expect(try !HostStorage(ScriptedStorage()).isFenced)
    }

    @Test("A host whose commit and head do not fit together is told so, and not asked for ever")
    func fenceThatLies() throws {
        final class Liar: StorageCode {
            let inner = ScriptedStorage()
            let head: String?
            let answer: CommitAnswer
            let reformats = false, findsLatest = false, keepsMemos = false, isFenced = true
            init(_ head: String?, _ answer: CommitAnswer) { (self.head, self.answer) = (head, answer) }
            func commit(
                _ id: String, run: Text, expected: String?, head: String, workflow: String, _ document: Text
            ) throws(Failure) -> CommitAnswer { answer }
            func head(run: Text) throws(Failure) -> String? { head }
            func remember(_ key: Text, run: Text, _ memo: Text) throws(Failure) -> Bool { true }
            func recall(_ key: Text, run: Text) throws(Failure) -> Text? { nil }
            func forget(run: Text) throws(Failure) -> Bool { true }
            func save(_ id: String, workflow: String, _ document: Text) throws(Failure) -> Bool { true }
            func load(_ id: String) throws(Failure) -> Text? { try inner.load(id) }
            func list(workflow: String?) throws(Failure) -> [String] { [] }
            func latest(workflow: String?) throws(Failure) -> String? { nil }
            func remove(_ id: String) throws(Failure) -> Bool { true }
        }
        let disagreeing = failure { try HostStorage(Liar("a", .conflict)).save(SampleDocument("b")) }
        #expect(disagreeing?.status == .storage)
        #expect(disagreeing?.message.contains("disagree") == true)
        let garbage = failure { try HostStorage(Liar("../a", .kept)).save(SampleDocument("b")) }
        #expect(garbage?.status == .storage)
        #expect(garbage?.message.contains("'../a'") == true)
        #expect(failure { try HostStorage(Liar(nil, .exists)).save(SampleDocument("b")) }?.status == .exists)
    }

    @Test("A trouble of commit or head is the storage's, whatever the commit expects")
    func fenceInTrouble() throws {
        for function in ["commit", "head"] {
            let host = ScriptedStorage(isFenced: true)
            let storage = HostStorage(host)
            host.trouble.withLock { $0 = [function: Failure(.storage, "the line is cut")] }
            #expect(failure { try storage.save(SampleDocument("b")) }?.message == "the line is cut")
            #expect(host.document("b") == nil)
            host.trouble.withLock { $0 = [:] }
            try storage.save(SampleDocument("b"))
        }
    }

    @Test("A name with a NUL, which a callback would be told only the beginning of, is refused")
    func names() throws {
        let storage = HostStorage(ScriptedStorage(isFenced: true))
        var sample = try SampleDocument("a").summary
        sample.runID = "r\0s"
        #expect(failure { try storage.save(Text("{}"), sample) }?.status == .invalid)
        #expect(failure { _ = try storage.head(run: "r\0s") }?.status == .invalid)
        for key in ["a\0", "\0"] {
            #expect(failure { try storage.remember("1", key: Text(key), run: "r") }?.status == .invalid)
            #expect(failure { _ = try storage.recall(Text(key), run: "r") }?.status == .invalid)
        }
        #expect(failure { _ = try storage.forget(run: "r\0s") }?.status == .invalid)
    }
}

private func * (list: [String], times: Int) -> [String] { (0..<times).flatMap { _ in list } }
