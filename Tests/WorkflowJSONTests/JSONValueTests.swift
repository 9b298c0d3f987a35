import CJansson
import Testing
import WorkflowJSON
import WorkflowModel
import WorkflowTestSupport

@Suite("JSON values")
struct JSONValueTests {
    private func value(_ text: String) throws -> JSONValue { try JSONValue(checking: Text(text), as: "the text") }

    @Test("Kinds, and nothing else than the kind")
    func kinds() throws {
        #expect(try value(" {} ").kind == .object)
        #expect(try value("[]").kind == .array)
        #expect(try value(#""x""#).string == "x")
        #expect(try value("true").kind == .bool)
        #expect(try value("null").isNull)
        #expect(try value("-12").integer == -12)
        #expect(try value("1.0").integer == nil)
        #expect(try value("1e2").integer == nil)
        #expect(try value(#""12""#).integer == nil)
        #expect(try value("12").string == nil)
        #expect(try value("{}").elements.isEmpty)
        #expect(try value("[[]]").members.isEmpty)
        #expect(try value("\"[1,2]\"").elements.isEmpty)
    }

    @Test("A value keeps the spelling that it was written in")
    func raw() throws {
        let members = try value(#" { "a" : 1.50e+1 , "b":[ 1,2 ],"c" : "\u0041" } "#).members
        #expect(members.map(\.name) == ["a", "b", "c"])
        #expect(members.map { $0.value.raw.string } == ["1.50e+1", "[ 1,2 ]", #""\u0041""#])
        #expect(members[2].value.string == "A")
    }

    @Test("Escapes in strings and names mean their characters")
    func escapes() throws {
        let text = #"{"\u0061\"\\\/\b\f\n\r\t":"\ud83d\ude00\u0000é\\u0041"}"#
        let (name, value) = try #require(try value(text).members.first)
        #expect(name == "a\"\\/\u{8}\u{C}\n\r\t")
        #expect(value.string == "😀\0é\\u0041")
    }

    @Test("A deep value is walked without recursion")
    func deep() throws {
        let depth = JSON.deepestText
        let outer = try value(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
        #expect(outer.elements.first?.raw.count == 2 * depth - 2)
    }

    @Test("A walk sees what jansson sees, in thousands of random documents", arguments: 1...8)
    func agreesWithJansson(seed: Int) throws {
        var json = RandomJSON(seed: UInt64(seed))
        for number in 0..<400 {
            let document = Text(json.document())
            let tree = try JSON.tree(of: document, as: "document \(number)")
            defer { wfj_release(tree) }
            #expect(same(try JSONValue(checking: document, as: "it"), tree), "seed \(seed), document \(number): \(document)")
        }
    }

    private func same(_ value: JSONValue, _ tree: UnsafeMutablePointer<json_t>?) -> Bool {
        guard let tree else { return false }
        switch tree.pointee.type {
        case JSON_OBJECT:
            var iterator = json_object_iter(tree)
            for (name, member) in value.members {
                guard let place = iterator, String(cString: json_object_iter_key(place)).utf8.elementsEqual(name.utf8),
                    same(member, json_object_iter_value(place))
                else { return false }
                iterator = json_object_iter_next(tree, place)
            }
            return value.kind == .object && iterator == nil
        case JSON_ARRAY:
            let elements = value.elements
            return value.kind == .array && elements.count == json_array_size(tree)
                && elements.enumerated().allSatisfy { same($0.element, json_array_get(tree, $0.offset)) }
        case JSON_STRING:
            let bytes = UnsafeBufferPointer(start: json_string_value(tree), count: json_string_length(tree))
            return value.string.map { Array($0.utf8) } == bytes.map { UInt8(bitPattern: $0) }
        case JSON_INTEGER: return value.integer == Int(json_integer_value(tree))
        case JSON_REAL: return value.kind == .number && Double(value.raw.string) == json_real_value(tree)
        case JSON_NULL: return value.isNull
        default: return value.kind == .bool && value.raw == (tree.pointee.type == JSON_TRUE ? "true" : "false")
        }
    }
}
