import Testing
import WorkflowModel
import WorkflowTestSupport

/// What a graph with declared types is refused for. Source: agent_framework's type compatibility rules, over JSON types.
@Suite("Validation of types")
struct TypeValidationTests {
    @Test("An edge that no message can take is refused with both lists; one possible type is enough")
    func edges() throws {
        let message = try problems {
            try $0.addEdge("a", "b")
            try $0.addFanOut("b", ["c", "d"])
            try $0.setTypes("a", types(sends: "integer|m:T"))
            try $0.setTypes("b", types(accepts: "string|object", sends: "string"))
            try $0.setTypes("c", types(accepts: "string|array"))
            try $0.setTypes("d", types(accepts: "array"))
        }
        #expect(message.contains("2 problems"), "\(message)")
        #expect(message.contains("from 'a' to 'b': 'a' sends integer|m:T, 'b' accepts only string|object"))
        #expect(message.contains("from 'b' to 'd': 'b' sends string, 'd' accepts only array"))
    }

    @Test("Every kind of edge is looked at, each arrow once")
    func kinds() throws {
        let message = try problems { draft in
            try draft.addCondition(Condition(name: "yes"))
            try draft.addSelector(Selector(name: "pick"))
            try draft.addEdge("a", "b", condition: "yes")
            try draft.addSelection("a", ["c", "d"], selector: "pick")
            try draft.addSwitchCase("a", [.init(condition: "yes", target: "e"), .init(condition: "yes", target: "e")], fallback: "f")
            try draft.setTypes("a", types(sends: "integer"))
            for id in ["b", "c", "d", "e", "f"] { try draft.setTypes(id, types(accepts: "string")) }
        }
        #expect(message.contains("5 problems"), "\(message)")
        for id in ["b", "c", "d", "e", "f"] { #expect(message.contains("to '\(id)'"), "\(message)") }
    }

    @Test("Who declares nothing at one end of an edge is not refused")
    func undeclared() throws {
        let graph = try makeGraph {
            try $0.addChain(["a", "b", "c"])
            try $0.setTypes("a", types(sends: "integer"))
            try $0.setTypes("c", types(accepts: "string"))
        }
        #expect(graph.checksTypes(from: 1))
        #expect(!graph.checksTypes(from: 0))
    }

    @Test("A fan-in delivers an array, whatever its sources send")
    func fanIn() throws {
        func join(_ accepts: String) throws -> Graph {
            try makeGraph {
                try $0.addFanOut("a", ["b", "c"])
                try $0.addFanIn(["b", "c"], "j")
                try $0.setTypes("b", types(sends: "integer"))
                try $0.setTypes("j", types(accepts: accepts))
            }
        }
        #expect(failure { _ = try join("integer|string") }?.message.contains("the fan-in to 'j' delivers an array, but 'j' accepts only integer|string") == true)
        for accepts in ["array", "string|any", ""] { #expect(throws: Never.self) { try join(accepts) } }
    }

    @Test("Types of a stranger are a problem, also without a start; taken back they are none")
    func stranger() throws {
        var draft = try GraphDraft(name: "flow")
        try draft.addEdge("a", "b")
        for id in ["a", "b"] { try draft.addExecutor(id) }
        try draft.setTypes("a", types(sends: "integer"))
        try draft.setTypes("b", types(accepts: "string"))
        try draft.setTypes("ghost", types(accepts: "string"))
        let message = failure { _ = try draft.validated() }?.message ?? ""
        for part in ["3 problems", "types are declared for executor 'ghost'", "no start", "from 'a' to 'b'"] { #expect(message.contains(part), "\(message)") }
        try draft.setTypes("ghost", types())
        try draft.setTypes("b", types(accepts: "integer"))
        try draft.setStart("a")
        #expect(throws: Never.self) { try draft.validated() }
    }

    @Test("Types do not change the signature")
    func signature() throws {
        let plain = try makeGraph { try $0.addEdge("a", "b") }
        let typed = try makeGraph {
            try $0.addEdge("a", "b")
            try $0.setTypes("b", types(accepts: "string"))
        }
        #expect(plain.signature == typed.signature)
    }

    @Test("A node accepts what its inner start accepts, and sends what its outputs are declared to be")
    func node() throws {
        let inner = try makeGraph("inner", start: "in") {
            try $0.addFanOut("in", ["left", "right"])
            try $0.setOutput("left", .final)
            try $0.setOutput("right", .final)
            try $0.setTypes("in", types(accepts: "integer", outputs: "null"))
            try $0.setTypes("left", types(outputs: "string|m:T"))
            try $0.setTypes("right", types(outputs: "array|string"))
        }
        let message = try problems {
            try $0.addSubWorkflow("sub", inner)
            try $0.addChain(["a", "sub", "b"])
            try $0.setTypes("a", types(sends: "string"))
            try $0.setTypes("b", types(accepts: "null"))
        }
        #expect(message.contains("from 'a' to 'sub': 'a' sends string, 'sub' accepts only integer"), "\(message)")
        #expect(message.contains("from 'sub' to 'b': 'sub' sends string|m:T|array, 'b' accepts only null"), "\(message)")
    }

    @Test("A node that may send anything, or nothing, is not refused; requests that come out have a type of their own")
    func nodeSends() throws {
        func surroundings(_ ties: SubWorkflow.Ties, outputs: String, accepts: String) throws -> Graph {
            let inner = try makeGraph("inner", start: "in") {
                try $0.addEdge("in", "end")
                try $0.setTypes("in", types(outputs: "integer"))
                try $0.setTypes("end", types(outputs: outputs))
            }
            var middle = try GraphDraft(name: "middle")
            try middle.setStart("deep")
            try middle.addSubWorkflow("deep", inner, ties)
            let graph = try middle.validated()
            var outer = try GraphDraft(name: "outer")
            try outer.setStart("sub")
            try outer.addSubWorkflow("sub", graph, ties)
            try outer.addEdge("sub", "b")
            try outer.addExecutor("b")
            try outer.setTypes("b", types(accepts: accepts))
            return try outer.validated()
        }
        var ties = SubWorkflow.Ties()
        // "middle" has an output from nobody: what leaves "deep" goes nowhere.
        #expect(throws: Never.self) { try surroundings(ties, outputs: "integer", accepts: "string") }
        ties.outputsDirectly = true
        #expect(throws: Never.self) { try surroundings(ties, outputs: "integer", accepts: "string") }
        ties.interceptsRequests = true
        #expect(
            failure { _ = try surroundings(ties, outputs: "integer", accepts: "string") }?.message.contains(
                "'sub' sends libworkflow:sub_workflow_request, 'b' accepts only string") == true)
        #expect(throws: Never.self) { try surroundings(ties, outputs: "integer", accepts: "libworkflow:sub_workflow_request") }
        ties.outputsDirectly = false
        #expect(throws: Never.self) { try surroundings(ties, outputs: "", accepts: "libworkflow:sub_workflow_request") }
    }

    @Test("Inner declarations stand under their path, at any depth, and the node takes none of its own")
    func paths() throws {
        let inner = try makeGraph("inner", start: "in") { try $0.setTypes("in", types(accepts: "m:T")) }
        var middle = try GraphDraft(name: "middle")
        try middle.setStart("deep")
        try middle.addSubWorkflow("deep", inner)
        var outer = try GraphDraft(name: "outer")
        try outer.setStart("sub")
        try outer.addSubWorkflow("sub", try middle.validated())
        let graph = try outer.validated()
        for id in ["sub", "sub/deep", "sub/deep/in"] {
            #expect(graph.acceptedTypes(of: try #require(graph.index(ofExecutor: id))).description == "m:T")
        }
        #expect(failure { try graph.check(input: "5") }?.message.contains("start executor 'sub' accepts only m:T") == true)
        #expect(throws: Never.self) { try graph.check(input: "{\"$type\":\"m:T\"}") }
        try outer.setTypes("sub", types(accepts: "string"))
        #expect(failure { _ = try outer.validated() }?.message.contains("the sub-workflow 'sub', which has those of what is inside") == true)
    }

    /// Why a graph that starts with a is refused.
    private func problems(_ describe: (inout GraphDraft) throws -> Void) throws -> String {
        try #require(
            failure {
                var draft = try GraphDraft(name: "flow")
                try draft.setStart("a")
                try describe(&draft)
                for id in draft.executors where !draft.addedExecutors.contains(id) { try draft.addExecutor(id) }
                _ = try draft.validated()
            }
        ).message
    }
}
