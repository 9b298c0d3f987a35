import CShims
import Glibc
import WorkflowModel

/// The files of an open database: where they are, and whether they are still the same.
///
/// SQLite goes on writing to a file that was deleted or replaced under it, and says that all is well. What a run
/// commits there is seen by nobody else, and gone when the last one closes the file.
final class SQLiteFiles {
    /// As the host named it: for messages.
    private let name: String
    /// Without links, and whatever becomes of the working directory.
    private let database: [CChar]
    private let log: [CChar]
    private var databaseSeen: Identity?
    private var logSeen: Identity?

    private struct Identity: Equatable {
        var device: UInt64
        var number: UInt64
    }

    /// Of a database that is open. `path` may be relative.
    init(_ path: String, name: String) {
        self.name = name
        guard let found = realpath(path, nil) else {
            (database, log) = ([0], [0])
            return
        }
        defer { free(found) }
        let bytes = Array(UnsafeBufferPointer(start: found, count: strlen(found)))
        database = bytes + [0]
        log = bytes + "-wal\0".utf8.map { CChar(bitPattern: $0) }
        databaseSeen = Self.identity(database)
    }

    /// In a transaction, when both files are open for sure.
    func check() throws(Failure) {
        try check(database, &databaseSeen, "its file")
        try check(log, &logSeen, "its '-wal'")
    }

    private func check(_ path: [CChar], _ seen: inout Identity?, _ what: String) throws(Failure) {
        let found = Self.identity(path)
        // Another error than "not there", such as a lost right, says nothing about the file.
        if found == nil && errno != ENOENT && errno != ENOTDIR { return }
        guard let known = seen else {
            seen = found
            return
        }
        if found == known { return }
        throw Failure(
            .storage, "the database '\(name.printable)' cannot be written: \(what) was deleted, moved or replaced while it was open. Nothing was "
                + "saved now. Put it back as it was, together with its '-wal', or open the storage anew")
    }

    private static func identity(_ path: [CChar]) -> Identity? {
        var found = Identity(device: 0, number: 0)
        return wfs_identity(path, &found.device, &found.number) == 0 ? found : nil
    }

    // MARK: Before it is open

    /// Refuses what SQLite would fail at with less to say.
    static func refuseOthers(_ path: String, name: String) throws(Failure) {
        var info = stat()
        guard stat(path, &info) == 0, info.st_mode & S_IFMT != S_IFREG else { return }
        throw Failure(
            .storage, "cannot open the database '\(name.printable)': there is "
                + (info.st_mode & S_IFMT == S_IFDIR ? "a folder of that name; name a file, such as one in it" : "something else of that name, and no file"))
    }

    /// What the system means by "no such file", which SQLite tells also of a folder that may not be written.
    static func badFolder(of path: String, name: String) -> Failure? {
        guard let slash = path.lastIndex(of: "/") else { return nil }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        var info = stat()
        if stat(folder, &info) == 0 {
            guard stat(path, &info) != 0, errno == ENOENT, access(folder, W_OK | X_OK) != 0 else { return nil }
            return Failure(
                .storage, "cannot make the database '\(name.printable)': its folder may not be written (\(String(cString: strerror(errno))))")
        }
        guard errno == ENOENT else { return nil }
        return Failure(
            .storage, "cannot open the database '\(name.printable)': the folder that it should be in does not exist; make it first"
                + (name.hasPrefix("~") ? ". '~' stands for no folder here: give the whole path" : ""))
    }
}
