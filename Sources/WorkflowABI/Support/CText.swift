import CWorkflow
import Glibc
import WorkflowJSON
import WorkflowModel

/// Text across the boundary: checked on the way in, owned by somebody named on the way out.
enum CText {
    /// A NUL-terminated UTF-8 text.
    static func string(_ pointer: UnsafePointer<CChar>?, _ what: String) throws(Failure) -> String {
        guard let pointer else { throw Failure(.misuse, "the \(what) is NULL") }
        guard let string = String(validatingCString: pointer) else {
            throw Failure(.invalid, "the \(what) is not valid UTF-8")
        }
        return string
    }

    static func optionalString(_ pointer: UnsafePointer<CChar>?, _ what: String) throws(Failure) -> String? {
        pointer == nil ? nil : try string(pointer, what)
    }

    /// The same as a text, without a string in between: for keys that are looked up by their bytes.
    static func key(_ pointer: UnsafePointer<CChar>?, _ what: String = "state key") throws(Failure) -> Text {
        guard let pointer else { throw Failure(.misuse, "the \(what) is NULL") }
        let bytes = UnsafeRawBufferPointer(start: pointer, count: strlen(pointer))
        guard bytes.allSatisfy({ $0 < 0x80 }) || String(validatingCString: pointer) != nil else {
            throw Failure(.invalid, "the \(what) is not valid UTF-8")
        }
        return Text(copying: bytes)
    }

    /// JSON text with its length, checked and copied.
    static func json(
        _ pointer: UnsafePointer<CChar>?, _ length: UInt, _ what: String, deepest: Int = JSON.deepestText
    ) throws(Failure) -> Text {
        try JSON.checked(try bytes(pointer, length, what), as: what, deepest: deepest)
    }

    /// The same of what a handler passes on, which often is what it was given.
    static func json(_ pointer: UnsafePointer<CChar>?, _ length: UInt, _ what: String, from input: Text) throws(Failure) -> Text {
        let bytes = try bytes(pointer, length, what)
        if bytes.count >= shortestKnown, let known = input.known, JSON.isKnown(bytes, from: known) { return known }
        return try JSON.checked(bytes, as: what)
    }

    /// Shorter ones are checked as fast as they are compared.
    static let shortestKnown = 256

    /// The same for a checkpoint document, which may be a little deeper than the payloads in it.
    static func document(
        _ pointer: UnsafePointer<CChar>?, _ length: UInt, _ what: String = "the checkpoint document"
    ) throws(Failure) -> Text {
        try JSON.checked(try bytes(pointer, length, what), as: what, deepest: JSON.deepestDocument)
    }

    /// A sentence with its length. What is not UTF-8 in it is shown as such: an error report must not fail.
    static func sentence(_ pointer: UnsafePointer<CChar>?, _ length: UInt, _ what: String) throws(Failure) -> String {
        String(decoding: try bytes(pointer, length, what), as: UTF8.self)
    }

    /// Text that is checked later, by somebody who knows what it must be.
    static func unchecked(_ pointer: UnsafePointer<CChar>?, _ length: UInt, _ what: String, known: Text? = nil) throws(Failure) -> Text {
        let bytes = try bytes(pointer, length, what)
        if let known, JSON.isKnown(bytes, from: known) { return known }
        guard bytes.count <= JSON.largestText + 4096 else {
            throw Failure(.limit, "\(what) has \(bytes.count) bytes; a checkpoint has at most \(JSON.largestText)")
        }
        return Text(copying: bytes)
    }

    private static func bytes(
        _ pointer: UnsafePointer<CChar>?, _ length: UInt, _ what: String
    ) throws(Failure) -> UnsafeRawBufferPointer {
        guard let pointer else {
            if length == 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
            throw Failure(.misuse, "\(what) is NULL")
        }
        if length == UInt.max { return UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)) }
        guard let count = Int(exactly: length) else {
            throw Failure(.limit, "\(what) has an impossible length of \(length) bytes")
        }
        return UnsafeRawBufferPointer(start: pointer, count: count)
    }

    /// An array of NUL-terminated texts.
    static func strings(
        _ pointers: UnsafePointer<UnsafePointer<CChar>?>?, _ count: UInt, _ what: String
    ) throws(Failure) -> [String] {
        guard count > 0 else { return [] }
        guard let pointers else { throw Failure(.misuse, "the list of \(what)s is NULL") }
        guard let count = Int(exactly: count) else { throw Failure(.limit, "the list of \(what)s has an impossible length") }
        var strings: [String] = []
        for index in 0..<count { strings.append(try string(pointers[index], "\(what) \(index)")) }
        return strings
    }

    typealias OwnedText = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    /// A copy that the caller releases with wf_free. The place was looked at, and emptied, before the work began.
    static func give(_ text: Text, _ place: OwnedText, _ length: UnsafeMutablePointer<UInt>?, _ what: String) throws(Failure) {
        guard let copy = malloc(text.count + 1) else {
            throw Failure(.outOfMemory, "no memory for a \(what) of \(text.count) bytes")
        }
        memcpy(copy, text.unsafeCString, text.count + 1)
        place.pointee = copy.assumingMemoryBound(to: CChar.self)
        length?.pointee = UInt(text.count)
    }

    /// A pointer into `text`, which somebody else keeps alive.
    static func lend(_ text: Text, _ length: UnsafeMutablePointer<UInt>?) -> UnsafePointer<CChar> {
        length?.pointee = UInt(text.count)
        return text.unsafeCString
    }
}

// Texts that are lent without an owner must live as long as the library.
let emptyText = Text("")
let emptyObject = Text("{}")
let emptyArray = Text("[]")
