import Testing
import WorkflowModel
import WorkflowTestSupport

@Suite("Diagrams")
struct DiagramTests {
    private func graph() throws -> Graph {
        try makeGraph("a \"big\" one") {
            try $0.addCondition(Condition(name: "more"))
            try $0.addSelector(Selector(name: "pick"))
            try $0.addEdge("a", "a", condition: "more")
            try $0.addFanOut("a", ["b", "c"])
            try $0.addFanIn(["b", "c"], "d")
            try $0.addSelection("d", ["b", "c"], selector: "pick")
            try $0.addSwitchCase("d", [.init(condition: "more", target: "a")], fallback: "d")
        }
    }

    @Test("Mermaid shows every executor, every way, and who decides")
    func mermaid() throws {
        #expect(Diagram.mermaid.text(of: try graph()).string == """
            flowchart TD
                n0["a (start)"]
                n1["b"]
                n2["c"]
                n3["d"]
                f2(("fan-in"))
                n0 -. "more" .-> n0
                n0 --> n1
                n0 --> n2
                n1 --> f2
                n2 --> f2
                f2 --> n3
                n3 -. "pick" .-> n1
                n3 -. "pick" .-> n2
                n3 -. "more" .-> n0
                n3 -. "default" .-> n3

            """)
    }

    @Test("DOT shows the same")
    func dot() throws {
        let text = Diagram.dot.text(of: try graph()).string
        #expect(text.utf8.starts(with: #"digraph "a \"big\" one" {"#.utf8))
        for line in [#"n0 [label="a (start)", shape=box];"#, #"f2 [label="fan-in", shape=ellipse];"#, "n0 -> n1;", #"n3 -> n0 [label="more", style=dashed];"#] {
            #expect(text.contains("    \(line)\n"), "\(line)")
        }
        #expect(text.utf8.suffix(3).elementsEqual("\n}\n".utf8))
    }

    @Test("No id breaks a picture", arguments: ["\"]; x[\"", "a\\", "<b>&amp;`#1;", "end", "größe 漢字", "-->", "%%{init}%%"])
    func hostile(id: String) throws {
        let graph = try makeGraph(start: id)
        let mermaid = Diagram.mermaid.text(of: graph).string.split(separator: "\n" as Character)
        #expect(mermaid.count == 2)
        let label = mermaid[1].dropFirst("    n0[\"".count).dropLast("\"]".count)
        #expect(!label.contains("\"" as Character) && !label.contains("<" as Character) && !label.contains("\\" as Character))
        let dot = Diagram.dot.text(of: graph).string.split(separator: "\n" as Character)
        #expect(dot.count == 3)
        let quoted = dot[1].dropFirst("    n0 [label=\"".count).dropLast("\", shape=box];".count)
        #expect(quoted.replacingEscapes() == id + " (start)")
    }
}

extension Substring {
    /// What Graphviz reads in a quoted string; nil if a quote would end it early.
    fileprivate func replacingEscapes() -> String? {
        var result = ""
        var rest = self
        while let next = rest.popFirst() {
            if next == "\"" { return nil }
            guard next == "\\" else { result.append(next); continue }
            guard let escaped = rest.popFirst() else { return nil }
            result.append(escaped)
        }
        return result
    }

    @Test("What is inside a sub-workflow stands in a box of its own, at any depth")
    func nested() throws {
        let inner = try makeGraph("inner", start: "x") { try $0.addFanOut("x", ["y", "w"]); try $0.addFanIn(["y", "w"], "v") }
        func around(_ graph: Graph, _ id: String) throws -> Graph {
            var draft = try GraphDraft(name: "outer")
            try draft.setStart("a")
            try draft.addEdge("a", id)
            try draft.addExecutor("a")
            try draft.addSubWorkflow(id, graph)
            return try draft.validated()
        }
        let graph = try around(try around(inner, "sub<1>"), "top")
        #expect(Diagram.mermaid.text(of: graph).string == """
            flowchart TD
                n0["a (start)"]
                n1["top"]
                subgraph b1["top"]
                    n2["top/a (start)"]
                    n3["top/sub#60;1#62;"]
                    subgraph b3["top/sub#60;1#62;"]
                        n4["top/sub#60;1#62;/x (start)"]
                        n5["top/sub#60;1#62;/y"]
                        n6["top/sub#60;1#62;/w"]
                        n7["top/sub#60;1#62;/v"]
                        f3(("fan-in"))
                    end
                end
                n0 --> n1
                n2 --> n3
                n4 --> n5
                n4 --> n6
                n5 --> f3
                n6 --> f3
                f3 --> n7
                n1 --> n2
                n3 --> n4

            """)
        let dot = Diagram.dot.text(of: graph).string
        #expect(dot.contains("    subgraph cluster_1 { label=\"top\";\n"))
        #expect(dot.filter { $0 == "{" }.count == dot.filter { $0 == "}" }.count)
    }
}
