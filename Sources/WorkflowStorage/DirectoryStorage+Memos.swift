import WorkflowJSON
public import WorkflowModel

/// The folder `memos`: one sealed file per memo, named after the hashes of its run and its key. No listing of checkpoints
/// sees them.
extension DirectoryStorage {
    static let memoPlace = "memos"

    public func remember(_ value: Text, key: Text, run: String) throws(Failure) {
        guard let memos = try folder.folder(Self.memoPlace, make: true) else { return }
        let sealed = try SealedDocument.seal(Memo.text(of: value, key: key, run: run))
        guard try !memos.create(Self.name(key, run), sealed) else { return }
        guard try Self.value(key, run, in: memos) == value else { throw Memo.taken(key, in: "the directory \(folder.path)") }
    }

    public func recall(_ key: Text, run: String) throws(Failure) -> Text? {
        guard let memos = try folder.folder(Self.memoPlace, make: false) else { return nil }
        return try Self.value(key, run, in: memos)
    }

    public func forget(run: String) throws(Failure) -> Bool {
        guard let memos = try folder.folder(Self.memoPlace, make: false) else { return false }
        let prefix = Self.prefix(run)
        var found = false
        for name in try memos.names() where name.hasPrefix(prefix) {
            if try memos.remove(name) { found = true }
        }
        if found { try memos.sync() }
        return found
    }

    private static func value(_ key: Text, _ run: String, in memos: Folder) throws(Failure) -> Text? {
        let name = name(key, run)
        let file = memos.full(name)
        guard let bytes = try memos.read(name) else {
            if try memos.exists(name) { throw Failure(.checkpoint, "\(file) is a link that leads nowhere") }
            return nil
        }
        return try Memo.value(of: try SealedDocument.open(bytes, file: file), key: key, run: run, as: "the file \(file)")
    }

    public func memos(run: String) throws(Failure) -> [(key: Text, value: Text)]? {
        guard let memos = try folder.folder(Self.memoPlace, make: false) else { return [] }
        let prefix = Self.prefix(run)
        var found: [(key: Text, value: Text)] = []
        for name in try memos.names() where name.hasPrefix(prefix) {
            if let memo = try Self.memo(name, in: memos) { found.append((memo.key, memo.value)) }
        }
        return found.sorted { $0.key < $1.key }
    }

    public func verifyMemos() throws(Failure) -> MemoReport? {
        var report = MemoReport()
        guard let memos = try folder.folder(Self.memoPlace, make: false) else { return report }
        for name in try memos.names().sorted() where name.hasSuffix(".json") && !name.hasPrefix(".") {
            do throws(Failure) {
                guard try Self.memo(name, in: memos) != nil else { continue }
            } catch {
                if error.status == .storage { throw error }
                report.problems.append(error.message)
            }
            report.memos += 1
        }
        return report
    }

    /// Nil if it was deleted.
    private static func memo(_ name: String, in memos: Folder) throws(Failure) -> (run: Text, key: Text, value: Text)? {
        let what = "the file \(memos.full(name))"
        guard let bytes = try memos.read(name) else { return nil }
        let memo = try Memo.parts(of: try SealedDocument.open(bytes, as: what), as: what)
        guard Self.name(memo.key, memo.run.string) == name else { throw Memo.foreign(what) }
        return memo
    }

    private static func prefix(_ run: String) -> String { SHA256.hex(of: Text(run)) + "-" }
    private static func name(_ key: Text, _ run: String) -> String { prefix(run) + SHA256.hex(of: key) + ".json" }
}
