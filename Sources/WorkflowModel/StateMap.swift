/// Keys and their JSON values, listed in the order of their bytes.
///
/// Sorted so that two runs that end with the same values give the same checkpoint, whatever the order of writing.
/// Keys are compared by their bytes (Swift's own strings would take two spellings of one letter for the same key).
/// The order is kept while writing: a new key costs one insertion, a known key none, and listing costs nothing.
public struct StateMap: Sendable, Equatable {
    private var values: [Text: Text] = [:]
    public private(set) var keys: [Text] = []

    public init() {}

    /// In the order of keys it costs the pairs; in any other a search more for each.
    public init(_ pairs: some Sequence<(Text, Text)>) {
        for (key, value) in pairs {
            if keys.last.map({ $0 < key }) ?? true {
                keys.append(key)
                values[key] = value
            } else {
                self[key] = value
            }
        }
    }

    public var isEmpty: Bool { keys.isEmpty }
    public var count: Int { keys.count }

    public subscript(key: Text) -> Text? {
        get { values.isEmpty ? nil : values[key] }
        set {
            if let newValue {
                if values.updateValue(newValue, forKey: key) == nil { keys.insert(key, at: position(of: key)) }
            } else if values.removeValue(forKey: key) != nil {
                keys.remove(at: position(of: key))
            }
        }
    }

    mutating func grow(_ key: Text, by addition: Addition) {
        if values[key]?.grow(by: addition) == nil { self[key] = Text(list: addition) }
    }

    /// The keys that begin with `prefix`, in order, as they are after `writes`.
    public func keys(beginningWith prefix: Text, after writes: [Text: StateWrite]) -> [Text] {
        // Those that begin alike stand side by side.
        let known = keys[position(of: prefix)...].prefix { $0.hasPrefix(prefix) }
        guard !writes.isEmpty else { return Array(known) }
        let kept = known.filter { writes[$0] != .deletion }
        let new = writes.filter { key, write in write != .deletion && key.hasPrefix(prefix) && values[key] == nil }.keys
        return new.isEmpty ? kept : (kept + new).sorted()
    }

    /// The first place whose key is not before `key`.
    private func position(of key: Text) -> Int {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// What host code wrote to the state since the last boundary.
public struct StateWrites: Sendable {
    public var shared: [Text: StateWrite] = [:]
    public var own: [Text: StateWrite] = [:]

    public init() {}

    /// The two, one after the other, as one.
    public mutating func merge(_ later: StateWrites) {
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
