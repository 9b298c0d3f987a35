/// What host code did to a key of the state since the last boundary.
public enum StateWrite: Sendable, Equatable {
    case value(Text)
    case deletion
    /// Goes to the end of the list that stands there when the superstep commits.
    case addition(Addition)

    /// Nil deletes the key.
    public init(_ value: Text?) { self = value.map { .value($0) } ?? .deletion }

    public var isAddition: Bool { if case .addition = self { true } else { false } }

    /// What stands there afterwards, if `before` stood there.
    public func result(on before: @autoclosure () -> Text?) -> Text? {
        switch self {
        case .value(let value): value
        case .deletion: nil
        case .addition(let addition): addition.result(on: before())
        }
    }

    /// The two, one after the other, as one. What the executor itself set may grow here: no others can come in between.
    mutating func merge(_ later: StateWrite) {
        guard case .addition(let new) = later else { return self = later }
        switch self {
        case .addition(var addition):
            self = .deletion  // Lets go of the elements, so that they need not be copied.
            addition.append(new)
            self = .addition(addition)
        case .value(var value):
            self = .deletion
            value.grow(by: new)
            self = .value(value)
        case .deletion: self = .value(Text(list: new))
        }
    }
}

/// Elements for the end of a list, in their order.
public struct Addition: Sendable, Equatable {
    public private(set) var elements: [Text]
    /// What a list grows by at most.
    public private(set) var bytes: Int

    public init(_ elements: [Text]) {
        self.elements = elements
        bytes = elements.reduce(0) { $0 + $1.count + 1 }
    }

    fileprivate mutating func append(_ other: Addition) {
        elements += other.elements
        bytes += other.bytes
    }

    fileprivate func result(on before: Text?) -> Text {
        guard var list = before else { return Text(list: self) }
        list.grow(by: self)
        return list
    }
}

extension StateMap {
    /// Lists grow in their place.
    public mutating func apply(_ write: StateWrite, to key: Text) {
        switch write {
        case .value(let value): self[key] = value
        case .deletion: self[key] = nil
        case .addition(let addition): grow(key, by: addition)
        }
    }
}

/// Texts that are JSON lists.
extension Text {
    init(list addition: Addition) {
        self = Text("[]")
        grow(by: addition)
    }

    /// Whether a text that is known to be JSON is a list. Only its head is looked at.
    public var isList: Bool {
        withBytes { bytes in bytes.first { !isSpace($0) } == UInt8(ascii: "[") }
    }

    /// How many bytes of a list stay as they are when it grows: those up to the end of its last element.
    public var listBody: Int {
        withBytes { bytes in
            guard let close = bytes.lastIndex(where: { !isSpace($0) }), let last = bytes[..<close].lastIndex(where: { !isSpace($0) })
            else { return 0 }
            return last + 1
        }
    }

    /// Puts elements behind those of a list. The space around its last bracket goes; all else keeps its bytes. What is no list
    /// counts as an empty one: two writers met, and the later one wins.
    mutating func grow(by addition: Addition) {
        guard isList else { return self = Text(list: addition) }
        let body = listBody
        let isEmpty = withBytes { bytes in body == 0 || bytes[body - 1] == UInt8(ascii: "[") }
        replaceEnd(from: body) { list in
            for (index, element) in addition.elements.enumerated() {
                if index > 0 || !isEmpty { list.append(byte: UInt8(ascii: ",")) }
                list.append(element)
            }
            list.append(byte: UInt8(ascii: "]"))
        }
    }
}

private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }
