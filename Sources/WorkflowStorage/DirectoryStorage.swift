public import WorkflowModel
import WorkflowJSON

/// `directory:PATH` One readable JSON file per checkpoint, `<id>.json`.
///
/// A file appears whole or not at all, and survives power loss once `save` has returned: unique temporary name, fsync
/// of the file, rename, fsync of the directory. A torn or foreign file never hides the others. Which checkpoint a run goes
/// on from stands in the folder `heads`, see `DirectoryStorage+Claims.swift`, what it remembers in the folder `memos`, see
/// `DirectoryStorage+Memos.swift`, what listings need not read again in the folder `index`, see `DirectoryStorage+Index.swift`.
public final class DirectoryStorage: Storage {
    let folder: Folder
    let known = KnownRuns()
    let index = Locked(HeldIndex())

    /// Makes the directory if it is not there.
    public convenience init(path: String) throws(Failure) { try self.init(path: path, Folder.Habits()) }

    init(path: String, _ habits: Folder.Habits) throws(Failure) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw Failure(.invalid, "'directory:' needs a path behind the colon, without a NUL")
        }
        folder = try Folder(path: path, habits)
    }

    public func save(_ commit: Commit) throws(Failure) {
        let id = commit.summary.id
        try CheckpointID.check(id)
        let document = try commit.document()
        let onDisk = commit.durability == .full
        if try isKept(id, document, onDisk: onDisk) { return }
        let sealed = try SealedDocument.seal(document)
        try folder.withTemporary(name(id), sealed, onDisk: onDisk) { (temporary: inout Folder.Temporary) throws(Failure) in
            let claim = try claim(commit, document, sealed, temporary.name)
            do throws(Failure) {
                // Another writer may be first; if it says the same, all is well.
                if try !folder.rename(&temporary, toNew: name(id)) { _ = try isKept(id, document, onDisk: onDisk) }
            } catch {
                if let claim { withdraw(claim, id, document) }
                throw error
            }
            if onDisk { try folder.sync() }
            if let claim {
                claim.settle()
                known.keep(claim.claims, newest: claim.number)
            }
        }
        known.learn(commit.summary)
    }

    /// Whether this very document is there. Another one of its id is an error.
    func isKept(_ id: String, _ document: Text, onDisk: Bool) throws(Failure) -> Bool {
        guard try folder.exists(name(id)) else { return false }
        guard let other = try whole(id), other.document == document else { throw CheckpointID.taken(id, in: place) }
        if onDisk {
            try folder.sync(name(id))
            try folder.sync()
        }
        return true
    }

    public func load(_ id: String) throws(Failure) -> Text {
        try CheckpointID.check(id)
        return try read(id).document
    }

    func read(_ id: String) throws(Failure) -> (document: Text, summary: CheckpointSummary, looks: Folder.Looks) {
        let file = self.file(id)
        guard let (bytes, looks) = try folder.contents(name(id)) else {
            if try folder.exists(name(id)) { throw Failure(.checkpoint, "\(file) is a link that leads nowhere") }
            throw CheckpointID.unknown(id, in: place)
        }
        let document = try SealedDocument.open(bytes, file: file)
        let summary = try CheckpointDocument.summary(trusting: document, as: "the file \(file)")
        guard summary.id == id else {
            throw Failure(
                .checkpoint, "the file \(file) holds the checkpoint '\(summary.id.printable)': it was renamed or does not belong here")
        }
        known.learn(summary)
        return (document, summary, looks)
    }

    /// Nil if it is damaged or not there. One that the disk does not give now may be neither.
    private func whole(_ id: String) throws(Failure) -> (document: Text, summary: CheckpointSummary, looks: Folder.Looks)? {
        do throws(Failure) { return try read(id) } catch {
            if error.isOfTheSystem { throw error }
            return nil
        }
    }

    public func list(workflow: String?) throws(Failure) -> [StoredCheckpoint] {
        var found: [StoredCheckpoint] = []
        let ids = try claimedIDs()
        var listing = IndexedListing(self)
        defer { listing.finish() }
        for id in ids {
            // Swift replaces what is not UTF-8: then the name leads to no file.
            if id.unicodeScalars.contains("\u{FFFD}") {
                found.append(.damaged(id: id, problem: "the file \(file(id)) has a name that is not UTF-8, so it is no checkpoint"))
                continue
            }
            do throws(Failure) {
                let summary = try listing.summary(id)
                if summary.isOf(workflow: workflow) { found.append(.good(summary)) }
            } catch where error.status == .notFound {
                continue  // Deleted since the directory was read.
            } catch where error.isOfTheSystem && !folder.isForbidden(name(id)) {
                throw error
            } catch {
                found.append(.damaged(id: id, problem: error.message))
            }
        }
        return found
    }

    public func latest(workflow: String?) throws(Failure) -> LatestCheckpoint {
        var latest = LatestCheckpoint(id: nil)
        for id in try claimedIDs().reversed() {
            do throws(Failure) {
                let (document, summary, _) = try read(id)
                guard summary.isOf(workflow: workflow) else { continue }
                // Its writer may have died before it gave the next one its name.
                let head = try? self.head(run: summary.runID)
                (latest.id, latest.content) = (id, .document(document))
                if let head, id < head, let next = try? read(head), next.summary.isOf(workflow: workflow) {
                    (latest.id, latest.content) = (head, .document(next.document))
                }
                return latest
            } catch where error.status == .notFound {
                continue
            } catch where error.isOfTheSystem {
                throw error  // It may well be whole: an older one would be the wrong answer.
            } catch {
                latest.skipped.append(error.message)
            }
        }
        return latest
    }

    public func delete(_ id: String) throws(Failure) -> Bool {
        try CheckpointID.check(id)
        // A damaged one is of no run that anybody knows.
        var run = indexed(id)?.summary.runID
        if run == nil { run = try whole(id)?.summary.runID }
        var claims: RunClaims?
        if let run { claims = try RunClaims(of: run, in: folder, make: false) }
        if let claims { try release(id, claims) }
        let wasThere = try folder.remove(name(id))
        if wasThere { try folder.sync() }
        if let claims { try removeIfEmpty(claims) }
        return wasThere
    }

    /// The greatest id. Read from the end: among the newest is mostly one of the run.
    func newestCheckpoint(of run: String) throws(Failure) -> String? {
        let run = Text(run)
        for id in try ids().reversed() {
            if let found = try whole(id), Text(found.summary.runID) == run { return id }
        }
        return nil
    }

    func ids() throws(Failure) -> [String] { Self.ids(try folder.names()) }

    private static func ids(_ names: [String]) -> [String] {
        names.filter { $0.utf8.count > 5 && $0.hasSuffix(".json") && !$0.hasPrefix(".") }
            .map { String($0.dropLast(5)) }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Those too whose writer died behind its claim and before the name: they are named first. A process that dies leaves its
    /// temporary file. A loss of power may leave the claim alone; what then nobody asks for by its run is looked for if there
    /// is nothing else.
    private func claimedIDs() throws(Failure) -> [String] {
        let names = try folder.names()
        let found = Self.ids(names)
        var claimed: [String] = []
        for name in names where name.hasPrefix(".") && name.hasSuffix(".tmp") {
            if let file = try folder.look(name), file.names > 1 { claimed.append(name) }
        }
        guard !claimed.isEmpty || found.isEmpty else { return found }
        var runs = claimed.compactMap { run(of: try? folder.read($0)) }
        if found.isEmpty { runs += newestClaims().map { run(of: $0) }.compactMap { $0 } }
        for run in runs { _ = try? head(run: run) }
        return runs.isEmpty ? found : try ids()
    }

    private func run(of sealed: Text?) -> String? {
        guard let sealed, let document = try? SealedDocument.open(sealed, as: "it") else { return nil }
        return try? CheckpointDocument.summary(trusting: document, as: "it").runID
    }

    func name(_ id: String) -> String { id + ".json" }
    private func file(_ id: String) -> String { folder.full(name(id)) }
    var place: String { "the directory \(folder.path)" }
}
