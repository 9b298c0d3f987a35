import Testing
import WorkflowModel
import WorkflowStorage
import WorkflowTestSupport

@Suite("Verifying a storage")
struct VerifyTests {
    @Test("A storage that is whole has no problems", arguments: StorageKind.allCases)
    func whole(kind: StorageKind) throws {
        let (storage, place) = try Shelf.filled(kind)
        defer { withExtendedLifetime(place) {} }
        let report = try storage.verify()
        #expect(report.checkpoints == 9 && report.good == 9 && report.problems == [] && report.missingParents == [])
        #expect(report.runs.map { "\($0.runID) \($0.latestGood)" } == ["r a3", "s b3", "t c3"])
        #expect(try report.memos == (storage.memos(run: "r") == nil ? nil : 3))
        let empty = try kind.make()
        defer { withExtendedLifetime(empty.place) {} }
        #expect(try empty.storage.verify().checkpoints == 0)
    }

    @Test("What is damaged is named, and what is still good")
    func damaged() throws {
        let place = TemporaryDirectory()
        let storage = try DirectoryStorage(path: place.path)
        try Shelf.fill(storage)
        place.write("torn", to: "b3.json")
        _ = try storage.delete("c1")
        for name in TemporaryDirectory.names(place.path + "/memos").prefix(2) { place.write("torn", to: "memos/" + name) }
        let report = try storage.verify()
        #expect(report.checkpoints == 8 && report.good == 7 && report.memos == 3)
        #expect(report.problems.map(\.checkpointID) == ["b3", nil, nil])
        #expect(report.problems.allSatisfy { $0.problem.contains(place.path) })
        #expect(report.missingParents == ["c1"])
        #expect(report.runs.map { "\($0.runID) \($0.latestGood)" } == ["r a3", "s b2", "t c3"])
    }

    @Test("A memo under another name is damage")
    func renamed() throws {
        let place = TemporaryDirectory()
        let storage = try DirectoryStorage(path: place.path)
        try Shelf.fill(storage)
        let names = TemporaryDirectory.names(place.path + "/memos")
        place.write(place.read("memos/" + names[0]), to: "memos/" + names[1])
        let report = try storage.verify()
        #expect(report.memos == 3 && report.problems.count == 1)
        #expect(report.problems.first?.problem.contains(names[1]) == true)
    }

    @Test("A document that says what its graph has not is damage, whoever sealed it", arguments: StorageKind.allCases)
    func wrongParts(kind: StorageKind) throws {
        let (storage, place) = try kind.make()
        defer { withExtendedLifetime(place) {} }
        let good = try SampleDocument("1", run: "r", .working)
        let bad = Text(good.text.string.replacing("\"target\":\"a\"", "\"target\":\"nobody\""))
        #expect(bad != good.text)
        try storage.save(bad, good.summary)
        let report = try storage.verify()
        #expect(report.good == 0 && report.problems.first?.checkpointID == "1")
        #expect(report.problems.first?.problem.contains("messages[0].target") == true)
    }

    @Test("Every flipped bit of a checkpoint is found")
    func everyBit() throws {
        let place = TemporaryDirectory()
        let storage = try DirectoryStorage(path: place.path)
        try storage.save(SampleDocument("1", run: "r"))
        let bytes = place.read("1.json")
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1 << UInt8(index % 8)
            place.write(changed, to: "1.json")
            let report = try storage.verify()
            #expect(report.good == 0 && report.problems.count == 1, "byte \(index)")
        }
        place.write(bytes, to: "1.json")
        #expect(try storage.verify().good == 1)
    }

    @Test("A storage that cannot be read is an error, not a list of damages")
    func unreadable() throws {
        let host = ScriptedStorage()
        let storage = HostStorage(host)
        try Shelf.fill(storage)
        host.trouble.withLock { $0 = ["load": Failure(.storage, "the line is cut")] }
        for failed in [
            failure { _ = try storage.verify() }, failure { _ = try storage.find("{}") }, failure { _ = try storage.runs("{}") },
            failure { _ = try storage.prune(#"{"keep_last": 0}"#) }, failure { _ = try storage.export(run: "r") },
            failure { _ = try storage.delete(run: "r") }, failure { _ = try storage.details("a1") },
        ] { #expect(failed?.status == .storage) }
        host.trouble.withLock { $0 = [:] }
        #expect(try storage.ids.count == 9)
    }
}
