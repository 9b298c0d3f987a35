import WorkflowJSON
import WorkflowModel

/// A line as a run's session knows it: where its parts stand, so that the next commit writes the change alone.
final class SQLiteLine {
    /// A value of the state, in its newest version.
    final class Part {
        let number: Int
        var seal: Int
        var size: Int
        /// What reading it costs: the bytes of its chain, and a share for each link.
        var cost: Int
        var isGone: Bool
        /// Of the place that it stands at.
        var place = Seal()
        /// What it adds to the digest.
        var share: UInt64 = 0

        init(number: Int, seal: Int = 0, size: Int = 0, cost: Int = 0, isGone: Bool = true) {
            self.number = number
            self.seal = seal
            self.size = size
            self.cost = cost
            self.isGone = isGone
        }
    }

    private(set) weak var storage: SQLiteStorage?
    /// The checkpoint that the rest speaks of.
    var last: Text
    /// Its run after it, and its id as the host knows it; nil while it was only read.
    private(set) var run: RunRow?
    /// Of the row of the run, which was written so many commits ago.
    private(set) var runSeal = 0
    private(set) var behindRun = 0
    private(set) var lastID: String?
    /// Where its row stands.
    private(set) var number: Int?
    var state: CheckpointRow.State
    /// Of all values.
    var bytes: Int
    private var parts: [StatePlace: Part] = [:]
    /// What changes mostly changes again.
    private var recent: (place: StatePlace, part: Part)?
    /// The number of the run's graph, once it was looked up.
    var graph: Int?
    /// How many parts the line has, gone ones too; nil: not counted yet.
    var numbered: Int?
    /// Parts whose newest version stands in the row of a checkpoint only, and how many rows there are since it was the last time
    /// that there were none.
    var short: [ShortVersion] = []
    var shortRows = 0

    /// Long pieces of the last frame.
    var payloads = SQLitePayloads()
    /// As they stand in it.
    var requests = RequestGroups()

    init(_ storage: SQLiteStorage, last: Text, state: CheckpointRow.State, bytes: Int) {
        self.storage = storage
        self.last = last
        self.state = state
        self.bytes = bytes
    }

    func part(at place: StatePlace) -> Part? {
        if let recent, recent.place == place { return recent.part }
        guard let known = parts[place] else { return nil }
        recent = (place, known)
        return known
    }

    func add(_ part: Part, at place: StatePlace) {
        part.place = place.seal
        if !part.isGone { part.share = part.place.share(part.seal) }
        parts[place] = part
    }

    /// A checkpoint was committed.
    func advance(to id: Text, _ name: String, at number: Int, _ run: RunRow, seal: Int) {
        last = id
        lastID = name
        self.number = number
        self.run = run
        behindRun = runSeal == seal ? behindRun + 1 : 0
        runSeal = seal
    }

    /// Whether the next commit may leave the row of the run as it is.
    func leavesRun(_ frame: SQLiteFrame) -> Bool {
        guard let run, run.isOpen, behindRun + 1 < Successor.most else { return false }
        return frame.status == SQLiteFrame.working && frame.workflow == run.workflow
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

    var seal: Seal {
        var seal = Seal()
        seal.add(area.rawValue)
        seal.add(owner)
        seal.add(name)
        seal.add(keyBytes)
        return seal
    }
}

extension Seal {
    /// What the value with that seal, at the place with this one, adds to the digest of a state.
    func share(_ valueSeal: Int) -> UInt64 {
        var seal = self
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
