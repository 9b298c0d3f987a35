import WorkflowTestSupport

/// Makes JSON texts that use every freedom the syntax gives: whitespace anywhere, escapes, nested values, odd numbers.
struct RandomJSON {
    var random: SeededRandom
    private var names = 0

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func document() -> String { space() + value(depth: 0) + space() }

    private mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 5 ? 6 : 10), using: &random) {
        case 0: return ["null", "true", "false"].randomElement(using: &random)!
        case 1, 2: return number()
        case 3, 4, 5: return string(suffix: "")
        case 6, 7: return "[" + list { $0.value(depth: depth + 1) } + "]"
        default:
            return "{"
                + list { json in
                    json.names += 1
                    let name = json.string(suffix: "\(json.names)")
                    return name + json.space() + ":" + json.space() + json.value(depth: depth + 1)
                } + "}"
        }
    }

    private mutating func list(_ item: (inout RandomJSON) -> String) -> String {
        let items = (0..<Int.random(in: 0...4, using: &random)).map { _ in space() + item(&self) + space() }
        return items.isEmpty ? space() : items.joined(separator: ",")
    }

    private mutating func space() -> String {
        (0..<Int.random(in: 0...2, using: &random)).map { _ in [" ", "\t", "\n", "\r"].randomElement(using: &random)! }
            .joined()
    }

    private mutating func number() -> String {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: String(Int.random(in: .min ... .max, using: &random))
        case 1: String(Int.random(in: -9...9, using: &random))
        case 2: "\(Int.random(in: -99...99, using: &random)).\(Int.random(in: 0...999, using: &random))"
        case 3: "\(digit())\(oneOf(["e", "E"]))\(oneOf(["", "+", "-"]))\(digit())\(digit())"
        default: ["0", "-0", "-0.0", "9223372036854775807", "-9223372036854775808"].randomElement(using: &random)!
        }
    }

    private mutating func digit() -> Int { Int.random(in: 0...9, using: &random) }
    private mutating func oneOf(_ choices: [String]) -> String { choices.randomElement(using: &random)! }

    private mutating func string(suffix: String) -> String {
        let pieces = [
            "a", "key", " ", ":", ",", "{", "]", "é", "e\u{301}", "日本", "😀", "\u{7F}", "\u{2028}", #"\""#, #"\\"#, #"\/"#,
            #"\b"#,
            #"\f"#, #"\n"#, #"\r"#, #"\t"#, #"\u0041"#, #"\u00E9"#, #"\uFFFF"#, #"\ud83d\ude00"#, #"\u001f"#, #"\\\""#,
            #"\\u0041"#,
        ]
        let count = Int.random(in: 0...5, using: &random)
        return "\"" + (0..<count).map { _ in pieces.randomElement(using: &random)! }.joined() + suffix + "\""
    }
}
