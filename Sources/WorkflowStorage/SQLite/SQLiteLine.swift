import WorkflowJSON
import WorkflowModel

/// A line as a run's session knows it: where its parts stand, so that the next commit writes the change alone.
final class SQLiteLine {
    struct Part {
        var number: Int
        /// Of its newest version.
        var seal: Int
        var size: Int
        /// What reading it costs: the bytes of its chain, and a share for each link.
        var cost: Int
        /// Its newest version says that it is gone.
        var isGone: Bool
    }

    private(set) weak var storage: SQLiteStorage?
    /// The checkpoint that the rest speaks of.
    var last: Text
    /// The row of its run after it, and its id as the host knows it; nil while it was only read.
    var run: RunRow?
    var lastID: String?
    var state: CheckpointRow.State
    /// Of all values.
    var bytes: Int
    var parts: [StatePlace: Part] = [:]
    /// The number of the run's graph, once it was looked up.
    var graph: Int?
    /// How many parts the line has, gone ones too; nil: not counted yet.
    var numbered: Int?

    init(_ storage: SQLiteStorage, last: Text, state: CheckpointRow.State, bytes: Int) {
        self.storage = storage
        self.last = last
        self.state = state
        self.bytes = bytes
    }
}

extension StatePlace {
    /// In the order of the document: what a save hook gave stands before the keys.
    var keyBytes: Text {
        guard area == .executor else { return key ?? Text("") }
        var bytes = TextBuilder(capacity: (key?.count ?? 0) + 1)
        bytes.append(byte: key == nil ? 0 : 1)
        if let key { bytes.append(key) }
        return bytes.finish()
    }

    /// Nil for what no place is.
    init?(area: Int, owner: Int, name: Text, keyBytes: Text) {
        guard let area = Area(rawValue: area) else { return nil }
        guard area == .executor else {
            self.init(area: area, owner: owner, name: name, key: keyBytes)
            return
        }
        guard let kind = keyBytes.withBytes({ $0.first }) else { return nil }
        self.init(area: area, owner: owner, name: name, key: kind == 0 ? nil : keyBytes.slice(1..<keyBytes.count))
    }

    /// What the value with that seal adds to the digest of a state.
    func share(_ valueSeal: Int) -> UInt64 {
        var seal = Seal()
        seal.add(area.rawValue)
        seal.add(owner)
        seal.add(name)
        seal.add(keyBytes)
        seal.add(valueSeal)
        return seal.value
    }
}

/// How a version stands in its row.
enum VersionForm: Int {
    case whole = 0
    case difference = 1
    case gone = 2

    /// Of a value, by the version before it if it is a difference.
    func seal(_ value: Text, after previous: Int) -> Int {
        var seal = Seal()
        seal.add(rawValue)
        if self == .difference { seal.add(previous) }
        seal.add(value)
        return seal.integer
    }
}
