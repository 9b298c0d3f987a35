import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowTestSupport

@Suite("Workflow definition")
struct DefinitionTests {
    private let full = """
        {
        "name": "größe",
        "start": "a",
        "max_supersteps": 12,
        "executors": [{"id":"a","accepts":["array","any"],"sends":["integer","m:T"],"outputs":["größe"]},{"id":"d","output":"final"},{"id":"b","output":"intermediate"},{"id":"c","output":"hidden"}],
        "conditions": [{"name":"yes"},{"name":"no","version":"2"}],
        "selectors": [{"name":"pick","version":"é"}],
        "edges": [{"kind":"fan_out","source":"a","targets":["b","c"]},{"kind":"fan_in","sources":["c","b"],"target":"d"},\
        {"kind":"single","source":"d","target":"a","condition":"no"},{"kind":"single","source":"b","target":"b"},\
        {"kind":"multi_selection","source":"c","targets":["a","b"],"selector":"pick"},\
        {"kind":"switch_case","source":"d","cases":[{"condition":"yes","target":"b"},{"condition":"no","target":"b"}],"default":"c"}]
        }

        """

    /// What a builder does with a definition: adds the code for what it declares.
    private func graph(_ text: String) throws -> Graph {
        var parsed = try Definition.parse(Text(text))
        for id in parsed.executors { try parsed.draft.addExecutor(id) }
        for condition in parsed.conditions { try parsed.draft.addCondition(condition) }
        for selector in parsed.selectors { try parsed.draft.addSelector(selector) }
        return try parsed.draft.validated()
    }

    @Test("Reading a definition and writing the graph gives the same bytes")
    func roundTrip() throws {
        #expect(Definition.text(of: try graph(full)).string == full)
    }

    @Test("Types of executors are read as builder calls set them, and an empty list declares nothing")
    func types() throws {
        let text = #"{"name":"n","start":"a","executors":[{"id":"a","accepts":["integer","m:T"],"sends":[]}]}"#
        let declared = try graph(text).types
        #expect(declared == [0: try WorkflowTestSupport.types(accepts: "integer|m:T")])
        let called = try makeGraph("n") { try $0.setTypes("a", try WorkflowTestSupport.types(accepts: "integer|m:T")) }
        #expect(called.types == declared)
    }

    @Test("A definition and builder calls make the same graph")
    func sameAsCalls() throws {
        let called = try makeGraph {
            try $0.addCondition(Condition(name: "no", version: "2"))
            try $0.addFanOut("a", ["b", "c"])
            try $0.addFanIn(["c", "b"], "d")
            try $0.addEdge("d", "a", condition: "no")
            try $0.addEdge("b", "b")
            try $0.addCondition(Condition(name: "yes"))
            try $0.addSelector(Selector(name: "pick", version: "é"))
            try $0.addSelection("c", ["a", "b"], selector: "pick")
            try $0.addSwitchCase("d", [.init(condition: "yes", target: "b"), .init(condition: "no", target: "b")], fallback: "c")
        }
        #expect(try graph(full).signature == called.signature)
    }

    @Test("Executors keep the order of the definition, also before the start")
    func order() throws {
        let text =
            #"{"name":"n","start":"b","executors":[{"id":"a"},{"id":"b"}],"edges":[{"kind":"single","source":"b","target":"a"}]}"#
        #expect(try graph(text).executors == ["a", "b"])
    }

    @Test("Conditions, edges and the limit may be left out")
    func optional() throws {
        let graph = try graph(#"{"name":"n","start":"a","executors":[{"id":"a"}]}"#)
        #expect(graph.maxSupersteps == Graph.defaultMaxSupersteps)
        #expect(graph.edges.isEmpty)
    }

    @Test("All that is wrong is told at once, each with its path")
    func everything() throws {
        let text = """
            {"name": 1, "max_supersteps": 0, "color": "red",
             "executors": [{"id":"a"}, {"id":5}, {"id":"a"}, 7, {"id":"b","x":1}, {"id":""}, {"id":"c","output":"loud"}, {"id":"d","output":1},
                           {"id":"e","accepts":"any","sends":["x","x"],"outputs":["a|b",4]}],
             "conditions": [{"version":"1"}, {"name":"c","version":2}],
             "edges": [{"kind":"single","source":"a"}, {"kind":"star"}, {"source":"a"}, 3, {"kind":"fan_out","source":"a","targets":["b"]},
                       {"kind":"fan_in","sources":"b","target":"a"}, {"kind":"single","source":"a","target":"b","weight":1},
                       {"kind":"single","source":"a","target":"b"}, {"kind":"fan_out","source":"b","targets":["a",null]}]}
            """
        let failure = try #require(failure { _ = try Definition.parse(Text(text)) })
        #expect(failure.status == .graph)
        for path in [
            "'name'", "max_supersteps", "'color'", "'start'", "executors[1].id", "executors[2]", "executors[3]",
            "executors[4].x", "executors[5]", "executors[6].output", "executors[7].output",
            "executors[8].accepts", "executors[8].sends' has the type 'x' twice", "executors[8].outputs': the type name 'a|b'", "executors[8].outputs[1]",
            "conditions[0].name", "conditions[1].version", "edges[0].target", "edges[1].kind", "edges[2].kind", "edges[3]",
            "edges[4]", "edges[5].sources", "edges[6].weight", "edges[7]", "edges[8].targets[1]",
        ] {
            #expect(failure.message.contains(path), "no \(path) in: \(failure.message)")
        }
    }

    @Test("Both ends of one edge are told")
    func bothEnds() throws {
        for edge in [#"{"kind":"single"}"#, #"{"kind":"fan_out"}"#, #"{"kind":"fan_in"}"#] {
            let text = #"{"name":"n","start":"a","executors":[{"id":"a"}],"edges":[\#(edge)]}"#
            let message = failure { _ = try Definition.parse(Text(text)) }?.message ?? "accepted"
            #expect(message.contains("edges[0].source"), "\(message)")
            #expect(message.contains("edges[0].target"), "\(message)")
        }
    }

    @Test("A name that cannot be one is a problem among the others", arguments: ["\"\"", #""a\nb""#])
    func badName(name: String) throws {
        let failure = failure { _ = try Definition.parse(Text(#"{"name":\#(name),"start":"a","executors":[{"id":5}]}"#)) }
        #expect(failure?.status == .graph)
        #expect(failure?.message.contains("name") == true)
        #expect(failure?.message.contains("executors[0].id") == true)
    }

    @Test("A condition that is declared twice is told")
    func conditionTwice() throws {
        let text =
            #"{"name":"n","start":"a","executors":[{"id":"a"}],"conditions":[{"name":"c","version":"1"},{"name":"c","version":"2"}]}"#
        #expect(failure { _ = try Definition.parse(Text(text)) }?.message.contains("conditions[1]") == true)
    }

    @Test("What is no definition says so", arguments: ["null", "[]", "5", "\"x\""])
    func foreign(text: String) {
        #expect(failure { _ = try Definition.parse(Text(text)) }?.status == .graph)
    }

    @Test("A definition that is no JSON has an offset")
    func noJSON() {
        let failure = failure { _ = try Definition.parse(#"{"name": }"#) }
        #expect(failure?.status == .json)
        #expect(failure?.offset == 10)
    }

    @Test("Every truncation and every changed byte is an error or a draft")
    func damage() throws {
        let bytes = Array(full.utf8)
        for place in bytes.indices {
            #expect(throws: Failure.self) { try Definition.parse(Text(bytes: bytes[..<max(0, place - 2)])) }
            var changed = bytes
            for value in [0, 0x22, 0x2C, 0x30, 0x5B, 0x5C, 0x61, 0x7B, 0x7D, 0xFF] as [UInt8] {
                changed[place] = value
                if let parsed = try? Definition.parse(Text(bytes: changed)) { _ = try? parsed.draft.validated() }
            }
        }
    }
}
