/// A name that a host chose: of a workflow, an executor, a condition, a run.
///
/// Two names are the same if their bytes are. Swift's strings are the same if they look the same ("é" in one code point or
/// in two), which no other language that shares our checkpoints would agree with.
public struct Name: Hashable, Sendable {
    public let string: String

    public init(_ string: String) { self.string = string }

    /// Over the bytes themselves: a string's UTF-8 view is asked for each byte, which was a third of building a graph.
    public static func == (left: Name, right: Name) -> Bool {
        var (left, right) = (left.string, right.string)
        return left.withUTF8 { left in right.withUTF8 { right in left.count == right.count && left.elementsEqual(right) } }
    }

    public func hash(into hasher: inout Hasher) {
        var string = string
        string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    public static let longest = 512

    /// Names are shown in logs, files and diagrams: they must be readable, and short enough to read.
    public static func check(_ name: String, as kind: String) throws(Failure) {
        if name.isEmpty { throw Failure(.invalid, "the \(kind) is empty") }
        if name.utf8.count > longest {
            throw Failure(.invalid, "the \(kind) has \(name.utf8.count) bytes; at most \(longest) are allowed")
        }
        if name.utf8.contains(where: \.isControl) {
            throw Failure(.invalid, "the \(kind) '\(name.printable)' contains a control character")
        }
    }
}

extension String {
    /// With control characters written as escapes, so that a hostile name cannot rewrite a log.
    public var printable: String {
        guard utf8.contains(where: \.isControl) else { return self }
        return unicodeScalars.map { scalar in
            UInt8(exactly: scalar.value)?.isControl == true ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }.joined()
    }
}

extension UInt8 {
    fileprivate var isControl: Bool { self < 0x20 || self == 0x7F }
}
