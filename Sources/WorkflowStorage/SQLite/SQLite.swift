import CSQLite
import Glibc
import WorkflowModel

/// One connection to a database file, with the process's own SQLite. One thread at a time.
final class SQLite {
    /// Of the copy that the process keeps as long as it lives.
    let library: UnsafePointer<wfq_library>
    let handle: OpaquePointer
    /// As the host named it: for messages.
    let path: String
    private var statements: [SQLiteStatement] = []
    private var numbers: [String: Int] = [:]
    /// Of the statement that was used last.
    private var last = 0
    private var isDurable: Bool?
    private let files: SQLiteFiles

    /// How long a writer of another process may keep this one waiting.
    static let patience: Int32 = 10_000
    /// Upserts, and the checks of damaged cells.
    private static let oldest: Int32 = 3_026_000

    init(path: String) throws(Failure) {
        library = try Self.find()
        self.path = path
        // A leading "./" so that no path is one of SQLite's own names, such as ":memory:".
        let file = path.hasPrefix("/") ? path : "./" + path
        try SQLiteFiles.refuseOthers(file, name: path)
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let code = library.pointee.open_v2(file, &handle, flags, nil)
        guard code == SQLITE_OK, let handle else {
            let failure = SQLiteFiles.badFolder(of: file, name: path) ?? Self.failure(library, handle, code, path, "cannot open")
            _ = library.pointee.close_v2(handle)
            throw failure
        }
        self.handle = handle
        files = SQLiteFiles(file, name: path)
        _ = library.pointee.busy_timeout(handle, Self.patience)
    }

    deinit {
        statements.removeAll()
        _ = library.pointee.close_v2(handle)
    }

    private static func find() throws(Failure) -> UnsafePointer<wfq_library> {
        var why = [CChar](repeating: 0, count: 1400)
        guard let library = wfq_sqlite(&why, why.count) else {
            let end = why.firstIndex(of: 0) ?? why.count
            throw Failure(.unsupported, String(decoding: why[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self).printable)
        }
        guard library.pointee.libversion_number() >= oldest, library.pointee.threadsafe() != 0 else {
            throw Failure(
                .unsupported, "the SQLite of this process is version \(library.pointee.libversion().map { String(cString: $0) } ?? "?"), "
                    + "\(library.pointee.threadsafe() == 0 ? "built without threads" : "too old"); storages need 3.26 or later, built with threads")
        }
        return library
    }

    // MARK: Statements

    /// Prepared once for each text. What came behind the last one before mostly does again: then nothing is searched.
    func statement(_ text: String) throws(Failure) -> SQLiteStatement {
        if statements.indices.contains(last), case let next = statements[last].next, statements.indices.contains(next),
            statements[next].text == text
        {
            last = next
            return statements[next]
        }
        let number = try number(of: text)
        if statements.indices.contains(last) { statements[last].next = number }
        last = number
        return statements[number]
    }

    private func number(of text: String) throws(Failure) -> Int {
        if let known = numbers[text] { return known }
        var statement: OpaquePointer?
        let code = library.pointee.prepare_v2(handle, text, -1, &statement, nil)
        guard code == SQLITE_OK, let statement else {
            guard code & 0xFF == SQLITE_ERROR else { throw failure(code, "cannot read") }
            // Our statements are right: the tables are not.
            let said = library.pointee.errmsg(handle).map { String(cString: $0).printable } ?? "error \(code)"
            throw Failure(.checkpoint, "the database '\(path.printable)' is damaged: its tables are not as this library made them (\(said))")
        }
        statements.append(SQLiteStatement(self, statement, text))
        numbers[text] = statements.count - 1
        return statements.count - 1
    }

    func run(_ text: String) throws(Failure) {
        let statement = try statement(text)
        while try statement.step() {}
    }

    /// How many rows the last statement that writes has changed.
    var changes: Int { Int(library.pointee.changes(handle)) }

    /// Whether what is committed from now on is on disk when the commit returns.
    ///
    /// While the log grows, a sync has to write its length too, which takes half as long again; and who opens it after a kill reads it
    /// all. So it is short, but where commits do not sync: folding it into the database is all that does then.
    func setDurable(_ isDurable: Bool) throws(Failure) {
        guard isDurable != self.isDurable else { return }
        for setting in isDurable ? ["synchronous = FULL", "wal_autocheckpoint = 128"] : ["synchronous = NORMAL", "wal_autocheckpoint = 1000"] {
            try run("PRAGMA \(setting)")
        }
        self.isDurable = isDurable
    }

    /// Everything in `body` or nothing. `writes`: takes the one write lock at once, so that nothing can have changed.
    func transaction<Result>(writes: Bool, _ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        try run(writes ? "BEGIN IMMEDIATE" : "BEGIN")
        do throws(Failure) {
            if writes { try files.check() }
            let result = try body()
            try run("COMMIT")
            return result
        } catch {
            // Some errors have rolled back already.
            if library.pointee.get_autocommit(handle) == 0 { _ = try? run("ROLLBACK") }
            throw error
        }
    }

    // MARK: Errors

    func failure(_ code: Int32, _ doing: String) -> Failure { Self.failure(library, handle, code, path, doing) }

    static func failure(
        _ library: UnsafePointer<wfq_library>, _ handle: OpaquePointer?, _ code: Int32, _ path: String, _ doing: String
    ) -> Failure {
        let base = "\(doing) the database '\(path.printable)'"
        let said = handle.flatMap { library.pointee.errmsg($0) }.map { String(cString: $0).printable } ?? "error \(code)"
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED:
            return Failure(
                .storage, "\(base): another process has held its lock for \(patience / 1000) seconds; look for one that hangs or is stopped")
        case SQLITE_NOTADB: return Failure(.storage, "\(base): the file is no SQLite database, or is encrypted or damaged at its head")
        case SQLITE_CORRUPT: return Failure(.checkpoint, "\(base): it is damaged (\(said)); wf_storage_verify says what is still good")
        case SQLITE_READONLY:
            return Failure(
                .storage, "\(base): it may not be written (\(said)). This process needs the right to write the file, those that end in '-wal' and "
                    + "'-shm', and their folder, and the disk must not be mounted read-only")
        case SQLITE_FULL: return Failure(.storage, "\(base): no space is left for it")
        case SQLITE_TOOBIG: return Failure(.limit, "\(base): a value is larger than SQLite can keep")
        case SQLITE_NOMEM: return Failure(.outOfMemory, "\(base): out of memory")
        default:
            let number = handle.map { library.pointee.system_errno($0) } ?? 0
            let system = number == 0 ? "" : " (\(String(cString: strerror(number))))"
            return Failure(.storage, "\(base): \(said)\(system)")
        }
    }
}
