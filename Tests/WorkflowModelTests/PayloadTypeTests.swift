import Testing
import WorkflowModel
import WorkflowTestSupport

@Suite("Types of payloads")
struct PayloadTypeTests {
    @Test("A payload's type is its tag or its JSON kind", arguments: [
        ("null", "null"), ("true", "boolean"), ("-1", "integer"), ("1.0", "number"), ("1e3", "number"), ("\"x\"", "string"), ("[1]", "array"),
        ("{}", "object"), (" {\"a\":1}", "object"), ("{ \"$type\" : \"m:T\" , \"value\": 1}", "m:T"), ("{\"$type\": 5}", "object"),
        ("{\"a\": 1, \"$type\": \"m:T\"}", "object"),
        ("{\"\\u0024type\":\"caf\\u00e9\"}", "caf\u{E9}"), ("{\"$type\"", "object"), ("{\"$typed\":\"x\"}", "object"), ("-0", "integer"),
    ])
    func name(payload: String, type: String) { #expect(PayloadType.name(of: Text(payload)).string == type) }

    private final class Untouched: HostValue, @unchecked Sendable {
        override var encoding: Encoding {
            Issue.record("was encoded")
            return Encoding("null", nil)
        }
    }

    private final class Encoded: HostValue, @unchecked Sendable {
        override var encoding: Encoding { Encoding("[1]", nil) }
    }

    @Test("A host value that says its type is not encoded to know it; another one is")
    func hostValue() {
        #expect(PayloadType.name(of: Text(Untouched(typeName: "m:T"))) == "m:T")
        #expect(PayloadType.name(of: Text(Encoded())) == "array")
    }

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
