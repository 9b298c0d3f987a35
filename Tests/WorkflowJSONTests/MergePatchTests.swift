import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowTestSupport

@Suite("Merge patch")
struct MergePatchTests {
    /// Those of RFC 7396, Appendix A, that can change an object: target, patch, result.
    static let cases: [(String, String, String)] = [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#),
        (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
        (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
        (#"{"a":"foo"}"#, #"null"#, #"null"#),
        (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
        (#"[1,2]"#, #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ]

    @Test("It does what the RFC's examples say", arguments: cases)
    func examples(target: String, patch: String, result: String) throws {
        #expect(try MergePatch.apply(Text(patch), to: Text(target), as: "the patch").inOneLine == result)
    }

    @Test("What it does not speak of keeps its bytes and its place")
    func bytes() throws {
        let target: Text = #"{"n": 1.50e0, "x": {"a": [ 1 ], "b":"\u00e9", "c": -0}, "y": null}"#
        let patched = try MergePatch.apply(#"{"x": {"a": null, "d": 2.0}, "n2": {"k": [null]}}"#, to: target, as: "it")
        #expect(patched.string == "{\n\"n\": 1.50e0,\n\"x\": {\"b\":\"\\u00e9\",\"c\":-0,\"d\":2.0},\n\"y\": null,\n\"n2\": {\"k\":[null]}\n}\n")
    }

    @Test("Names are compared by their bytes")
    func names() throws {
        let patched = try MergePatch.apply("{\"\u{E9}\": 1, \"a\\u0062\": 2}", to: "{\"e\u{301}\": 3, \"ab\": 4}", as: "it")
        #expect(patched.inOneLine == "{\"e\u{301}\":3,\"ab\":2,\"\u{E9}\":1}")
    }

    @Test("A patch that is too deep is refused, on any stack")
    func depth() throws {
        func nested(_ depth: Int) -> Text { Text(String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth)) }
        #expect(try MergePatch.apply(nested(500), to: "{}", as: "it").inOneLine == nested(500).string)
        #expect(failure { _ = try MergePatch.apply(nested(501), to: nested(501), as: "the edits") }?.status == .limit)
        #expect(failure { _ = try MergePatch.apply(nested(2000), to: "{}", as: "the edits") }?.status == .limit)
    }
}
