/// A payload on its way between two supersteps.
public struct Message: Sendable, Equatable {
    /// The executor that sent it, or `outside`.
    public var source: Int
    /// The one executor it is meant for, or `everyone` that the source's edges lead to.
    public var target: Int
    public var payload: Text
    /// The request that the payload answers; nil for an ordinary message.
    public var request: Request?
    public var lane: Lane

    public static let outside = -1
    public static let everyone = -1

    public init(source: Int, target: Int, payload: Text, request: Request? = nil, lane: Lane = .main) {
        self.source = source
        self.target = target
        self.payload = payload
        self.request = request
        self.lane = lane
    }
}

/// One join: an edge group, for one input of a sub-workflow.
public struct FanIn: Hashable, Comparable, Sendable {
    public var group: Int
    public var lane: Lane

    public init(group: Int, lane: Lane = .main) {
        self.group = group
        self.lane = lane
    }

    public static func < (left: FanIn, right: FanIn) -> Bool {
        left.group == right.group ? left.lane < right.lane : left.group < right.group
    }
}

/// What a fan-in has received so far: by source, in the order of its declaration, the payloads that wait.
public struct FanInBuffer: Sendable, Equatable {
    public var waiting: [[Text]]

    public init(sources: Int) { waiting = Array(repeating: [], count: sources) }

    public var isEmpty: Bool { waiting.allSatisfy(\.isEmpty) }
    public var isComplete: Bool { waiting.allSatisfy { !$0.isEmpty } }

    /// Everything that waits as one JSON list, and an empty buffer.
    public mutating func take() -> Text {
        let payloads = waiting.joined()
        var list = TextBuilder(capacity: payloads.reduce(2) { $0 + $1.count + 1 })
        list.append(byte: UInt8(ascii: "["))
        var separator = false
        for payload in payloads {
            if separator { list.append(byte: UInt8(ascii: ",")) }
            list.append(payload)
            separator = true
        }
        list.append(byte: UInt8(ascii: "]"))
        self = FanInBuffer(sources: waiting.count)
        return list.finish()
    }
}
