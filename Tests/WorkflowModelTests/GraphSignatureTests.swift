import Testing
import WorkflowModel
import WorkflowTestSupport

@Suite("Graph signature")
struct GraphSignatureTests {
    private func signature(
        named name: String = "flow", start: String = "a", limit: UInt64? = nil, _ describe: (inout GraphDraft) throws -> Void
    ) throws -> Text {
        try makeGraph(name, start: start, maxSupersteps: limit, describe).signature
    }

    /// a -> b, c -> d, one edge with a condition: everything that a signature speaks of.
    private func base(_ draft: inout GraphDraft) throws {
        try draft.addCondition(Condition(name: "yes", version: "1"))
        try draft.addFanOut("a", ["b", "c"])
        try draft.addFanIn(["b", "c"], "d")
        try draft.addEdge("d", "a", condition: "yes")
    }

    @Test("It is 64 hex digits and the same in every process")
    func stable() throws {
        // Checked with sha256sum over the lines that GraphSignature.swift describes.
        let text = "libworkflow graph 1\nstart 1:a\nexecutor 1:a\nexecutor 1:b\nsingle 1:a 1:b 0: 0:\n"
        #expect(try signature { try $0.addEdge("a", "b") }.string == SHA256.hex(of: Text(text)))
        #expect(
            try signature { try $0.addEdge("a", "b") } == "20e236b0d2b4f1053c2e2d77eb888af175660b2a5bd693bc8149be2775c95bd1")
    }

    @Test("What becomes of outputs is no part of it")
    func outputs() throws {
        let designated = try signature {
            try base(&$0)
            try $0.setOutput("a", .hidden)
            try $0.setOutput("d", .final)
        }
        #expect(try signature(base) == designated)
    }

    @Test("It does not depend on the order of declaration")
    func order() throws {
        let straight = try signature(base)
        let reversed = try signature {
            try $0.declare("d")
            try $0.addEdge("d", "a", condition: "yes")
            try $0.addFanIn(["b", "c"], "d")
            try $0.addFanOut("a", ["c", "b"])
            try $0.addCondition(Condition(name: "yes", version: "1"))
        }
        #expect(straight == reversed)
    }

    @Test("It does not depend on the workflow's name, its limit, or a condition that no edge has")
    func insensitive() throws {
        let other = try signature(named: "other", limit: 7) {
            try base(&$0)
            try $0.addCondition(Condition(name: "unused"))
        }
        #expect(try signature(base) == other)
    }

    @Test("Whatever a checkpoint relies on changes it")
    func sensitive() throws {
        let variants: [Text] = [
            try signature(base),
            try signature {
                try base(&$0); try $0.addEdge("a", "a")
            },
            try signature {
                try base(&$0); try $0.addEdge("a", "e")
            },
            try signature(start: "b", base),
            try signature { try $0.addFanOut("a", ["b", "c"]) },
            try signature {
                try $0.addEdge("a", "b"); try $0.addEdge("a", "c")
            },
            try signature {
                try $0.addFanOut("a", ["b", "c"]); try $0.addFanIn(["b", "c"], "d")
            },
            try signature {
                try $0.addFanOut("a", ["b", "c"]); try $0.addFanIn(["c", "b"], "d")
            },
            try signature {
                try $0.addFanOut("a", ["b", "c"]); try $0.addChain(["b", "d"]); try $0.addChain(["c", "d"])
            },
            try signature { try $0.addFanOut("a", ["b", "C"]) },
            try signature {
                try $0.addCondition(Condition(name: "x")); try $0.addEdge("a", "b", condition: "x")
            },
            try signature {
                try $0.addCondition(Condition(name: "y")); try $0.addEdge("a", "b", condition: "y")
            },
            try signature {
                try $0.addCondition(Condition(name: "x", version: "1")); try $0.addEdge("a", "b", condition: "x")
            },
            try signature {
                try $0.addCondition(Condition(name: "x", version: "2")); try $0.addEdge("a", "b", condition: "x")
            },
            try signature { try $0.addEdge("a", "b") },
        ]
        #expect(Set(variants).count == variants.count)
    }

    @Test("No id can look like two, or like a part of another line")
    func lengthPrefix() throws {
        let spellings: [Text] = [
            try signature { try $0.addFanOut("a", ["b c", "d"]) },
            try signature { try $0.addFanOut("a", ["b", "c d"]) },
            try signature { try $0.addFanOut("a", ["b", "c", "d"]) },
            try signature { try $0.addFanOut("a", ["b 1:c", "d"]) },
            try signature { try $0.addFanOut("a", ["b", "1:c", "d"]) },
        ]
        #expect(Set(spellings).count == spellings.count)
        let hidden = try signature {
            try $0.addCondition(Condition(name: "x", version: "\nexecutor 1:z"))
            try $0.addEdge("a", "b", condition: "x")
        }
        let plain = try signature {
            try $0.addCondition(Condition(name: "x", version: ""))
            try $0.addEdge("a", "b", condition: "x")
        }
        #expect(hidden != plain)
    }
}
