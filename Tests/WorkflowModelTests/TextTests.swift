import Glibc
import Testing
import WorkflowModel
import WorkflowTestSupport

@Suite("Text")
struct TextTests {
    @Test(
        "A NUL stands behind the bytes and is not counted",
        arguments: ["", "a", "grüße", String(repeating: "x", count: 5000)])
    func endsWithNUL(string: String) {
        let text = Text(string)
        #expect(text.count == string.utf8.count)
        #expect(text.unsafeCString[text.count] == 0)
        #expect(strlen(text.unsafeCString) == string.utf8.count)
        #expect(text.string == string)
    }

    @Test("Bytes inside are kept, also a NUL")
    func keepsNUL() {
        let text = Text("a\0b")
        #expect(text.count == 3)
        #expect(text.withBytes { Array($0) } == [0x61, 0, 0x62])
        #expect(text != Text("a"))
    }

    @Test("The three ways to make a text make the same text")
    func initializers() {
        let bytes: [UInt8] = [0xC3, 0xA9, 0x22]
        let copied = bytes.withUnsafeBytes { Text(copying: $0) }
        #expect(copied == Text(bytes: bytes))
        #expect(copied == Text("\u{E9}\""))
        #expect(Text(copying: UnsafeRawBufferPointer(start: nil, count: 0)).isEmpty)
    }

    @Test("A slice is a text of its own, clamped to what there is")
    func slice() {
        let text = Text("superstep")
        #expect(text.slice(0..<5) == "super")
        #expect(text.slice(5..<9) == "step")
        #expect(text.slice(5..<900) == "step")
        #expect(text.slice(-4..<2) == "su")
        #expect(text.slice(100..<200).isEmpty)
        #expect(strlen(text.slice(0..<5).unsafeCString) == 5)
    }

    @Test("Equality and order are those of the bytes, not of Swift's strings")
    func bytewise() {
        let (composed, decomposed) = ("\u{E9}", "e\u{301}")
        #expect(composed == decomposed)
        #expect(Text(composed) != Text(decomposed))
        #expect(Text(composed).hashValue == Text(composed).hashValue)
        #expect(Set([Text(composed), Text(decomposed), Text(composed)]).count == 2)
        let sorted = ["", "Z", "a", "aa", "ab", "e\u{301}", "\u{E9}", "\u{FFFD}", "\u{10000}"].map { Text($0) }
        #expect(sorted.shuffled().sorted() == sorted)
        #expect(!(Text("a") < Text("a")))
    }

    @Test("A builder grows past its capacity and keeps every piece in order")
    func builder() {
        var builder = TextBuilder(capacity: 1)
        var expected = ""
        for number in 0..<2000 {
            builder.append(number)
            builder.append(byte: UInt8(ascii: ","))
            expected += "\(number),"
        }
        builder.append(Text("end"))
        builder.append("")
        #expect(builder.finish().string == expected + "end")
    }

    @Test("A builder writes the extreme numbers", arguments: [Int.min, -1, 0, Int.max])
    func numbers(number: Int) {
        var builder = TextBuilder()
        builder.append(number)
        #expect(builder.finish().string == "\(number)")
    }
}
