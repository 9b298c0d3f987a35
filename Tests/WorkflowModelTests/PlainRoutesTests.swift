import Testing
@testable import WorkflowModel
import WorkflowTestSupport

@Suite("Plain routes")
struct PlainRoutesTests {
    private func targets(_ graph: Graph, _ source: String) -> [String]? {
        graph.index(ofExecutor: source).flatMap(graph.exits).map { $0.map { graph.executorID(graph.exit($0).target) } }
    }

    @Test("The targets of all edges that ask nobody, in the order of the edges")
    func order() throws {
        let graph = try makeGraph { draft in
            try draft.addEdge("a", "c")
            try draft.addEdge("b", "c")
            try draft.addFanOut("a", ["d", "b"])
            try draft.addEdge("a", "e")
        }
        #expect(targets(graph, "a") == ["c", "d", "b", "e"])
        #expect(targets(graph, "b") == ["c"])
        #expect(targets(graph, "c") == [])
    }

    @Test("One edge that asks or refuses, and all edges of the executor are walked")
    func asking() throws {
        let graph = try makeGraph { draft in
            try draft.addCondition(Condition(name: "yes"))
            try draft.addEdge("a", "b")
            try draft.addEdge("a", "c", condition: "yes")
            try draft.addFanIn(["b", "c"], "d")
            try draft.addEdge("c", "f")
            try draft.addEdge("d", "e")
            try draft.setTypes("e", DeclaredTypes(accepts: TypeList(joined: "string", as: "accepts")))
            try draft.addEdge("e", "f")
        }
        for source in ["a", "d"] { #expect(targets(graph, source) == nil) }
        #expect(targets(graph, "e") == ["f"])
        #expect(targets(graph, "b") == ["d"])
        #expect(targets(graph, "c") == ["d", "f"])
        let join = try #require(graph.index(ofExecutor: "c").flatMap(graph.exits)?.first)
        #expect(graph.exit(join) == Graph.Exit(target: try #require(graph.index(ofExecutor: "d")), group: 2, place: 1))
    }
}
