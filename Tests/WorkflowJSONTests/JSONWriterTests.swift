import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowTestSupport

@Suite("JSON writer")
struct JSONWriterTests {
    private func written(_ body: (inout JSONWriter) -> Void) throws -> JSONValue {
        var writer = JSONWriter(capacity: 1)
        body(&writer)
        return try JSONValue(checking: writer.finish(), as: "what was written")
    }

    @Test("Every scalar of Unicode that a string may hold comes back")
    func everyScalar() throws {
        for start in stride(from: UInt32(0), to: 0x11_0000, by: 0x1000) {
            let string = String(String.UnicodeScalarView((start..<start + 0x1000).compactMap(Unicode.Scalar.init)))
            let value = try written { $0.string(string) }
            #expect(value.string.map { $0.utf8.elementsEqual(string.utf8) } == true, "from U+\(String(start, radix: 16))")
        }
    }

    @Test(
        "Any string makes a name that is read back, but for a NUL",
        arguments: ["", "\"", "\\", "\u{1}\u{1F}\n\r\t", "e\u{301}", "😀\u{7F}"])
    func names(name: String) throws {
        let value = try written { $0.object { $0.member(name, name) } }
        let member = try #require(value.members.first)
        #expect(Array(member.name.utf8) == Array(name.utf8))
        #expect(member.value.string == name)
    }

    @Test("Numbers and nil", arguments: [Int.min, -1, 0, 1, Int.max, nil])
    func numbers(number: Int?) throws {
        let value = try written { $0.object { $0.member("n", number) } }.members[0].value
        #expect(value.integer == number)
        #expect(value.isNull == (number == nil))
    }

    @Test("A string that is nil is null")
    func nilString() throws {
        #expect(try written { $0.array { $0.string(nil) } }.raw == "[null]")
    }

    @Test("Commas stand where they belong, also around empty and nested values")
    func commas() throws {
        let value = try written { json in
            json.array { json in
                json.object { _ in }
                json.array { _ in }
                json.object { json in
                    json.name("a")
                    json.array { json in
                        json.integer(1)
                        json.null()
                        json.raw(" 2 ")
                    }
                    json.member("b", "x")
                }
            }
        }
        #expect(value.raw == #"[{},[],{"a":[1,null, 2 ],"b":"x"}]"#)
    }

    @Test("A document has one member a line")
    func document() throws {
        var writer = JSONWriter()
        writer.document { json in
            json.member("a", 1, onNewLine: true)
            json.name("b", onNewLine: true)
            json.array { $0.integer(2) }
        }
        #expect(writer.finish() == "{\n\"a\": 1,\n\"b\": [2]\n}\n")
    }

    @Test("An empty document is a document")
    func emptyDocument() throws {
        var writer = JSONWriter()
        writer.document { _ in }
        #expect(try JSONValue(checking: writer.finish(), as: "it").members.isEmpty)
    }
}
