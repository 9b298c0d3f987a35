import Glibc
import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowTestSupport

@Suite("Damaged checkpoint document")
struct CheckpointDamageTests {
    @Test("Every truncation is an error; only the last line feed may be missing")
    func truncations() throws {
        let rich = try CheckpointFixture.rich()
        let text = rich.text
        for length in 0..<text.count - 1 {
            let failure = failure { _ = try rich.read(text.slice(0..<length)) }
            #expect(failure?.status == .checkpoint, "cut to \(length) bytes")
        }
        #expect(throws: Never.self) { try rich.read(text.slice(0..<text.count - 1)) }
    }

    /// All 255 other values of every byte take ten seconds without optimization; by default every 7th is tried, each byte at
    /// another phase. WORKFLOW_ALL_BYTES=1 tries all.
    @Test("Every change of a single byte gives an error or a checkpoint that can be written and read again")
    func singleBytes() throws {
        let small = try CheckpointFixture.small()
        let text = small.text
        let bytes = text.withBytes { Array($0) }
        let step = getenv("WORKFLOW_ALL_BYTES") == nil ? 7 : 1
        var accepted = 0
        for place in bytes.indices {
            var changed = bytes
            for value in stride(from: place % step, to: 256, by: step) where value != Int(bytes[place]) {
                changed[place] = UInt8(value)
                guard let read = try? small.read(Text(bytes: changed)) else { continue }
                accepted += 1
                let written = CheckpointDocument.text(of: read, graph: small.graph)
                let again = failure { _ = try small.read(written) }
                #expect(again == nil, "byte \(value) at \(place): \(again?.message ?? "")")
            }
        }
        #expect(accepted > 0)
    }

    @Test("Every deleted, doubled or swapped byte gives an error or a checkpoint")
    func shifts() throws {
        let rich = try CheckpointFixture.rich()
        let bytes = rich.text.withBytes { Array($0) }
        for place in bytes.indices.dropLast() {
            var (deleted, doubled, swapped) = (bytes, bytes, bytes)
            deleted.remove(at: place)
            doubled.insert(bytes[place], at: place)
            swapped.swapAt(place, place + 1)
            for changed in [deleted, doubled, swapped] {
                if let read = try? rich.read(Text(bytes: changed)) {
                    _ = CheckpointDocument.text(of: read, graph: rich.graph)
                }
            }
        }
    }

    struct Wrong: CustomTestStringConvertible, Sendable {
        let place: String
        let old: String
        let new: String
        var testDescription: String { "\(place): \(new)" }
    }

    /// For every place of a document, values of every type that it must not have.
    static let wrongs: [Wrong] = {
        let texts = ["null", "1", "true", "[]", "{}", "\"\""]
        let numbers = ["null", "\"1\"", "1.0", "-1", "[]", "{}", "9223372036854775807"]
        let arrays = ["null", "1", "\"\"", "{}", "true"]
        let objects = ["null", "1", "\"\"", "[]", "true"]
        func each(_ place: String, _ old: String, _ news: [String]) -> [Wrong] {
            news.map { Wrong(place: place, old: old, new: $0) }
        }
        var all: [Wrong] = []
        all += each("format", #""libworkflow.checkpoint""#, texts + ["\"libworkflow\""])
        all += each(
            "version", #""version": 1"#, numbers.filter { $0 != "-1" && $0.utf8.count < 9 }.map { "\"version\": \($0)" })
        all += each("checkpoint_id", #""checkpoint-7""#, texts)
        all += each("previous_checkpoint_id", #""checkpoint-6""#, texts.filter { $0 != "null" })
        all += each("run_id", #""run-1""#, texts)
        all += each("workflow_name", #""größe""#, texts)
        all += each("timestamp", #""2026-11-21T05:19:00.123456+00:00""#, texts)
        all += each("kind", "\"superstep\",\n", texts.map { $0 + ",\n" })
        all += each("superstep", #""superstep": 7"#, numbers.map { "\"superstep\": \($0)" })
        all += each("input_superstep", #""input_superstep": 2"#, (numbers + ["8"]).map { "\"input_superstep\": \($0)" })
        all += each("state", "{\"\":0,\"e\u{301}\":{\"deep\":[[]]},\"\u{E9}\":true}", objects)
        all += each("messages[0]", #"{"source":null,"target":"a","data":{"n": 1.50e0}}"#, objects)
        all += each(
            "messages[0].target", #""target":"a","data":{"n"#,
            ["null", "1", "[]", "\"z\""].map { "\"target\":\($0),\"data\":{\"n" })
        all += each("messages[1].source", #""source":"a""#, ["1", "[]", "{}", "\"z\"", "\"\""].map { "\"source\":\($0)" })
        all += each(
            "messages[2].target", #""source":"d","target":"a""#,
            ["1", "[]", "{}", "\"z\""].map { "\"source\":\"d\",\"target\":\($0)" })
        all += each("messages[2].data", #","data":"\u00e9""#, [""])
        all += each(
            "fan_in_buffers[0]",
            #"{"target":"d","sources":["b","c"],"buffered":[{"source":"b","data":1},{"source":"b","data":"two"}]}"#, objects)
        all += each("fan_in_buffers[0].target", #""target":"d","#, ["1", "\"z\"", "[]"].map { "\"target\":\($0)," })
        all += each("fan_in_buffers[0]", #""target":"d","#, ["\"target\":null,", "\"target\":\"a\","])
        all += each(
            "fan_in_buffers[0].sources", #"["b","c"]"#,
            ["null", "1", "{}", "[\"b\",null,\"c\"]", "[\"b\",1]", "[\"b\",\"z\"]"])
        all += each("fan_in_buffers[0]", #"["b","c"]"#, ["[]", "[\"b\"]", "[\"c\",\"b\"]"])
        all += each("fan_in_buffers[0].buffered", #"[{"source":"b","data":1},{"source":"b","data":"two"}]"#, arrays)
        all += each(
            "fan_in_buffers[0].buffered[1]", #"{"source":"b","data":"two"}"#,
            objects + [#"{"source":"d","data":1}"#, #"{"source":"b"}"#])
        let request = #"{"request_id":"r2","source_executor_id":"a","response_type":null,"data":null}"#
        all += each("pending_request_info_events.r2", request, objects + [request.replacing("\"a\"", "null"), request.replacing(",\"data\":null", "")])
        all += each("pending_request_info_events.r2.request_id", request, [request.replacing("\"r2\"", "\"r3\"")])
        all += each("pending_request_info_events.r2.source_executor_id", request, [request.replacing("\"a\"", "\"z\"")])
        all += each("messages[3].request", #"{"request_id":"r 0","source_executor_id":"b","response_type":null,"data":[]}"#, objects)
        all += each("executor_states.a", #"{"saved":null}"#, objects + ["{\"later\":1}"])
        all += each("executor_states.z", #""a":{"saved":null}"#, [#""z":{"saved":null}"#])
        all += each("executor_states.b.state", #"{"k":"v"}"#, objects)
        return all
    }()

    @Test("A member of the wrong type is an error that names the member", arguments: wrongs)
    func wrongTypes(wrong: Wrong) throws {
        let rich = try CheckpointFixture.rich()
        let document = try rich.text(wrong.old, wrong.new)
        let failure = failure { _ = try rich.read(document) }
        #expect(failure?.status == .checkpoint)
        #expect(
            failure?.message.contains(wrong.place.utf8.starts(with: "format".utf8) ? "format" : "'\(wrong.place)") == true,
            "\(failure?.message ?? "accepted")")
    }

    @Test(
        "A member that is missing is an error that names it",
        arguments: [
            "format", "version", "checkpoint_id", "previous_checkpoint_id", "run_id", "workflow_name", "graph_signature",
            "timestamp", "kind",
            "superstep", "input_superstep", "messages", "fan_in_buffers", "state", "executor_states",
            "pending_request_info_events",
            "sub_workflows",
        ])
    func missing(name: String) throws {
        let rich = try CheckpointFixture.rich()
        let members = try JSONValue(checking: rich.text, as: "it").members.filter { $0.name != name }
        let document = Text("{" + members.map { "\"\($0.name)\":\($0.value.raw)" }.joined(separator: ",") + "}")
        let failure = failure { _ = try rich.read(document) }
        #expect(failure?.status == .checkpoint)
        #expect(failure?.message.contains(name) == true)
    }

    @Test(
        "A whole member of the wrong type is an error that names it",
        arguments: [
            "messages", "fan_in_buffers", "state", "executor_states", "pending_request_info_events", "sub_workflows",
            "metadata",
        ])
    func wrongContainers(name: String) throws {
        let small = try CheckpointFixture.small()
        let isArray = name == "messages" || name == "fan_in_buffers"
        for value in ["null", "1", "\"\"", "true", isArray ? "{}" : "[]"] {
            let members = try JSONValue(checking: small.text, as: "it").members
            let document =
                "{" + members.map { "\"\($0.name)\":\($0.name == name ? Text(value) : $0.value.raw)" }.joined(separator: ",")
                + "}"
            let failure = failure { _ = try small.read(Text(document)) }
            #expect(failure?.status == .checkpoint, "\(name): \(value)")
            #expect(failure?.message.contains("'\(name)'") == true, "\(failure?.message ?? "accepted")")
        }
    }

    @Test(
        "What is JSON but no checkpoint says so",
        arguments: ["null", "[]", "{}", "0", "\"libworkflow.checkpoint\"", #"{"format":"other"}"#])
    func foreign(text: String) throws {
        let failure = failure { _ = try CheckpointDocument.summary(of: Text(text), as: "the document") }
        #expect(failure?.status == .checkpoint)
        #expect(failure?.message.contains("not a libworkflow checkpoint") == true)
    }

    @Test("Two buffers of one fan-in are an error")
    func twoBuffers() throws {
        let rich = try CheckpointFixture.rich()
        let buffer = #"{"target":"d","sources":["b","c"],"buffered":[]}"#
        let document = try rich.text(#""fan_in_buffers": ["#, #""fan_in_buffers": [\#(buffer),"#)
        #expect(failure { _ = try rich.read(document) }?.message.contains("'fan_in_buffers[1]'") == true)
    }

    /// Each of these was taken once, and made a later checkpoint that could not be read.
    @Test("A partial superstep with numbers or requests that the next checkpoint could not hold is an error that names them")
    func beyondThePartial() throws {
        var small = try CheckpointFixture.small()
        small.checkpoint.summary.kind = CheckpointKind.partial.rawValue
        small.checkpoint.snapshot.messages = []
        func refusal(_ change: (inout CheckpointFixture, inout Partial.Work) -> Void) -> String {
            var changed = small
            var work = Partial.Work(executor: 0, deliveries: [Delivery(payload: "1", sources: [Message.outside])])
            work.staged.requests = [request("r")]
            change(&changed, &work)
            changed.checkpoint.snapshot.partial = Partial(work: [work, Partial.Work(executor: 1)])
            return failure { _ = try changed.read(changed.text) }?.message ?? "taken"
        }
        func request(_ id: Text) -> Request { Request(id: id, executor: 0, data: "1", responseType: nil) }
        #expect(refusal { _, _ in } == "taken")
        #expect(refusal { $1.staged.requests.append(request("s")) } == "taken")
        #expect(refusal { $1.staged.requests.append(request("r")) }.contains("'partial[0].staged.requests[1].request_id'"))
        #expect(refusal { fixture, _ in fixture.checkpoint.snapshot.requests = [request("r")] }.contains("'partial[0].staged.requests[0].request_id'"))
        #expect(refusal { $1.staged.requests = [request("a\0")] }.contains("'partial[0].staged.requests[0].request_id'"))
        #expect(refusal { $1.handled = 1 << 53 - 1 } == "taken")
        #expect(refusal { $1.handled = 1 << 53 }.contains("'partial[0].handled'"))
        #expect(refusal { fixture, _ in fixture.checkpoint.summary.superstep = 1 << 53 - 1 } == "taken")
        #expect(refusal { fixture, _ in fixture.checkpoint.summary.superstep = 1 << 53 }.contains("'superstep'"))
    }
}
