import Glibc
import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowStorage
import WorkflowTestSupport

@Suite("Memos")
struct MemoTests {
    @Test("What was remembered is recalled byte for byte, by run and key", arguments: StorageKind.allCases)
    func recall(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let value: Text = #"{"text": "é\u00e9\u0000", "number": 1.50e0}"#
        #expect(try storage.recall("k", run: "r") == nil)
        try storage.remember(value, key: "k", run: "r")
        #expect(try storage.recall("k", run: "r") == value)
        #expect(try storage.recall("k", run: "s") == nil)
        #expect(try storage.recall("K", run: "r") == nil)
        #expect(try storage.recall("", run: "rk") == nil)
    }

    @Test("Names are compared by their bytes, whatever they contain", arguments: StorageKind.allCases)
    func names(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let odd = ["é", "e\u{301}", "../x", "a/b", "a", "", "\n", "\"", String(repeating: "long", count: 1000)]
        for run in odd { for key in odd { try storage.remember(Text("\"\(run.utf8.count).\(key.utf8.count)\""), key: Text(key), run: run) } }
        for run in odd {
            for key in odd {
                #expect(try storage.recall(Text(key), run: run)?.string == "\"\(run.utf8.count).\(key.utf8.count)\"")
            }
        }
    }

    @Test("The first value of a key stays; the same again is no error", arguments: StorageKind.allCases)
    func first(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        try storage.remember("1", key: "k", run: "r")
        try storage.remember("1", key: "k", run: "r")
        let refused = failure { try storage.remember("2", key: "k", run: "r") }
        #expect(refused?.status == .conflict)
        #expect(refused?.message.contains("'k'") == true)
        #expect(try storage.recall("k", run: "r") == "1")
    }

    @Test("Memos are in no listing, and checkpoints are no memos", arguments: StorageKind.allCases)
    func listings(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        try storage.remember("1", key: "k", run: "r")
        #expect(try storage.list(workflow: nil).isEmpty)
        #expect(try storage.latest(workflow: nil).id == nil)
        try storage.save(SampleDocument("one"))
        #expect(try storage.list(workflow: nil).map(\.id) == ["one"])
        #expect(try storage.latest(workflow: nil).skipped.isEmpty)
    }

    @Test("The memos of one run are forgotten together, and may be remembered anew", arguments: StorageKind.allCases)
    func forget(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        #expect(try !storage.forget(run: "r"))
        for key in ["a", "b"] { for run in ["r", "rr"] { try storage.remember("1", key: Text(key), run: run) } }
        try storage.save(SampleDocument("one"))
        #expect(try storage.forget(run: "r"))
        #expect(try !storage.forget(run: "r"))
        #expect(try storage.recall("a", run: "r") == nil)
        #expect(try storage.recall("b", run: "rr") == "1")
        #expect(try storage.list(workflow: nil).count == 1)
        try storage.remember("2", key: "a", run: "r")
        #expect(try storage.recall("a", run: "r") == "2")
    }

    @Test("Of eight threads with different values for one key, one wins and seven are told", arguments: StorageKind.allCases)
    func oneWinner(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        for round in 0..<5 {
            let won = Collector<Text>()
            let lost = Collector<Status>()
            onThreads(8) { thread in
                let value = Text("\(thread)")
                if let failure = failure(of: { try storage.remember(value, key: Text("\(round)"), run: "r") }) {
                    lost.add(failure.status)
                } else {
                    won.add(value)
                }
            }
            #expect(won.all.count == 1)
            #expect(lost.all == [Status](repeating: .conflict, count: 7))
            let kept = try storage.recall(Text("\(round)"), run: "r")
            #expect(won.all.allSatisfy { $0 == kept })
        }
    }
}

/// What is wrong with a file must never look as if nothing had been remembered: the side effect would be repeated.
@Suite("Memos in a directory")
struct MemoFileTests {
    private let place = TemporaryDirectory()

    /// The storage, and the one file of the memo `7` of key "k", run "r".
    private func remembered() throws -> (storage: DirectoryStorage, file: String, bytes: [UInt8]) {
        let storage = try DirectoryStorage(path: place.path)
        try storage.remember("7", key: "k", run: "r")
        let names = TemporaryDirectory.names(place.path + "/memos")
        #expect(names.count == 1)
        let file = "memos/" + names.joined()
        return (storage, file, place.read(file))
    }

    @Test("A memo is one readable file that says whose it is, and the next process finds it")
    func file() throws {
        let (_, _, bytes) = try remembered()
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(
            text.hasPrefix("{\n\"format\": \"libworkflow.memo\",\n\"version\": 1,\n\"run_id\": \"r\",\n\"key\": \"k\",\n\"value\": 7,\n"))
        #expect(try DirectoryStorage(path: place.path).recall("k", run: "r") == "7")
    }

    @Test("Every flipped bit is an error that names the file, or the answer is still right")
    func everyBit() throws {
        let (storage, file, bytes) = try remembered()
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                place.write(changed, to: file)
                do { #expect(try storage.recall("k", run: "r") == "7") } catch {
                    #expect(error.status == .checkpoint)
                    #expect(error.message.contains(file) == true)
                }
            }
        }
    }

    @Test("A file cut short anywhere is an error, also for who remembers again")
    func cutShort() throws {
        let (storage, file, bytes) = try remembered()
        for length in bytes.indices {
            place.write(Array(bytes.prefix(length)), to: file)
            #expect(failure { _ = try storage.recall("k", run: "r") }?.status == .checkpoint)
        }
        #expect(failure { try storage.remember("7", key: "k", run: "r") }?.status == .checkpoint)
    }

    @Test("The memo of another key, a newer one, a link and a folder in its place are errors")
    func foreign() throws {
        let (storage, file, bytes) = try remembered()
        try storage.remember("8", key: "other", run: "r")
        let other = TemporaryDirectory.names(place.path + "/memos").filter { !file.hasSuffix($0) }.joined()
        place.write(bytes, to: "memos/" + other)
        #expect(failure { _ = try storage.recall("other", run: "r") }?.status == .checkpoint)
        let path = "\(place.path)/\(file)"
        unlink(path)
        symlink("nowhere", path)
        #expect(failure { _ = try storage.recall("k", run: "r") }?.status == .checkpoint)
        unlink(path)
        mkdir(path, 0o777)
        #expect(failure { _ = try storage.recall("k", run: "r") }?.status == .checkpoint)
        rmdir(path)
        #expect(try storage.recall("k", run: "r") == nil)
    }

    @Test("When the folder of the memos cannot be read, that is an error")
    func noFolder() throws {
        let storage = try DirectoryStorage(path: place.path)
        place.write("", to: "memos")
        #expect(failure { _ = try storage.recall("k", run: "r") }?.status == .storage)
        #expect(failure { try storage.remember("1", key: "k", run: "r") }?.status == .storage)
        #expect(failure { _ = try storage.forget(run: "r") }?.status == .storage)
        unlink(place.path + "/memos")
        symlink("nowhere", place.path + "/memos")
        #expect(failure { _ = try storage.recall("k", run: "r") }?.status == .storage)
    }

    @Test("The storage works in the directory that it opened, wherever the name leads by then")
    func heldOpen() throws {
        let (storage, _, _) = try remembered()
        let moved = place.path + "-moved"
        rename(place.path, moved)
        defer { rename(moved, place.path) }
        try storage.remember("2", key: "second", run: "r")
        #expect(try storage.recall("k", run: "r") == "7")
        #expect(TemporaryDirectory.names(moved + "/memos").count == 2)
    }
}
