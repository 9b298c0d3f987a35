/// Keys and their JSON values, listed in the order of their bytes.
///
/// Sorted so that two runs that end with the same values give the same checkpoint, whatever the order of writing.
/// Keys are compared by their bytes (Swift's own strings would take two spellings of one letter for the same key).
/// The order is kept while writing: a new key costs one insertion, a known key none, and listing costs nothing.
public struct StateMap: Sendable {
    /// Nil while it is empty, as most are: copying such a map costs nothing.
    private var content: Content?

    /// `@unchecked Sendable` because nobody writes to one that several maps share.
    private final class Content: @unchecked Sendable {
        var values: [Text: Text] = [:]
        var keys: [Text] = []

        init() {}

        init(copying other: Content) { (values, keys) = (other.values, other.keys) }

        func append(_ key: Text, _ value: Text) {
            keys.append(key)
            values[key] = value
        }
    }

    public init() {}

    /// In the order of keys it costs the pairs; in any other a search more for each.
    public init(_ pairs: some Sequence<(Text, Text)>) {
        for (key, value) in pairs {
            if keys.last.map({ $0 < key }) ?? true { own().append(key, value) } else { self[key] = value }
        }
    }

    public var keys: [Text] { content?.keys ?? [] }
    public var isEmpty: Bool { content?.keys.isEmpty ?? true }
    public var count: Int { content?.keys.count ?? 0 }

    public subscript(key: Text) -> Text? {
        get { content?.values[key] }
        set {
            if newValue == nil, content == nil { return }
            let content = own()
            if let newValue {
                if content.values.updateValue(newValue, forKey: key) == nil { content.keys.insert(key, at: content.keys.place(of: key)) }
            } else if content.values.removeValue(forKey: key) != nil {
                content.keys.remove(at: content.keys.place(of: key))
            }
        }
    }

    mutating func grow(_ key: Text, by addition: Addition) {
        if own().values[key]?.grow(by: addition) == nil { self[key] = Text(list: addition) }
    }

    /// The keys that begin with `prefix`, in order, as they are after `writes`.
    public func keys(beginningWith prefix: Text, after writes: [Text: StateWrite]) -> [Text] {
        // Those that begin alike stand side by side.
        let known = keys[keys.place(of: prefix)...].prefix { $0.hasPrefix(prefix) }
        guard !writes.isEmpty else { return Array(known) }
        let kept = known.filter { writes[$0] != .deletion }
        let new = writes.filter { key, write in write != .deletion && key.hasPrefix(prefix) && self[key] == nil }.keys
        return new.isEmpty ? kept : (kept + new).sorted()
    }

    /// What only this map holds, to be written to.
    private mutating func own() -> Content {
        if isKnownUniquelyReferenced(&content), let content { return content }
        let new = content.map { Content(copying: $0) } ?? Content()
        content = new
        return new
    }
}

extension StateMap: Equatable {
    public static func == (left: StateMap, right: StateMap) -> Bool {
        if left.content === right.content { return true }
        // The same values have the same keys, in the same order.
        return left.count == right.count && (left.content?.values ?? [:]) == (right.content?.values ?? [:])
    }
}

extension [Text] {
    /// In an ordered list, the first place whose key is not before `key`.
    fileprivate func place(of key: Text) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// What host code wrote to the state since the last boundary.
public struct StateWrites: Sendable {
    /// Nil while nothing was written, as is most often so: copying costs nothing then.
    private var content: Content?

    /// `@unchecked Sendable` because nobody writes to one that several hold.
    private final class Content: @unchecked Sendable {
        var shared: [Text: StateWrite] = [:]
        var own: [Text: StateWrite] = [:]
    }

    public init() {}

    public var isEmpty: Bool { content == nil }

    public var shared: [Text: StateWrite] {
        get { content?.shared ?? [:] }
        _modify { yield &unique().shared }
    }

    public var own: [Text: StateWrite] {
        get { content?.own ?? [:] }
        _modify { yield &unique().own }
    }

    private mutating func unique() -> Content {
        if isKnownUniquelyReferenced(&content), let content { return content }
        let new = Content()
        if let content { (new.shared, new.own) = (content.shared, content.own) }
        content = new
        return new
    }

    /// The two, one after the other, as one.
    public mutating func merge(_ later: StateWrites) {
        if later.isEmpty { return }
        if isEmpty { return self = later }
        shared.merge(later.shared)
        own.merge(later.own)
    }
}

extension [Text: StateWrite] {
    public mutating func merge(_ later: Self) {
        guard !isEmpty else { return self = later }
        for (key, write) in later { merge(write, to: key) }
    }

    public mutating func merge(_ write: StateWrite, to key: Text) {
        if self[key]?.merge(write) == nil { self[key] = write }
    }
}
