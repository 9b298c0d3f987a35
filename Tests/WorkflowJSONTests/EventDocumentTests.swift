import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowTestSupport

@Suite("Event document")
struct EventDocumentTests {
    private func text(_ event: Event) throws -> Text {
        let graph = try makeGraph { try $0.addEdge("a", "b\"") }
        let data = EventDocument.data(of: event, graph: graph)
        let text = EventDocument.text(of: event, data: data, sequence: 3, graph: graph)
        try JSON.check(text, as: "the event")
        return text
    }

    @Test("Every kind of data has its form")
    func forms() throws {
        #expect(
            try text(Event(.started, superstep: 0))
                == #"{"type":"started","sequence":3,"superstep":0,"executor_id":null,"data":null}"#)
        #expect(
            try text(Event(.output, superstep: 2, executor: 1, data: .payload("[1 ]")))
                == #"{"type":"output","sequence":3,"superstep":2,"executor_id":"b\"","data":[1 ]}"#)
        #expect(
            try text(Event(.status, superstep: 0, data: .state(.inProgress))).string.hasSuffix(#""data":"IN_PROGRESS"}"#))
        #expect(
            try text(Event(.executorCompleted, superstep: 1, executor: 0, data: .results(["1", "{}"]))).string.hasSuffix(
                #""data":[1,{}]}"#))
        #expect(
            try text(Event(.warning, superstep: 1, executor: 0, data: .warning(reason: "r", message: "\n"))).string
                .hasSuffix(#""data":{"reason":"r","message":"\n","executor_id":"a"}}"#))
    }

    @Test("A custom event carries its name")
    func custom() throws {
        #expect(
            try text(Event(.custom, superstep: 1, executor: 1, data: .custom(name: "in \"it\"", "[1 ]")))
                == #"{"type":"custom","sequence":3,"superstep":1,"executor_id":"b\"","name":"in \"it\"","data":[1 ]}"#)
    }

    @Test("A request and a cancel have their form")
    func outside() throws {
        let request = Request(id: "q", executor: 1, data: "{\"n\": 1.0}", responseType: "string|null")
        #expect(
            try text(Event(.requestInfo, superstep: 1, executor: 1, data: .request(request))).string
                .hasSuffix(#""executor_id":"b\"","request_id":"q","response_type":"string|null","data":{"n": 1.0}}"#))
        #expect(try text(Event(.cancelled, superstep: 1, data: .cancelled(reason: "r"))).string.hasSuffix(#""data":{"reason":"r"}}"#))
    }

    @Test("A failure has the same members whether they are known or not")
    func failureForm() throws {
        let bare = try text(Event(.failed, superstep: 1, data: .failure(Failure(.limit, "m"))))
        #expect(
            bare.string.hasSuffix(
                #""data":{"error_type":null,"message":"m","status":-17,"executor_id":null,"superstep":null}}"#))
        let full = Failure(.executor, "m", errorType: "E", executorID: "a", superstep: 4)
        #expect(
            try text(Event(.executorFailed, superstep: 1, executor: 0, data: .failure(full))).string
                .hasSuffix(#""data":{"error_type":"E","message":"m","status":-16,"executor_id":"a","superstep":4}}"#))
        #expect(full.detailsJSON == #"{"error_type":"E","executor_id":"a","superstep":4}"#)
        #expect(Failure(.json, "m", offset: 12).detailsJSON == #"{"offset":12}"#)
        #expect(Failure(.json, "m").detailsJSON == "{}")
    }

    @Test("A checkpoint event carries the id, its parent, the kind and the superstep")
    func checkpointForm() throws {
        let fixture = try CheckpointFixture.rich()
        #expect(
            try text(Event(.checkpoint, superstep: 7, data: .checkpoint(fixture.checkpoint.summary))).string
                .hasSuffix(
                    #""data":{"checkpoint_id":"checkpoint-7","previous_checkpoint_id":"checkpoint-6","kind":"superstep","superstep":7}}"#
                ))
    }

    @Test("Kinds have the words and numbers of the contract")
    func kinds() {
        let words = EventKind.allCases.map { "\($0.name)" }
        #expect(
            words == [
                "started", "status", "failed", "output", "superstep_started", "superstep_completed", "executor_invoked",
                "executor_completed",
                "executor_failed", "checkpoint", "warning", "request_info", "cancelled", "intermediate",
                "custom",
            ])
        #expect(EventKind.allCases.map(\.rawValue) == Array(1...15))
    }
}
