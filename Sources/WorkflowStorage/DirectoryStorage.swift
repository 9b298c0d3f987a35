public import WorkflowModel
import WorkflowJSON

/// `directory:PATH` One readable JSON file per checkpoint, `<id>.json`.
///
/// A file appears whole or not at all, and survives power loss once `save` has returned: unique temporary name, fsync
/// of the file, rename, fsync of the directory. A torn or foreign file never hides the others. What runs remember stands in
/// the folder `memos`, see `DirectoryStorage+Memos.swift`.
public final class DirectoryStorage: Storage {
    let folder: Folder

    /// Makes the directory if it is not there.
    public init(path: String) throws(Failure) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw Failure(.invalid, "'directory:' needs a path behind the colon, without a NUL")
        }
        folder = try Folder(path: path)
    }

    public func save(_ commit: Commit) throws(Failure) {
        let id = commit.summary.id
        try CheckpointID.check(id)
        let document = try commit.document()
        guard try !folder.create(name(id), try SealedDocument.seal(document)) else { return }
        // Another writer was first; if it said the same, all is well.
        guard let other = try? load(id), other == document else { throw CheckpointID.taken(id, in: place) }
    }

    public func head(run: String) throws(Failure) -> String? { nil }

    public func load(_ id: String) throws(Failure) -> Text {
        try CheckpointID.check(id)
        return try read(id).document
    }

    private func read(_ id: String) throws(Failure) -> (document: Text, summary: CheckpointSummary) {
        let file = self.file(id)
        guard let bytes = try folder.read(name(id)) else {
            if folder.exists(name(id)) { throw Failure(.checkpoint, "\(file) is a link that leads nowhere") }
            throw CheckpointID.unknown(id, in: place)
        }
        let document = try SealedDocument.open(bytes, file: file)
        let summary = try CheckpointDocument.summary(of: document, as: "the file \(file)")
        guard summary.id == id else {
            throw Failure(
                .checkpoint, "the file \(file) holds the checkpoint '\(summary.id.printable)': it was renamed or does not belong here")
        }
        return (document, summary)
    }

    public func list(workflow: String?) throws(Failure) -> [StoredCheckpoint] {
        var found: [StoredCheckpoint] = []
        for id in try ids() {
            // Swift replaces what is not UTF-8: then the name leads to no file.
            if id.unicodeScalars.contains("\u{FFFD}") {
                found.append(.damaged(id: id, problem: "the file \(file(id)) has a name that is not UTF-8, so it is no checkpoint"))
                continue
            }
            do throws(Failure) {
                let summary = try read(id).summary
                if workflow == nil || summary.workflowName == workflow { found.append(.good(summary)) }
            } catch where error.status == .notFound {
                continue  // Deleted since the directory was read.
            } catch {
                found.append(.damaged(id: id, problem: error.message))
            }
        }
        return found
    }

    public func latest(workflow: String?) throws(Failure) -> LatestCheckpoint {
        var latest = LatestCheckpoint(id: nil)
        for id in try ids().reversed() {
            do throws(Failure) {
                let summary = try read(id).summary
                guard workflow == nil || summary.workflowName == workflow else { continue }
                latest.id = id
                return latest
            } catch where error.status == .notFound {
                continue
            } catch {
                latest.skipped.append(error.message)
            }
        }
        return latest
    }

    public func delete(_ id: String) throws(Failure) -> Bool {
        try CheckpointID.check(id)
        guard try folder.remove(name(id)) else { return false }
        try folder.sync()
        return true
    }

    private func ids() throws(Failure) -> [String] {
        try folder.names().filter { $0.utf8.count > 5 && $0.hasSuffix(".json") && !$0.hasPrefix(".") }
            .map { String($0.dropLast(5)) }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private func name(_ id: String) -> String { id + ".json" }
    private func file(_ id: String) -> String { folder.full(name(id)) }
    private var place: String { "the directory \(folder.path)" }
}
