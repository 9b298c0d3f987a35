import Testing
import WorkflowModel
import WorkflowStorage
import WorkflowTestSupport

@Suite("Sealed files")
struct SealTests {
    private let place = TemporaryDirectory()

    private func sealed() throws -> (DirectoryStorage, SampleDocument, [UInt8]) {
        let storage = try DirectoryStorage(path: place.path)
        let document = try SampleDocument("a")
        try storage.save(document)
        return (storage, document, place.read("a.json"))
    }

    @Test("Every flipped bit is an error, or the answer is still right")
    func everyBit() throws {
        let (storage, document, bytes) = try sealed()
        for place in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[place] ^= 1 << UInt8(bit)
                self.place.write(changed, to: "a.json")
                guard let loaded = try? storage.load("a") else { continue }
                #expect(loaded == document.text, "bit \(bit) of byte \(place)")
            }
        }
    }

    @Test("Every truncation is an error")
    func everyLength() throws {
        let (storage, _, bytes) = try sealed()
        for length in bytes.indices {
            place.write(Array(bytes[..<length]), to: "a.json")
            let refused = failure { _ = try storage.load("a") }
            #expect(refused?.status == .checkpoint, "cut to \(length)")
        }
        #expect(try storage.list(workflow: nil).count == 1)
    }

    @Test("A document with a checksum member of its own keeps its file valid")
    func checksumInside() throws {
        let storage = try DirectoryStorage(path: place.path)
        let document = try SampleDocument("a")
        let file = document.text.string.dropLast(3) + ",\n\"checksum\": \"sha256:00\"\n}\n"
        guard failure(of: { try storage.save(Text(String(file)), document.summary) }) == nil else { return }
        #expect(try storage.load("a").string == file)
        let names = String(decoding: place.read("a.json"), as: UTF8.self).split(separator: "\n").filter {
            $0.hasPrefix("\"checksum\"")
        }
        #expect(names.count == 1)
    }

    @Test(
        "A document in another form is refused or kept, never damaged", arguments: ["{}", "{\"a\":1}", "", "null", "\n}\n"])
    func otherForms(text: String) throws {
        let storage = try DirectoryStorage(path: place.path)
        let summary = try SampleDocument("a").summary
        guard failure(of: { try storage.save(Text(text), summary) }) == nil else { return }
        #expect(try storage.load("a") == Text(text))
    }
}
