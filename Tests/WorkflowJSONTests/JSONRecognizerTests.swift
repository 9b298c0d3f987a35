import CJansson
import Testing
import WorkflowModel
import WorkflowTestSupport

@testable import WorkflowJSON

private func recognizes(_ bytes: [UInt8], deepest: Int = JSON.deepestDocument) -> Bool {
    bytes.withUnsafeBytes { JSONRecognizer.accepts($0, deepest: deepest) }
}

/// What jansson says alone.
private func jansson(_ bytes: [UInt8]) -> Bool {
    guard !bytes.contains(0) else { return false }
    let flags = Int(JSON_REJECT_DUPLICATES) | Int(JSON_DECODE_ANY) | Int(JSON_ALLOW_NUL)
    let value = bytes.withUnsafeBytes { json_loadb($0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count, flags, nil) }
    guard let value else { return false }
    wfj_release(value)
    return true
}

@Suite("JSON recognizer")
struct JSONRecognizerTests {
    /// What it leaves to jansson although it is right.
    static let rare: Set<String> = ["9223372036854775807", "-9223372036854775808", "1e308", "1e-400", #"{"\u00e9":1,"e\u0301":1}"#]

    @Test("Ordinary JSON is recognized without jansson", arguments: StrictnessTests.accepted)
    func ordinary(sample: Sample) {
        #expect(recognizes(sample.bytes) == !Self.rare.contains(String(decoding: sample.bytes, as: UTF8.self)))
    }

    @Test("What is not JSON is never recognized", arguments: StrictnessTests.refused)
    func wrong(sample: Sample) {
        #expect(!recognizes(sample.bytes))
    }

    @Test("Whatever is recognized is JSON to jansson, for 60,000 texts that were changed in one to three places")
    func neverWrong() {
        var random = SeededRandom(seed: 20)
        let signs = Array("\"\\{}[]:,0123456789-+.eEtrufalsn \t\n/\u{7F}".utf8) + [0, 1, 0x1F, 0x80, 0xC0, 0xC3, 0xE0, 0xED, 0xF0, 0xF4, 0xFF]
        var recognized = 0
        for seed in UInt64(0)..<3000 {
            var maker = RandomJSON(seed: seed)
            let text = Array(maker.document().utf8)
            for _ in 0..<20 {
                var changed = text
                for _ in 0..<Int.random(in: 1...3, using: &random) where !changed.isEmpty {
                    let place = Int.random(in: changed.indices, using: &random)
                    let sign = signs[Int.random(in: signs.indices, using: &random)]
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: changed.remove(at: place)
                    case 1: changed.insert(sign, at: place)
                    case 2: changed.insert(contentsOf: changed[place..<min(changed.count, place + 12)], at: place)
                    default: changed[place] = sign
                    }
                }
                guard recognizes(changed) else { continue }
                recognized += 1
                #expect(jansson(changed), "\(String(decoding: changed, as: UTF8.self).printable)")
            }
        }
        #expect(recognized > 5000)
    }

    @Test("Strings of every length and every byte at every place are seen as jansson sees them")
    func everyPlace() {
        for length in 0..<20 {
            for place in 0..<length {
                for byte in UInt8.min ... .max {
                    var text = [UInt8](repeating: UInt8(ascii: "a"), count: length + 2)
                    (text[0], text[length + 1]) = (UInt8(ascii: "\""), UInt8(ascii: "\""))
                    text[place + 1] = byte
                    #expect(recognizes(text) == jansson(text), "byte \(byte) at \(place) of \(length)")
                }
            }
        }
    }

    @Test("Two and three bytes of a character are seen as jansson sees them")
    func characters() {
        for first in UInt8(0xC0) ... .max {
            for second in stride(from: UInt8(0x70), through: 0xF8, by: 4) {
                for rest in [[], [0x80], [0xBF], [0x7F], [0x80, 0x80], [0xBF, 0xC0]] as [[UInt8]] {
                    let text = [0x22, first, second] + rest + [0x22]
                    #expect(recognizes(text) == jansson(text), "\(text)")
                }
            }
        }
    }

    @Test("A name that is there twice is found in small and large objects, and behind inner ones")
    func doubled() {
        func object(_ names: [String], inner: String = "1") -> [UInt8] {
            Array(("{" + names.map { "\"\($0)\":\(inner)" }.joined(separator: ",") + "}").utf8)
        }
        for count in [2, 16, 17, 18, 500] {
            let names = (0..<count).map { "name \($0) of so many" }
            #expect(recognizes(object(names)))
            #expect(recognizes(object(names, inner: #"{"name 0 of so many":[{"name 1 of so many":1}]}"#)))
            for double in [0, count / 2, count - 1] {
                #expect(!recognizes(object(names + [names[double]])))
                #expect(!recognizes(object(names + [names[double]], inner: #"[{"x":{}},{"x":[]}]"#)))
            }
        }
        #expect(recognizes(object(["", " ", "  ", "aaaaaaaa", "aaaaaaaaa", "é", "e"])))
    }

    @Test("Levels are counted: so many are recognized, one more is not")
    func depth() {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            func nested(_ depth: Int) -> [UInt8] {
                let last = open == "[" ? "" : "1"
                return Array((String(repeating: open, count: depth) + last + String(repeating: close, count: depth)).utf8)
            }
            #expect(recognizes(nested(7), deepest: 7))
            #expect(!recognizes(nested(8), deepest: 7))
            #expect(recognizes(nested(JSON.deepestDocument)))
            #expect(!recognizes(nested(JSON.deepestDocument + 1)))
        }
    }
}
