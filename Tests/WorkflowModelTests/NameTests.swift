import Testing
import WorkflowModel
import WorkflowTestSupport

@Suite("Names")
struct NameTests {
    @Test(
        "Anything readable is a name",
        arguments: ["a", "a b", "../x", "Ünïcode", "日本語", "\"quoted\"", "e\u{301}", String(repeating: "n", count: 512)])
    func allowed(name: String) {
        #expect(throws: Never.self) { try Name.check(name, as: "run id") }
    }

    @Test(
        "An empty name is refused, and so is one that does not fit a line",
        arguments: [
            "", "\0", "a\0b", "a\nb", "a\tb", "\u{1B}[2J", "a\u{7F}", String(repeating: "n", count: 513),
            String(repeating: "é", count: 257),
        ])
    func refused(name: String) {
        let failure = failure { try Name.check(name, as: "run id") }
        #expect(failure?.status == .invalid)
        #expect(failure?.message.hasPrefix("the run id") == true)
    }

    @Test("A refused name cannot rewrite the log that shows it")
    func printable() {
        let message = failure { try Name.check("a\u{1B}[2J\r\nfine", as: "executor id") }?.message ?? ""
        #expect(message.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
        #expect(message.contains(#"a\u{1b}[2J\u{d}\u{a}fine"#))
        #expect("plain é 😀".printable == "plain é 😀")
    }
}
