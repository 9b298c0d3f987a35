/// The rule for names that hosts choose: workflows, executors, conditions, runs.
public enum Name {
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
