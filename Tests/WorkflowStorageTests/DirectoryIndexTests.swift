import Glibc
import Testing
import WorkflowJSON
import WorkflowModel
@testable import WorkflowStorage
import WorkflowTestSupport

/// A listing reads what it must and no more, and what it says is right whatever lies in the folder `index`.
@Suite("The index of a directory")
struct DirectoryIndexTests {
    private let place = TemporaryDirectory()
    private let reads = Collector<String>()
    private static let count = 20

    /// Another process, as far as a storage can tell: nothing of another one's memory. `tick`: so that a test need not wait.
    private func open(tick: Int = .min / 4) throws -> DirectoryStorage {
        try DirectoryStorage(path: place.path, Folder.Habits(syncs: false, tick: tick, reads: { [reads] in reads.add($0) }))
    }

    private func id(_ number: Int) -> String { "c\(number + 100)" }

    private func fill() throws -> [SampleDocument] {
        let storage = try open()
        return try (0..<Self.count).map { number in
            let document = try SampleDocument(id(number), run: "r\(number % 3)", number % 2 == 0 ? .idle : .waiting, superstep: number)
            try storage.save(document)
            return document
        }
    }

    /// What a fresh storage lists, and which checkpoints it read for that.
    private func list(tick: Int = .min / 4) throws -> (summaries: [CheckpointSummary], problems: [String], read: [String]) {
        let before = reads.all.count
        let entries = try open(tick: tick).list(workflow: nil)
        let summaries = entries.compactMap { if case .good(let summary) = $0 { summary } else { nil } }
        return (summaries, entries.compactMap(\.problem), reads.all[before...].filter { $0.hasSuffix(".json") })
    }

    private var file: String { "index/checkpoints" }

    @Test("The second listing reads no checkpoint and says the same, also of runs, states and sizes")
    func second() throws {
        let documents = try fill()
        let first = try list()
        #expect(first.summaries == documents.map(\.summary) && first.read.count == Self.count)
        let second = try list()
        #expect(second.summaries == documents.map(\.summary) && second.problems.isEmpty && second.read.isEmpty)

        let storage = try open()
        let before = reads.all.count
        #expect(try storage.find(#"{"status": "waiting", "limit": 100}"#).entries.count == Self.count / 2)
        #expect(try storage.runs("{}").entries.map(\.runID) == ["r1", "r0", "r2"])
        #expect(try storage.details(id(3)).pendingRequestIDs == ["ask-\(id(3))"])
        #expect(try storage.size(of: id(3)) == documents[3].text.count)
        #expect(reads.all[before...].allSatisfy { !$0.hasSuffix(".json") })
        // What is given to a host is always read and checked.
        #expect(try storage.load(id(3)) == documents[3].text)
        #expect(reads.all.last == "\(id(3)).json")
    }

    @Test("What the index says is what the files say, field by field", arguments: CheckpointStatus.allCases)
    func fields(status: CheckpointStatus) throws {
        let storage = try open()
        for number in 0..<Self.count {
            try storage.save(
                SampleDocument(id(number), run: "å \(number)\n\t", after: number % 2 == 0 ? nil : "before", status, superstep: 1 << (number * 2)))
        }
        _ = try list()
        let indexed = try open()
        _ = try indexed.list(workflow: nil)
        for number in 0..<Self.count {
            let whole = try CheckpointDocument.details(of: storage.load(id(number)), as: "it")
            #expect(indexed.indexed(id(number)) == whole)
        }
    }

    @Test("Also the last entry, with nothing behind it, comes back", arguments: [1, 20, 300])
    func ends(count: Int) throws {
        var index = SummaryIndex()
        let storage = try open()
        try storage.save(SampleDocument("a"))
        guard let looks = try storage.folder.look("a.json") else { return #expect(Bool(false)) }
        for number in 0..<count {
            let document = try SampleDocument("\(number)")
            let details = try CheckpointDocument.details(of: document.text, as: "it")
            #expect(details.status == .working && details.pendingRequestIDs.isEmpty)
            index.entries[document.summary.id] = SummaryIndex.Entry(looks, details)
        }
        let again = SummaryIndex(index.text)
        #expect(again?.entries.mapValues(\.details) == index.entries.mapValues(\.details))
        #expect(again?.entries.values.allSatisfy { $0.isOf(looks) } == true)
    }

    @Test("A few small files are not worth an index; and files as young as the clock's tick are read again")
    func small() throws {
        let storage = try open()
        for number in 0..<5 { try storage.save(SampleDocument("a\(number)")) }
        #expect(try list().summaries.count == 5 && place.names.contains("index") == false)
        _ = try fill()
        #expect(try list(tick: 3_600_000_000_000).read.count == Self.count + 5)
        #expect(try list(tick: 3_600_000_000_000).read.count == Self.count + 5)
    }

    @Test("New checkpoints are read, deleted ones are gone, and the rest is not read again")
    func moves() throws {
        let documents = try fill()
        _ = try list()
        let storage = try open()
        #expect(try storage.delete(id(4)))
        unlink("\(place.path)/\(id(5)).json")
        try storage.save(SampleDocument("z"))
        let found = try list()
        #expect(found.summaries.map(\.id) == documents.map(\.summary.id).filter { $0 != id(4) && $0 != id(5) } + ["z"])
        #expect(found.read == ["z.json"])
    }

    @Test("A checkpoint that was replaced, edited, torn, or swapped with another is noticed")
    func edited() throws {
        let documents = try fill()
        _ = try list()
        let bytes = place.read("\(id(1)).json")
        place.write(bytes.map { $0 == UInt8(ascii: "1") ? UInt8(ascii: "2") : $0 }, to: "\(id(1)).json")
        truncate("\(place.path)/\(id(2)).json", 100)
        rename("\(place.path)/\(id(3)).json", "\(place.path)/x")
        rename("\(place.path)/\(id(4)).json", "\(place.path)/\(id(3)).json")
        rename("\(place.path)/x", "\(place.path)/\(id(4)).json")
        unlink("\(place.path)/\(id(5)).json")
        symlink("\(id(6)).json", "\(place.path)/\(id(5)).json")
        unlink("\(place.path)/\(id(7)).json")
        mkdir("\(place.path)/\(id(7)).json", 0o777)
        place.write("{}", to: "foreign.json")
        for _ in 0..<2 {
            let found = try list()
            #expect(found.summaries == documents.map(\.summary).enumerated().filter { ![1, 2, 3, 4, 5, 7].contains($0.offset) }.map(\.element))
            for name in [1, 2, 3, 4, 5, 7].map({ "\(id($0)).json" }) + ["foreign.json"] {
                #expect(found.problems.filter { $0.contains("\(place.path)/\(name)") }.count == 1, "\(name)")
            }
        }
        // Back as it was: another file all the same.
        place.write(bytes, to: "\(id(1)).json")
        #expect(try list().summaries.map(\.id).contains(id(1)))
    }

    @Test("An index that is missing, torn, foreign, or cannot be read is made again; one that cannot be written is done without")
    func rebuilt() throws {
        let documents = try fill()
        _ = try list()
        let good = place.read(file)
        let spoil: [@Sendable (String) -> Void] = [
            { unlink($0) }, { truncate($0, 0) }, { truncate($0, 700) },
            { unlink($0); mkfifo($0, 0o666) },
            { unlink($0); symlink("nowhere", $0) },
            { unlink($0); symlink("checkpoints", $0) },
        ]
        for number in 0..<spoil.count + 2 {
            switch number {
            case 0: place.write("hello", to: file)
            case 1: place.write(Array("libworkflow.index 2\n".utf8) + good.dropFirst(20), to: file)
            default: spoil[number - 2]("\(place.path)/\(file)")
            }
            let found = try list()
            #expect(found.summaries == documents.map(\.summary) && found.read.count == Self.count, "\(number)")
            #expect(try list().read.isEmpty, "\(number)")
        }
        unlink("\(place.path)/\(file)")
        mkdir("\(place.path)/\(file)", 0o777)
        for _ in 0..<2 { #expect(try list().summaries == documents.map(\.summary)) }
        TemporaryDirectory.remove("\(place.path)/index")
        place.write("mine", to: "index")
        for _ in 0..<2 { #expect(try list().summaries == documents.map(\.summary)) }
        #expect(place.read("index") == Array("mine".utf8))
    }

    @Test("The index of another directory, or of the same one as it was before a copy, says nothing")
    func foreign() throws {
        let documents = try fill()
        _ = try list()
        let other = TemporaryDirectory()
        mkdir("\(other.path)/index", 0o777)
        other.write(place.read(file), to: file)
        for document in documents { other.write(place.read("\(document.summary.id).json"), to: "\(document.summary.id).json") }
        other.write("{", to: "\(id(1)).json")
        let found = try DirectoryStorage(path: other.path).list(workflow: nil)
        #expect(found.count == Self.count && found.filter { $0.problem == nil }.count == Self.count - 1)
    }

    @Test("No bit of the index that turns over, and no end that is missing, makes a listing wrong")
    func flips() throws {
        _ = try fill()
        _ = try list()
        let good = place.read(file)
        #expect(SummaryIndex(Text(bytes: good)) != nil)
        for bit in 0..<good.count * 8 {
            var bytes = good
            bytes[bit / 8] ^= 1 << (bit % 8)
            #expect(SummaryIndex(Text(bytes: bytes)) == nil, "\(bit)")
        }
        for length in 0..<good.count { #expect(SummaryIndex(Text(bytes: good.prefix(length))) == nil) }
    }

    @Test("Bytes with a right checksum that are no index are refused, whatever they say about sizes")
    func hostile() {
        var random = SeededRandom(seed: 7)
        for round in 0..<2000 {
            let body = (0..<Int.random(in: 0..<60, using: &random)).map { index in
                index == 0 ? UInt8(round % 3) : UInt8.random(in: 0...255, using: &random) & (round % 2 == 0 ? 0xFF : 3)
            }
            let text = "libworkflow.index 1\n" + SHA256.hex(of: Text(bytes: body)) + "\n"
            // Most have no entries or too few; the point is that none traps.
            let index = SummaryIndex(Text(bytes: Array(text.utf8) + body))
            #expect((index?.entries.count ?? 0) <= 2)
        }
    }

    @Test("Damage that no look shows is found by all who read: loading, verifying, finding the latest")
    func unseen() throws {
        let documents = try fill()
        let storage = try open()
        _ = try storage.list(workflow: nil)
        let last = id(Self.count - 1)
        // What `indexed` would say of a disk that lost a bit: the file as it was, other bytes.
        let entry = storage.index.withLock { $0.index.entries[last] }
        place.write(place.read("\(last).json").map { $0 == UInt8(ascii: "1") ? UInt8(ascii: "3") : $0 }, to: "\(last).json")
        guard let entry, let looks = try storage.folder.look("\(last).json") else { return #expect(Bool(false)) }
        storage.index.withLock { $0.index.entries[last] = SummaryIndex.Entry(looks, entry.details) }
        #expect(try storage.list(workflow: nil).compactMap(\.problem).isEmpty)
        #expect(try storage.details(last).summary == documents.last?.summary)
        #expect(failure { _ = try storage.load(last) }?.status == .checkpoint)
        #expect(try storage.verify().problems.map(\.checkpointID) == [last])
        let latest = try storage.latest(workflow: nil)
        #expect(latest.id == id(Self.count - 2) && latest.skipped.count == 1)
    }

    @Test("Several that list, save and delete at once see what is there, and leave an index that is right")
    func together() throws {
        _ = try fill()
        let problems = Collector<String>()
        onThreads(6) { thread in
            for round in 0..<20 {
                if let failure = failure(of: {
                    let storage = try open()
                    let own = try SampleDocument("t\(thread)-\(round)", run: "t\(thread)-\(round)")
                    try storage.save(own)
                    let listed = try storage.list(workflow: nil)
                    if !listed.contains(where: { $0.id == own.summary.id }) { problems.add("not listed: \(own.summary.id)") }
                    for entry in listed { entry.problem.map { problems.add($0) } }
                    if round % 3 == 0, try !storage.delete(own.summary.id) { problems.add("not deleted") }
                }) { problems.add(failure.message) }
            }
        }
        #expect(problems.all.isEmpty, "\(problems.all.prefix(3))")
        let left = try list()
        #expect(left.summaries.count == Self.count + 6 * 13)
        #expect(try list().summaries == left.summaries)
        #expect(TemporaryDirectory.names("\(place.path)/index") == ["checkpoints"])
    }
}
