import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowTestSupport

private func checked(_ bytes: [UInt8]) throws(Failure) -> Text {
    do {
        return try bytes.withUnsafeBytes { try JSON.checked($0, as: "the input") }
    } catch { throw error as! Failure }
}

/// Accepts text and bytes alike.
struct Sample: CustomTestStringConvertible, Sendable {
    let bytes: [UInt8]
    let offset: Int?
    var testDescription: String { String(decoding: bytes, as: UTF8.self).printable }

    init(_ text: String, at offset: Int? = nil) { self.init(Array(text.utf8), at: offset) }
    init(_ bytes: [UInt8], at offset: Int? = nil) { (self.bytes, self.offset) = (bytes, offset) }
}

@Suite("JSON strictness")
struct StrictnessTests {
    static let accepted: [Sample] = [
        Sample("null"), Sample("true"), Sample("0"), Sample("-0"), Sample("1E+2"), Sample("-1.5e-3"), Sample(#""""#),
        Sample("9223372036854775807"), Sample("-9223372036854775808"), Sample("1e308"), Sample("1e-400"),
        Sample(" \t\r\n[ ] \n"), Sample("{}"), Sample(#"{"":{"":[]}}"#), Sample(#""\u0000""#), Sample(#"["\ud83d\ude00"]"#),
        Sample(#"{"a":1,"A":1}"#), Sample(#"{"\u00e9":1,"e\u0301":1}"#), Sample("\"\u{7F}\u{2028}😀\""), Sample(#""\/\b\f""#),
    ]

    @Test("What is JSON is passed on byte for byte", arguments: accepted)
    func accepts(sample: Sample) throws {
        #expect(try checked(sample.bytes) == Text(bytes: sample.bytes))
    }

    static let refused: [Sample] = [
        // A comma too many, a comma too few.
        Sample("[1,]", at: 4), Sample(#"{"a":1,}"#, at: 8), Sample("[1 2]", at: 4), Sample("[,1]"),
        Sample(#"{"a" 1}"#, at: 6),
        // Words that other parsers know.
        Sample("NaN", at: 3), Sample("[Infinity]", at: 9), Sample("-Infinity"), Sample("nulls"), Sample("True"),
        Sample("undefined"),
        Sample("'a'"), Sample("{a:1}"), Sample("{1:2}"), Sample("// c\n1"), Sample("/**/1"), Sample("[0x1]"),
        // Numbers that are none, or that not every language can hold.
        Sample("01"), Sample("-01"), Sample("+1"), Sample(".5"), Sample("1."), Sample("1e"), Sample("-"), Sample("1_000"),
        Sample("[9223372036854775808]", at: 20), Sample("-9223372036854775809"), Sample("[1e400]", at: 6), Sample("-1e400"),
        // The same name twice, however it is spelled.
        Sample(#"{"a":1,"a":2}"#, at: 10), Sample(#"{"a":1,"\u0061":2}"#), Sample(#"[{"x":{"a":1,"b":2,"a":1}}]"#),
        // Characters that are none.
        Sample(#""\ud800""#, at: 8), Sample(#""\udc00""#), Sample(#""\ud800\u0041""#), Sample(#""\u12""#), Sample(#""\x""#),
        Sample("\"a\nb\"", at: 2), Sample("\"a\tb\"", at: 2), Sample(#"{"a\u0000":1}"#), Sample("\"abc"),
        Sample([0x5B, 0x22, 0x61, 0x62, 0xFF, 0x22, 0x5D], at: 4), Sample([0x22, 0xC0, 0xAF, 0x22], at: 1),
        Sample([0x22, 0xED, 0xA0, 0x80, 0x22], at: 1), Sample([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22]),
        Sample([0x22, 0xC3, 0x22]),
        Sample([0xFE, 0xFF]),
        // A NUL byte, wherever it hides: also where a lexer puts back what ends a number or a word.
        Sample("\0"), Sample("\"\0\""), Sample("1\0"), Sample("[1\0,2]"), Sample("[true\0]"), Sample("{\"a\":1\0}"),
        Sample("[]\0"),
        // Nothing, something before, something behind.
        Sample("", at: 0), Sample("  ", at: 2), Sample("\u{FEFF}{}"), Sample("{} {}"), Sample(#"{"a":1}x"#, at: 8),
        Sample("]"),
        Sample("[1,2", at: 4), Sample("\u{C}1"), Sample("\u{A0}1"),
    ]

    @Test("What is not strict JSON is refused, with the offset behind the piece that is wrong", arguments: refused)
    func refuses(sample: Sample) throws {
        let failure = try #require(failure { _ = try checked(sample.bytes) })
        #expect(failure.status == .json)
        #expect(failure.message.hasPrefix("the input "))
        let offset = try #require(failure.offset)
        #expect((0...sample.bytes.count).contains(offset))
        if let expected = sample.offset { #expect(offset == expected) }
    }

    @Test("Offsets count bytes, not characters, over several lines")
    func offsets() {
        let failure = failure { _ = try checked(Array("[\"😀é\",\n  nope]".utf8)) }
        #expect(failure?.offset == 17)
        #expect(failure?.message.contains("line 2") == true)
    }

    @Test("2048 levels are accepted, 2049 are too deep")
    func depth() throws {
        func nested(_ depth: Int) -> Text {
            Text(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
        }
        #expect(throws: Never.self) { try JSON.check(nested(2048), as: "the document") }
        let failure = try #require(failure { try JSON.check(nested(2049), as: "the document") })
        #expect(failure.status == .limit)
        #expect(failure.offset == 2049)
    }

    @Test("A payload leaves room for the document around it")
    func payloadDepth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: #"{"a":["#, count: depth / 2) + String(repeating: "]}", count: depth / 2)).utf8)
        }
        #expect(throws: Never.self) { try checked(nested(JSON.deepestText)) }
        let failure = try #require(failure { _ = try checked(nested(JSON.deepestText + 2)) })
        #expect(failure.status == .limit)
        #expect(failure.offset == JSON.deepestText / 2 * 6 + 1)
    }

    @Test("Brackets in strings and brackets side by side are not depth")
    func width() throws {
        let wide = "[" + Array(repeating: #"{"[[[{":["]\\\"[[["]}"#, count: 3000).joined(separator: ",") + "]"
        #expect(throws: Never.self) { try checked(Array(wide.utf8)) }
    }

    @Test("A hostile word in the text cannot rewrite the log")
    func printable() {
        let message = failure { _ = try checked(Array("\u{1B}[31mred".utf8)) }?.message ?? ""
        #expect(message.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
    }

    @Test("Every single changed byte of a text is an error or JSON, with an offset inside the text")
    func everyByte() throws {
        let text = Array(#"{"a":[1,-2.5e3,"é\u00e9\n"],"b":{"c":null,"d":true}}"#.utf8)
        for place in text.indices {
            for byte in UInt8.min ... .max {
                var changed = text
                changed[place] = byte
                guard let failure = failure(of: { _ = try checked(changed) }) else { continue }
                #expect((0...text.count).contains(failure.offset ?? -1), "byte \(byte) at \(place)")
            }
        }
    }
}
