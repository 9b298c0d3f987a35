import WorkflowJSON
import WorkflowModel

/// A document in a file, a checkpoint or a memo: the document with one more member at its end, a hash of all before it.
///
/// Syntax alone does not show that a digit was changed. The member leaves the file one JSON document.
enum SealedDocument {
    private static let end = "\n}\n"

    /// Only a document in the form in which the library writes it can be sealed: members, the end, no checksum.
    static func seal(_ document: Text) throws(Failure) -> Text {
        let members = JSONValue(trusting: document).members
        guard !members.isEmpty, document.withBytes({ $0.suffix(end.utf8.count).elementsEqual(end.utf8) }),
            !members.contains(where: { $0.name == "checksum" })
        else { throw Failure(.checkpoint, "the document is not in the form in which the library writes it") }
        var sealed = TextBuilder(capacity: document.count + 100)
        document.withBytes { sealed.append(UnsafeRawBufferPointer($0.dropLast(end.utf8.count))) }
        sealed.append(member(SHA256.hex(of: document)))
        sealed.append(end)
        return sealed.finish()
    }

    static func open(_ bytes: consuming Text, file: String) throws(Failure) -> Text { try open(bytes, as: "the file \(file)") }

    /// `what` names the bytes in errors. Large documents are not copied if nobody else holds the bytes.
    static func open(_ bytes: consuming Text, as what: String) throws(Failure) -> Text {
        let length = member(String(repeating: "0", count: 64)).utf8.count + end.utf8.count
        guard bytes.count > length else { throw damaged(what, "has only \(bytes.count) bytes: it is cut short or not one of ours") }
        let seal = bytes.slice((bytes.count - length)..<bytes.count).string
        guard seal.hasPrefix(member("").dropLast()) else {
            throw damaged(what, "does not end with its checksum: it is cut short, foreign or edited by hand")
        }
        bytes.replaceEnd(from: bytes.count - length) { $0.append(end) }
        guard seal == member(SHA256.hex(of: bytes)) + end else {
            throw damaged(what, "is damaged: its content does not match its checksum")
        }
        return bytes
    }

    private static func member(_ hash: String) -> String { ",\n\"checksum\": \"sha256:\(hash)\"" }

    private static func damaged(_ what: String, _ sentence: String) -> Failure {
        Failure(.checkpoint, "\(what) \(sentence). Others are not affected")
    }
}

extension UnsafeRawBufferPointer {
    fileprivate init(_ slice: Slice<UnsafeBufferPointer<UInt8>>) {
        self.init(UnsafeBufferPointer(rebasing: slice))
    }
}
