import Testing
import WorkflowConformance
import WorkflowJSON
import WorkflowModel
import WorkflowStorage
import WorkflowTestSupport

/// The storages that must keep every promise, by name. Another process cannot open those of a test: see the programs in C.
private let complete = ["memory", "directory", "sqlite", "host", "host that reformats"]

private func make(_ name: String, in place: TemporaryDirectory) throws -> (any Storage, (any Storage)?) {
    switch name {
    case "memory": return (MemoryStorage(), nil)
    case "host":
        let code = ScriptedStorage(findsLatest: true, isFenced: true)
        return (HostStorage(code), HostStorage(code))
    case "host that reformats": return (HostStorage(ScriptedStorage(reformats: true, isFenced: true)), nil)
    default:
        let url = "\(name):\(place.path)/place"
        return (try StorageURL.open(url), try StorageURL.open(url))
    }
}

@Suite("The conformance suite")
struct ConformanceTests {
    @Test("A storage of ours keeps every promise", arguments: complete)
    func builtIn(name: String) throws {
        let place = try TemporaryDirectory()
        defer { withExtendedLifetime(place) {} }
        let (storage, second) = try make(name, in: place)
        var conformance = Conformance(storage)
        conformance.second = second
        // A hash of 8 MB takes seconds without optimization: that clause is for the programs in C.
        let clauses = Set(Conformance.clauses(in: Set(Level.allCases))).subtracting(["a document of 8 MB comes back"])
        let report = try conformance.report(only: clauses)
        for entry in report.entries where entry.result == .failed { Issue.record("\(entry.name): \(entry.why ?? "")") }
        #expect(report.names(.passed).count >= 35)
        let processes = report.entries.filter { $0.level == .processes }.map(\.name)
        let expected = processes + ["a document of 64 MB comes back"] + (second == nil ? ["what one handle saves the other one finds"] : [])
        #expect(Set(report.names(.skipped)) == Set(expected))
        #expect(try storage.list(workflow: nil).isEmpty)
    }
}
