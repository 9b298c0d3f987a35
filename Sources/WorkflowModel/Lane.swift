/// Which input of a sub-workflow a piece of work belongs to, so that inputs which are inside at the same time do not mix.
///
/// A path of numbers, outermost first: "3.7" is the input numbered 7 that a part of input 3 gave to a sub-workflow of the
/// sub-workflow. What is in no sub-workflow is in the main lane.
public struct Lane: Hashable, Sendable {
    /// Nil for the main lane.
    public let path: Text?

    public static let main = Lane(path: nil)

    private init(path: Text?) { self.path = path }

    /// From a document; nil if it is not a path of numbers.
    public init?(_ path: String) {
        let numbers = path.split(separator: "." as Character, omittingEmptySubsequences: false)
        guard numbers.allSatisfy({ number in number.utf8.count <= 20 && !number.isEmpty && number.utf8.allSatisfy { 0x30...0x39 ~= $0 } })
        else { return nil }
        self.path = Text(path)
    }

    public func inner(_ number: Int) -> Lane {
        guard let path else { return Lane(path: Text(String(number))) }
        return Lane(path: Text("\(path).\(number)"))
    }

    /// The lane around this one; the main lane is in itself.
    public var outer: Lane {
        guard let path else { return .main }
        return path.withBytes { bytes in
            guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")) else { return .main }
            return Lane(path: path.slice(0..<dot))
        }
    }
}

extension Lane: Comparable {
    public static func < (left: Lane, right: Lane) -> Bool {
        switch (left.path, right.path) {
        case (_, nil): false
        case (nil, _): true
        case (let left?, let right?): left < right
        }
    }
}
