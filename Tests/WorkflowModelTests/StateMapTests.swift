import Testing
import WorkflowModel
import WorkflowTestSupport

@Suite("State map")
struct StateMapTests {
    @Test("Keys are listed in the order of their bytes, whatever the order of writing")
    func sorted() {
        let keys: [Text] = ["", "B", "a", "a\0", "aa", "e\u{301}", "\u{E9}", "\u{10000}"]
        for _ in 0..<20 {
            var map = StateMap()
            for key in keys.shuffled() { map[key] = key }
            #expect(map.keys == keys)
        }
    }

    @Test("A known key is replaced in its place")
    func replace() {
        var map: StateMap = ["a": "1", "b": "2", "c": "3"]
        map["b"] = "20"
        #expect(map.keys == ["a", "b", "c"])
        #expect(map["b"] == "20")
        #expect(map.count == 3)
    }

    @Test("A deleted key is gone, and deleting an unknown one changes nothing")
    func delete() {
        var map: StateMap = ["a": "1", "b": "2", "c": "3"]
        map["b"] = nil
        map["x"] = nil
        #expect(map.keys == ["a", "c"])
        #expect(map["b"] == nil)
        map["a"] = nil
        map["c"] = nil
        #expect(map.isEmpty)
        #expect(map == StateMap())
    }

    @Test("Two spellings of one letter are two keys")
    func canonicalEquivalence() {
        var map = StateMap()
        map[Text("\u{E9}")] = "1"
        map[Text("e\u{301}")] = "2"
        #expect(map.count == 2)
        #expect(map[Text("\u{E9}")] == "1")
        #expect(map[Text("e\u{301}")] == "2")
    }

    @Test("Keys that begin alike are listed in order, with what was written and without what was deleted")
    func prefixes() {
        let map: StateMap = ["a": "1", "b/1": "2", "b/2": "3", "b0": "4", "c": "5"]
        #expect(map.keys(beginningWith: "", after: [:]) == map.keys)
        #expect(map.keys(beginningWith: "b/", after: [:]) == ["b/1", "b/2"])
        #expect(map.keys(beginningWith: "b/", after: ["b/1": .deletion, "b/2": "x", "b/11": "6", "b/": "7", "d": "8"]) == ["b/", "b/11", "b/2"])
        #expect(map.keys(beginningWith: "d", after: [:]).isEmpty)
        #expect(StateMap().keys(beginningWith: "", after: ["k": "1", "gone": .deletion]) == ["k"])
    }

    @Test("It agrees with a dictionary over thousands of random changes")
    func random() {
        var random = SeededRandom(seed: 7)
        var map = StateMap()
        var model: [String: String] = [:]
        for step in 0..<5000 {
            let key = "k\(Int.random(in: 0..<60, using: &random))"
            let value = random.chance(40) ? nil : "\(step)"
            map[Text(key)] = value.map { Text($0) }
            model[key] = value
            #expect(map.count == model.count)
        }
        #expect(map.keys.map(\.string) == model.keys.sorted())
        for (key, value) in model { #expect(map[Text(key)]?.string == value) }
    }
}

extension StateMap: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (Text, Text)...) {
        self.init()
        for (key, value) in elements { self[key] = value }
    }
}
