/// What a call answers, with the numbers of `enum wf_status` in `workflow_types.h`.
///
/// A struct and not an enum because hosts have numbers of their own, at or below `host`.
public struct Status: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let ok = Status(rawValue: 0)
    public static let timeout = Status(rawValue: 1)
    public static let done = Status(rawValue: 2)
    public static let pending = Status(rawValue: 3)
    public static let none = Status(rawValue: 4)
    public static let invalid = Status(rawValue: -1)
    public static let misuse = Status(rawValue: -2)
    public static let outOfMemory = Status(rawValue: -3)
    public static let notFound = Status(rawValue: -4)
    public static let exists = Status(rawValue: -5)
    public static let conflict = Status(rawValue: -6)
    public static let busy = Status(rawValue: -7)
    public static let reentrant = Status(rawValue: -8)
    public static let cancelled = Status(rawValue: -9)
    public static let closed = Status(rawValue: -10)
    public static let json = Status(rawValue: -11)
    public static let graph = Status(rawValue: -12)
    public static let checkpoint = Status(rawValue: -13)
    public static let mismatch = Status(rawValue: -14)
    public static let storage = Status(rawValue: -15)
    public static let executor = Status(rawValue: -16)
    public static let limit = Status(rawValue: -17)
    public static let unsupported = Status(rawValue: -18)
    public static let forked = Status(rawValue: -19)
    public static let late = Status(rawValue: -20)
    public static let `internal` = Status(rawValue: -99)
    public static let host = Status(rawValue: -1000)

    public var isError: Bool { rawValue < 0 }
}
