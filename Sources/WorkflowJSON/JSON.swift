public import CJansson
import Glibc
public import WorkflowModel

/// Decides what is JSON, with jansson: strict syntax, valid UTF-8, 64-bit integers, finite numbers, no duplicate keys.
///
/// A text is checked once, where it enters; from then on its bytes are passed on as they are. jansson builds a tree to do so, some 180
/// instructions a byte: what is plainly right is recognized without it.
public enum JSON {
    /// 1 GiB. A larger payload belongs in a file or a store, with its name in the message.
    public static let largestText = 1 << 30
    /// jansson's own limit for arrays and objects inside each other.
    public static let deepestDocument = 2048
    /// A payload must leave room for the document around it: what may enter must be readable in a checkpoint.
    public static let deepestText = 2000

    private static let flags = Int(JSON_REJECT_DUPLICATES) | Int(JSON_DECODE_ANY) | Int(JSON_ALLOW_NUL)

    /// A copy of `bytes` if they are one JSON value. `what` names it in the error.
    public static func checked(
        _ bytes: UnsafeRawBufferPointer, as what: String, deepest: Int = deepestText
    ) throws(Failure) -> Text {
        if bytes.count <= largestText, JSONRecognizer.accepts(bytes, deepest: deepest) { return Text(copying: bytes) }
        wfj_release(try parse(bytes, as: what))
        // So much depth needs twice as many brackets: short texts need not be looked at again.
        if bytes.count > 2 * deepest, let offset = JSONScan.offset(ofLevel: deepest + 1, in: bytes) { throw tooDeep(what, deepest, offset) }
        return Text(copying: bytes)
    }

    /// The same for a text that nobody else has.
    public static func checked(_ text: Text, as what: String) throws(Failure) -> Text {
        try text.withBytes { bytes throws(Failure) in
            let bytes = UnsafeRawBufferPointer(bytes)
            return bytes.count <= largestText && JSONRecognizer.accepts(bytes, deepest: deepestText) ? text : try checked(bytes, as: what)
        }
    }

    /// Whether `bytes` are those of `known`, a payload that was checked when it came: then they need not be checked again, nor copied.
    ///
    /// A fan-in makes a list of payloads, which is a level deeper than what it is made of.
    public static func isKnown(_ bytes: UnsafeRawBufferPointer, from known: Text) -> Bool {
        guard bytes.count == known.count, bytes.count <= largestText else { return false }
        let isSame = known.withBytes { text in
            guard let start = bytes.baseAddress, let other = text.baseAddress else { return false }
            return start == UnsafeRawPointer(other) || memcmp(start, other, bytes.count) == 0
        }
        return isSame && (bytes.first != UInt8(ascii: "[") || bytes.count <= 2 * deepestText || JSONScan.offset(ofLevel: deepestText + 1, in: bytes) == nil)
    }

    public static func isNested(_ text: Text, deeperThan levels: Int) -> Bool {
        text.withBytes { JSONScan.offset(ofLevel: levels + 1, in: UnsafeRawBufferPointer($0)) } != nil
    }

    private static func tooDeep(_ what: String, _ deepest: Int, _ offset: Int) -> Failure {
        Failure(.limit, "\(what) is nested deeper than \(deepest) levels, at byte \(offset)", offset: offset)
    }

    public static func check(_ text: Text, as what: String) throws(Failure) {
        try text.withBytes { bytes throws(Failure) in
            let bytes = UnsafeRawBufferPointer(bytes)
            if bytes.count <= largestText, JSONRecognizer.accepts(bytes, deepest: deepestDocument) { return }
            wfj_release(try parse(bytes, as: what))
        }
    }

    /// Whether two texts are the same value: white space and the order of members do not count. `false` for what is not JSON.
    public static func isSame(_ left: Text, _ right: Text) -> Bool {
        guard let left = try? tree(of: left, as: "one") else { return false }
        defer { wfj_release(left) }
        guard let right = try? tree(of: right, as: "other") else { return false }
        defer { wfj_release(right) }
        return json_equal(left, right) == 1
    }

    /// The text as a jansson value: a new reference.
    public static func tree(of text: Text, as what: String) throws(Failure) -> UnsafeMutablePointer<json_t> {
        try text.withBytes { bytes throws(Failure) in try parse(UnsafeRawBufferPointer(bytes), as: what) }
    }

    /// A borrowed jansson value as text.
    public static func text(of value: UnsafeMutablePointer<json_t>?, as what: String) throws(Failure) -> Text {
        guard let value else { throw Failure(.misuse, "\(what) is NULL") }
        guard let characters = json_dumps(value, Int(JSON_COMPACT) | Int(JSON_ENCODE_ANY)) else {
            throw Failure(.json, "\(what) cannot be written as JSON: it contains itself, or text that is not UTF-8")
        }
        defer { free(characters) }
        return try checked(UnsafeRawBufferPointer(start: characters, count: strlen(characters)), as: what)
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer, as what: String) throws(Failure) -> UnsafeMutablePointer<json_t> {
        guard bytes.count <= largestText else {
            throw Failure(
                .limit, "\(what) has \(bytes.count) bytes; at most \(largestText) are allowed. Keep it elsewhere and send its name")
        }
        guard bytes.count > 0 else { throw Failure(.json, "\(what) is empty; JSON needs a value", offset: 0) }
        // jansson stops at a NUL behind a number or a literal as if the text ended there.
        if let start = bytes.baseAddress, let nul = memchr(start, 0, bytes.count) {
            let offset = UnsafeRawPointer(nul) - start
            throw Failure(.json, "\(what) is not valid JSON at byte \(offset): there is a NUL byte", offset: offset)
        }
        var error = json_error_t()
        let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        guard let value = json_loadb(text, bytes.count, Int(flags), &error) else { throw failure(error, what) }
        return value
    }

    private static func failure(_ error: json_error_t, _ what: String) -> Failure {
        let text = withUnsafeBytes(of: error.text) { raw in
            // The last byte carries a code, the text ends before it.
            String(decoding: raw.prefix(while: { $0 != 0 }), as: UTF8.self)
        }
        let code = withUnsafeBytes(of: error.text) { $0.last ?? 0 }
        let offset = Int(error.position)
        if Int(code) == Int(json_error_stack_overflow.rawValue) {
            return tooDeep(what, deepestDocument, offset)
        }
        return Failure(
            .json, "\(what) is not valid JSON at byte \(offset) (line \(error.line), column \(error.column)): \(text.printable)",
            offset: offset)
    }
}
