import Testing
import WorkflowModel
import WorkflowTestSupport

@Suite("State writes")
struct StateWriteTests {
    @Test(
        "A list grows behind its last element, and keeps its bytes up to there",
        arguments: [
            ("[]", "[7]"), (" [ ] \n", " [7]"), ("[1]", "[1,7]"), ("\t[ 1 ,\n 2 ]\r\n", "\t[ 1 ,\n 2,7]"), ("[[]]", "[[],7]"),
            (#"["["]"#, #"["[",7]"#), (#"["\""]"#, #"["\"",7]"#), ("[{}]", "[{},7]"), (#"["é\u0000"]"#, #"["é\u0000",7]"#),
        ])
    func grown(before: String, after: String) throws {
        let grown = try #require(StateWrite.append("7").result(on: Text(before)))
        #expect(grown.string == after)
        #expect(grown.slice(0..<Text(before).listBody) == Text(before).slice(0..<Text(before).listBody))
        #expect(StateWrite.append("7", " 8").result(on: Text(before))?.string == String(after.dropLast()) + ", 8]")
    }

    @Test("What is no list counts as nothing", arguments: ["1", "{}", #""[]""#, "null", #" {"a":[]} "#])
    func noList(before: String) {
        #expect(!Text(before).isList)
        #expect(StateWrite.append("1", "2").result(on: Text(before)) == "[1,2]")
        #expect(StateWrite.append("1").result(on: nil) == "[1]")
        var map: StateMap = ["k": Text(before), "l": "[0]"]
        for key in ["k", "l", "new"] as [Text] { map.apply(.append("1"), to: key) }
        #expect(map == ["k": "[1]", "l": "[0,1]", "new": "[1]"])
        #expect(map.keys == ["k", "l", "new"])
    }

    @Test("Two writes of one executor are one: the later counts, and what is appended goes to what it finds")
    func merged() {
        let kinds: [StateWrite] = ["[1]", .deletion, .append("2"), "3"]
        for first in kinds {
            for second in kinds {
                var writes: [Text: StateWrite] = ["k": first]
                writes.merge(["k": second, "other": second])
                for before in [nil, "[0]", "5"] as [Text?] {
                    #expect(writes["k"]?.result(on: before) == second.result(on: first.result(on: before)), "\(first), \(second)")
                }
                #expect(writes["other"] == second)
            }
        }
        var writes: [Text: StateWrite] = [:]
        for element in ["1", "2", "3"] as [Text] { writes.merge(.append(element), to: "k") }
        #expect(writes == ["k": .append("1", "2", "3")])
    }

    @Test("Whoever holds a list keeps it as it was while others grow")
    func copies() {
        var map: StateMap = ["k": "[0]"]
        var held: [Text] = []
        var expected = ["[0]"]
        for number in 1...200 {
            if number % 3 == 0 { held.append(map["k"] ?? "") } else { expected.removeLast() }
            map.apply(.append(Text("\(number)")), to: "k")
            expected.append("[" + (0...number).map { "\($0)" }.joined(separator: ",") + "]")
        }
        #expect(held.map(\.string) == expected.dropLast())
        #expect(map["k"]?.string == expected.last)
        #expect(map["k"]?.unsafeCString[map["k"]?.count ?? 0] == 0)
    }

    @Test("A list that nobody else holds grows in its place, but for few moves")
    func inPlace() {
        var map: StateMap = ["k": "[]"]
        var places: Set<UnsafePointer<CChar>> = []
        for number in 0..<10_000 {
            map.apply(.append(Text("\(number)")), to: "k")
            if let place = map["k"]?.unsafeCString { places.insert(place) }
        }
        #expect(places.count < 30)
        #expect(map["k"]?.count == 48_891)
    }

    @Test("The end of a text can be replaced, also of one that is shared, empty or lent")
    func replaceEnd() {
        var text = Text("superstep")
        let copy = text
        text.replaceEnd(from: 5) { $0.append("man") }
        #expect(text == "superman" && copy == "superstep")
        text.replaceEnd(from: 900) { $0.append("!") }
        #expect(text == "superman!")
        text.replaceEnd(from: -1) { _ in }
        #expect(text.isEmpty && text.unsafeCString[0] == 0)
        var null = Text.null
        null.replaceEnd(from: 0) { $0.append("1") }
        #expect(null == "1" && Text.null == "null")
    }
}
