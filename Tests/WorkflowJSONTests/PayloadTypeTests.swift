import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowTestSupport

@Suite("Types of payloads")
struct PayloadTypeTests {
    @Test("A payload's type is its tag or its JSON kind", arguments: [
        ("null", "null"), ("true", "boolean"), ("-1", "integer"), ("1.0", "number"), ("1e3", "number"), ("\"x\"", "string"), ("[1]", "array"),
        ("{}", "object"), (" {\"a\":1}", "object"), ("{ \"$type\" : \"m:T\" , \"value\": 1}", "m:T"), ("{\"$type\": 5}", "object"),
        ("{\"a\": 1, \"$type\": \"m:T\"}", "object"),
    ])
    func name(payload: String, type: String) { #expect(PayloadType.name(of: Text(payload)) == type) }

    @Test("An expectation may name several types, and an integer is a number")
    func matches() {
        #expect(PayloadType.matches("1", "string|number"))
        #expect(PayloadType.matches("1", "integer"))
        #expect(!PayloadType.matches("1.5", "integer"))
        #expect(PayloadType.matches("[]", "any"))
        #expect(!PayloadType.matches("null", "object|array"))
        #expect(PayloadType.matches("{\"$type\":\"m:T\"}", "m:U|m:T"))
        #expect(!PayloadType.matches("{\"$type\":\"m:T\"}", "object"))
    }
}
