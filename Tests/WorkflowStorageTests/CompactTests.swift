import Testing
import WorkflowModel
@testable import WorkflowStorage
import WorkflowTestSupport

@Suite("Compact forms in rows")
struct CompactTests {
    @Test("An id comes back as it was; one of the library's own takes 17 bytes", arguments: [
        ("0191e9a4-5b6c-7000-8123-456789abcdef", 17), ("0191E9A4-5b6c-7000-8123-456789abcdef", 36), ("a", 1), ("0191e9a4x5b6c-7000-8123-456789abcdef", 36),
        ("0191e9a4-5b6c-7000-8123-456789abcdeg", 36), ("sixteen-bytes-ab", 16), ("", 0), ("order-17", 8), ("ü", 2),
    ])
    func ids(id: String, size: Int) {
        let compact = Compact.id(id)
        #expect(compact.count == size)
        #expect(Compact.id(of: compact) == id)
    }

    @Test("The number of an id is its time and its counter; what is not made so has none", arguments: [
        ("0191e9a4-5b6c-7000-8123-456789abcdef", 0x191e9a45b6c000), ("0191e9a4-5b6c-7abc-ffff-ffffffffffff", 0x191e9a45b6cabc),
        ("ffffffff-ffff-7fff-8000-000000000000", 0xfffffffffffffff), ("00000000-0000-7001-8000-000000000000", 1),
        ("00000000-0000-7000-8000-000000000000", nil), ("0191e9a4-5b6c-4000-8123-456789abcdef", nil), ("r-1", nil), ("", nil),
    ] as [(String, Int?)])
    func places(id: String, number: Int?) { #expect(CheckpointPlace.number(of: Compact.id(id)) == number) }

    @Test("A time comes back as it was, whoever wrote it", arguments: [
        ("2026-11-21T11:22:33.123456+00:00", true), ("0000-00-00T00:00:00.000000+00:00", true), ("9999-12-31T23:59:59.999999+00:00", true),
        ("2026-11-21T11:22:33.123456+01:00", false), ("2026-11-21T11:22:33Z", false), ("2026-13-21T11:22:33.123456+00:00", false),
        ("2026-11-21T25:22:33.123456+00:00", false), ("-026-11-21T11:22:33.123456+00:00", false), ("now", false), ("", false),
    ])
    func times(time: String, isPacked: Bool) {
        switch Compact.time(time) {
        case .integer(let packed):
            #expect(isPacked)
            #expect(Compact.time(of: packed) == time)
        case .blob(let text): #expect(!isPacked && text.string == time)
        default: Issue.record("\(time) has no form")
        }
    }

    @Test("A difference makes the new text from the old", arguments: 1...40)
    func difference(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        func text(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 97...98, using: &random) } }
        let old = text(Int.random(in: 0...300, using: &random))
        var new = old
        let start = Int.random(in: 0...new.count, using: &random)
        let end = min(new.count, start + Int.random(in: 0...5, using: &random))
        new.replaceSubrange(start..<end, with: text(Int.random(in: 0...9, using: &random)))
        guard let difference = Difference(from: Text(bytes: old), to: Text(bytes: new)) else {
            #expect(new.count <= 64 + 9)
            return
        }
        #expect(difference.middle.count <= 16)
        let again = try #require(Difference(decoding: difference.encoded))
        var bytes = old
        #expect(again.apply(to: &bytes) && bytes == new)
        var short = Array(old.prefix(again.head + again.tail - 1))
        #expect(!again.apply(to: &short))
    }

    @Test("Garbage is no difference", arguments: ["", "\u{1}", "\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}"])
    func garbage(text: String) { #expect(Difference(decoding: Text(text)) == nil) }

    @Test("A change of any one bit changes the seal, and so does a move of bytes from one text to the next")
    func seals() {
        let bytes = Array("The quick brown fox jumps over the lazy dog.".utf8)
        func seal(_ texts: [UInt8]...) -> UInt64 {
            var seal = Seal()
            for text in texts { seal.add(Text(bytes: text)) }
            return seal.value
        }
        let whole = seal(bytes)
        for bit in 0..<bytes.count * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << (bit % 8)
            #expect(seal(flipped) != whole)
        }
        #expect(seal([1], [2, 3]) != seal([1, 2], [3]))
        #expect(seal([0]) != seal([]) && seal([0, 0]) != seal([0]))
    }
}
