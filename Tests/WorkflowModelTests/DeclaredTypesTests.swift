import Testing
import WorkflowModel
import WorkflowTestSupport

@Suite("Declared types")
struct DeclaredTypesTests {
    private func list(_ text: String?) throws -> TypeList { try TypeList(joined: text, as: "the list") }

    @Test("A list keeps its order; nothing declares nothing")
    func joined() throws {
        #expect(try list("string|m:T|any").names == ["string", "m:T", "any"])
        #expect(try list("string|m:T|any").description == "string|m:T|any")
        for text in [nil, ""] {
            #expect(try list(text) == .undeclared)
            #expect(try list(text).allows("m:T"))
        }
    }

    @Test("A name that cannot be one is refused, and one that is there twice", arguments: [
        ("a||b", "empty"), ("|", "empty"), ("a|b|a", "'a' twice"), ("a|b\nc", "control"), (String(repeating: "x", count: 513), "513"),
    ])
    func refused(text: String, word: String) {
        let failure = failure { _ = try list(text) }
        #expect(failure?.status == .invalid)
        #expect(failure?.message.contains("the list") == true && failure?.message.contains(word) == true, "\(failure?.message ?? "none")")
    }

    @Test("Names that look the same and are not are two")
    func bytes() throws {
        let composed = "caf\u{E9}", decomposed = "cafe\u{301}"
        #expect(try list("\(composed)|\(decomposed)").names.count == 2)
        #expect(try !list(composed).allows(Text(decomposed)))
    }

    @Test("The most specific name counts, wherever it stands", arguments: [
        ("any|number|integer", "integer", "integer"), ("any|number", "integer", "number"), ("any|number", "number", "number"),
        ("any|string", "integer", "any"), ("object|any", "m:T", "any"), ("any|m:T", "m:T", "m:T"), ("string|any", "null", "any"),
    ])
    func specific(names: String, type: String, expected: String) throws {
        #expect(try list(names).match(Text(type))?.string == expected)
    }

    @Test("What is not named does not fit", arguments: [
        ("integer", "number"), ("object", "m:T"), ("m:T", "object"), ("string|number", "null"), ("m:T", "m:U"), ("integer", "boolean"),
    ])
    func strangers(names: String, type: String) throws { #expect(try list(names).match(Text(type)) == nil) }

    @Test("Two lists overlap if one value can be of both", arguments: [
        ("integer", "number", true), ("number", "integer", true), ("any", "m:T", true), ("m:T", "any", true), ("string|null", "null", true),
        ("string", "integer|number", false), ("m:T", "object", false), ("", "string", true), ("string", "", true),
    ])
    func overlap(sends: String, accepts: String, expected: Bool) throws {
        #expect(try list(sends).overlaps(try list(accepts)) == expected)
    }
}
