import Glibc
import WorkflowJSON
public import WorkflowModel

/// The folder `index`: what the checkpoints say, as `SummaryIndex` has it, in one file.
///
/// Listings write it, not commits: a commit costs nothing more, need not wait for anybody who does the same, and cannot fail
/// because of it; the first listing reads the files that nobody has listed yet, whoever made them. It is replaced as a whole
/// and never synced: of two that write it the later one stays, what is torn or lost is made again, and where nothing can be
/// written every listing reads the files.
extension DirectoryStorage {
    static let indexPlace = (folder: "index", file: "checkpoints")

    /// What the index says of a checkpoint whose file looks as it did then. Of the index as the last listing here left it.
    func indexed(_ id: String) -> CheckpointDetails? {
        guard let entry = index.withLock({ $0.index.entries[id] }), let looks = try? folder.look(name(id)), entry.isOf(looks) else { return nil }
        return entry.details
    }

    public func details(_ id: String) throws(Failure) -> CheckpointDetails {
        try CheckpointID.check(id)
        if let known = indexed(id) { return known }
        return try CheckpointDocument.details(of: try load(id), as: "the checkpoint '\(id.printable)'")
    }

    public func size(of id: String) throws(Failure) -> Int {
        try CheckpointID.check(id)
        if let known = indexed(id) { return known.bytes }
        return try load(id).count
    }
}

/// The index in memory, and what its file looked like.
struct HeldIndex {
    var index = SummaryIndex()
    var file: Folder.Looks?

    /// Some megabytes. A larger one is read from its file by each listing.
    static let most = 10_000
}

/// Goes over the checkpoints of a directory, and leaves an index of them.
struct IndexedListing {
    private let storage: DirectoryStorage
    private let old: SummaryIndex
    private let file: Folder.Looks?
    /// There is none, or it cannot be used.
    private var isMissing = false
    private var new = SummaryIndex()
    /// What changed later may change again without showing it.
    private let settled: Int
    private var kept = 0
    private var bytesRead = 0

    init(_ storage: DirectoryStorage) {
        self.storage = storage
        var now = timespec()
        // The clock that the kernel writes into files.
        clock_gettime(CLOCK_REALTIME_COARSE, &now)
        settled = now.tv_sec &* 1_000_000_000 &+ now.tv_nsec &- storage.folder.habits.tick
        let place = DirectoryStorage.indexPlace
        let held = storage.index.withLock { $0 }
        let file = try? storage.folder.look("\(place.folder)/\(place.file)")
        if let file, held.file.map({ file.isUnchanged($0) }) == true {
            old = held.index
        } else if file != nil, let folder = try? storage.folder.folder(place.folder, make: false), let text = try? folder.read(place.file),
            let index = SummaryIndex(text)
        {
            old = index
        } else {
            old = held.index
            isMissing = true
        }
        self.file = file
    }

    mutating func summary(_ id: String) throws(Failure) -> CheckpointSummary {
        let name = storage.name(id)
        if let entry = old.entries[id], let looks = try? storage.folder.look(name), entry.isOf(looks) {
            new.entries[id] = entry
            kept += 1
            storage.known.learn(entry.details.summary)
            return entry.details.summary
        }
        let (document, summary, looks) = try storage.read(id)
        // Not of a link: what it leads to may change while it does not.
        if looks.touched < settled, (try? storage.folder.look(name))?.isUnchanged(looks) == true, (try? CheckpointID.check(id)) != nil,
            let details = try? CheckpointDocument.details(trusting: document, as: "it")
        {
            new.entries[id] = SummaryIndex.Entry(looks, details)
            bytesRead += looks.size
        }
        return summary
    }

    private static let few = 16

    /// The index is written when that spares the next listing something: a few small files are as quickly read.
    func finish() {
        let (added, gone) = (new.entries.count - kept, old.entries.count - kept)
        let isWorthIt = added >= Self.few || bytesRead >= 1 << 20 || (gone >= Self.few && gone > new.entries.count)
            || (isMissing && new.entries.count >= Self.few)
        var held = HeldIndex(index: new, file: file)
        let place = DirectoryStorage.indexPlace
        if isWorthIt, let folder = try? storage.folder.folder(place.folder, make: true, onDisk: false) {
            try? folder.replace(place.file, new.text, onDisk: false)
            held.file = try? folder.look(place.file)
        }
        if new.entries.count > HeldIndex.most { held = HeldIndex() }
        storage.index.withLock { $0 = held }
    }
}
