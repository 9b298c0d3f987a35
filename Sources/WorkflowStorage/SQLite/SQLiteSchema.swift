import WorkflowModel

/// The tables, and how a database becomes one of ours.
///
/// - `run` is the fence and the index: for each run its head, and the newest of its chain of checkpoints. While it is `open` a few
///   more may have come behind, each named by the one before (`next`): see `Successor`.
/// - `checkpoint` has one row per checkpoint, in the order of ids (`CheckpointPlace`): its summary, and the frame of its document (what
///   is neither state nor graph). Each names the one that was committed before it in its run (`before`): a chain that nothing can drop out of unnoticed.
/// - `part` names the values of a state, `version` has their versions, numbered along the line, and `large` those that do not fit
///   well into its pages. A line is a stretch of a run in which each state was made from the one before; a checkpoint sees, of
///   each part of its line, the last version up to its own `upto`. Short versions stand in the row of the checkpoint that brought
///   them (`changes`), and only the last of a few commits in `version`: up to the number `base` all that the checkpoint sees is there.
/// - `payload` has long pieces of bodies, payloads of messages mostly: one serves all checkpoints of its run in which it stays what it
///   is. The body says where they belong, with the seal of each: see `SQLiteBody`.
/// - `graph` keeps each definition once.
/// Every row has a seal over all its columns; that of a checkpoint covers the state too, by the sum of its parts' seals.
enum SQLiteSchema {
    /// "wflw"
    static let application = 0x7766_6C77
    static let version = 1

    /// Step n makes version n + 1 from version n.
    private static let steps: [[String]] = [[
        "CREATE TABLE store(number INTEGER PRIMARY KEY, runs INTEGER, last_run INTEGER, last_line INTEGER, seal INTEGER)",
        "CREATE TABLE run(number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, workflow BLOB, head BLOB, last BLOB, live INTEGER, dead INTEGER, deletions INTEGER, mixed INTEGER, open INTEGER, seal INTEGER)",
        "CREATE TABLE graph(number INTEGER PRIMARY KEY, signature BLOB, workflow BLOB, definition BLOB, seal INTEGER)",
        """
        CREATE TABLE checkpoint(
            number INTEGER PRIMARY KEY, id BLOB, run INTEGER, before BLOB, previous BLOB, graph INTEGER, kind BLOB, superstep INTEGER, time BLOB,
            status INTEGER, line INTEGER, upto INTEGER, base INTEGER, parts INTEGER, digest INTEGER, changes BLOB, bytes INTEGER, body_seal INTEGER,
            seal INTEGER, next BLOB, body BLOB
        )
        """,
        "CREATE UNIQUE INDEX other ON checkpoint(id) WHERE number <= 0",
        "CREATE TABLE part(line INTEGER, area INTEGER, owner INTEGER, key BLOB, number INTEGER, name BLOB, PRIMARY KEY(line, area, owner, key)) WITHOUT ROWID",
        "CREATE TABLE version(line INTEGER, part INTEGER, number INTEGER, form INTEGER, size INTEGER, cost INTEGER, seal INTEGER, large INTEGER, value BLOB, PRIMARY KEY(line, part, number)) WITHOUT ROWID",
        "CREATE TABLE large(number INTEGER PRIMARY KEY, value BLOB)",
        "CREATE TABLE payload(run INTEGER, number INTEGER, value BLOB, PRIMARY KEY(run, number)) WITHOUT ROWID",
        "CREATE TABLE memo(run BLOB, key BLOB, seal INTEGER, value BLOB, PRIMARY KEY(run, key)) WITHOUT ROWID",
    ]]

    /// Checks that the database is ours or empty, and brings it to this version.
    static func prepare(_ database: SQLite) throws(Failure) {
        for setting in ["cell_size_check = ON", "trusted_schema = OFF", "mmap_size = 0"] { try database.run("PRAGMA \(setting)") }
        let isReady = try look(database)
        // Only a new database takes it, and only outside of a transaction.
        if !isReady { try database.run("PRAGMA auto_vacuum = INCREMENTAL") }
        try database.run("PRAGMA journal_mode = WAL")
        if isReady { return }
        try database.transaction(writes: true) { () throws(Failure) in
            // Somebody else may have been faster.
            guard try !isCurrent(database) else { return }
            let found = try number("user_version", database)
            for step in steps.dropFirst(found) { for statement in step { try database.run(statement) } }
            if found == 0 { try StoreRow().insert(into: database) }
            try database.run("PRAGMA application_id = \(application)")
            try database.run("PRAGMA user_version = \(version)")
        }
    }

    /// At one moment: somebody may be making it just now.
    private static func look(_ database: SQLite) throws(Failure) -> Bool {
        try database.transaction(writes: false) { () throws(Failure) in try isCurrent(database) }
    }

    private static func isCurrent(_ database: SQLite) throws(Failure) -> Bool {
        let (owner, found) = (try number("application_id", database), try number("user_version", database))
        let place = "the database '\(database.path.printable)'"
        guard owner == application else {
            let tables = try database.statement("SELECT count(*) FROM sqlite_master").first { $0.integer(0) ?? 1 } ?? 1
            guard owner == 0, found == 0, tables == 0 else {
                throw Failure(.storage, "\(place) belongs to another program (application id \(owner), \(tables) tables): give storages a file of their own")
            }
            return false
        }
        guard found > 0 else {
            throw Failure(.checkpoint, "\(place) is damaged: version \(found) of its tables has never been made")
        }
        guard found <= version else {
            throw Failure(
                .unsupported, "\(place) has version \(found) of the tables; this library knows versions 1 to \(version). Use a newer library")
        }
        try check(found, database, place)
        return found == version
    }

    /// A bit that turns over in the description of a column may change what is stored from then on. Other tables are not our
    /// business.
    private static func check(_ version: Int, _ database: SQLite, _ place: String) throws(Failure) {
        var missing = Set(steps.prefix(version).joined().map { Text($0) })
        try database.statement("SELECT CAST(sql AS BLOB) FROM sqlite_master").each { row in
            if let text = row.blob(0) { missing.remove(text) }
            return true
        }
        guard missing.isEmpty else { throw Failure(.checkpoint, "\(place) is damaged: its tables are not as this library made them") }
    }

    private static func number(_ pragma: String, _ database: SQLite) throws(Failure) -> Int {
        try database.statement("PRAGMA \(pragma)").first { $0.integer(0) ?? 0 } ?? 0
    }
}
