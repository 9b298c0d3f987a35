import Testing
import WorkflowModel
@testable import WorkflowStorage
import WorkflowTestSupport

/// A boundary may be written down later only if nothing can be wrong with it then.
@Suite("Kept boundaries")
struct KeptBoundaryTests {
    private func canWait(after changes: StateChanges? = StateChanges(), _ change: (inout Snapshot) -> Void) throws -> Bool {
        let graph = try makeGraph("f") { try $0.addEdge("a", "a") }
        var snapshot = Snapshot(graph: graph)
        change(&snapshot)
        return Commit.Boundary(snapshot, graph: graph, definition: DefinitionLine(of: graph), changes: changes).canWait
    }

    private func request(_ number: Int, _ data: Text, notice: Text? = nil) -> Request {
        Request(id: Text("q\(number)"), executor: 0, data: data, responseType: nil, notice: notice)
    }

    private static let large = Text("\"" + String(repeating: "x", count: 33 << 20) + "\"")

    @Test("Small ones wait: of messages, requests and state")
    func small() throws {
        #expect(try canWait { _ in })
        #expect(try canWait { snapshot in
            snapshot.messages = [Message(source: 0, target: 0, payload: "1")]
            snapshot.requests = (0..<1000).map { request($0, "{}") }
            snapshot.shared["k"] = "1"
        })
    }

    @Test("What is large is written at once: requests, their notices, what messages answer, messages, state")
    func large() throws {
        let (large, one) = (Self.large, Message(source: 0, target: 0, payload: Self.large))
        #expect(try !canWait { $0.requests = [request(1, large), request(2, large)] })
        #expect(try !canWait { $0.requests = [request(1, "1", notice: large), request(2, large)] })
        #expect(try !canWait { snapshot in
            snapshot.messages = (1...2).map { Message(source: 0, target: 0, payload: "1", request: request($0, large)) }
        })
        #expect(try !canWait { $0.messages = [one, one] })
        #expect(try !canWait { ($0.shared["a"], $0.shared["b"]) = (large, large) })
    }

    @Test("The first of a run waits if it has no state: nobody knows what of it has changed")
    func first() throws {
        let message = Message(source: 0, target: 0, payload: "1")
        #expect(try canWait(after: nil) { $0.messages = [message] })
        #expect(try !canWait(after: nil) { $0.messages = Array(repeating: message, count: 100_001) })
        #expect(try !canWait(after: nil) { $0.shared["k"] = "1" })
        #expect(try canWait { $0.shared["k"] = "1" })
    }

    @Test("So is what has very many pieces, and what this version does not know")
    func many() throws {
        #expect(try !canWait { snapshot in snapshot.requests = (0...100_000).map { request($0, "1") } })
        #expect(try !canWait { $0.messages = Array(repeating: Message(source: 0, target: 0, payload: "1"), count: 100_001) })
        #expect(try !canWait { $0.unknownMembers = [("later", "1")] })
    }
}
