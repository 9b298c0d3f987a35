import WorkflowModel

/// What belongs to the storage as a whole: one row.
struct StoreRow {
    var runs = 0
    var lastRun = 0
    var lastLine = 0

    var seal: Int {
        var seal = Seal()
        for number in [runs, lastRun, lastLine] { seal.add(number) }
        return seal.integer
    }
}

extension SQLiteStorage {
    func store(_ database: SQLite) throws(Failure) -> StoreRow {
        let statement = try database.statement("SELECT runs, last_run, last_line, seal FROM store WHERE number = 1")
        let found = try statement.first { row -> StoreRow? in
            guard let runs = row.count(0), let lastRun = row.count(1), let lastLine = row.count(2) else { return nil }
            let found = StoreRow(runs: runs, lastRun: lastRun, lastLine: lastLine)
            return row.integer(3) == found.seal ? found : nil
        }
        guard case let store?? = found else { throw damaged("the row that counts its runs is damaged or missing") }
        return store
    }

    /// The largest number of a table; 0 for an empty one.
    func largestNumber(_ query: String, _ database: SQLite) throws(Failure) -> Int {
        let found = try database.statement(query).first { row in row.isNull(0) ? 0 : row.count(0) }
        guard case let number?? = found else { throw damaged("'\(query)' finds a number that was never given") }
        return number
    }

    func put(_ store: StoreRow, _ database: SQLite) throws(Failure) { try store.insert(into: database) }
}

extension StoreRow {
    func insert(into database: SQLite) throws(Failure) {
        try database.statement("INSERT OR REPLACE INTO store(number, runs, last_run, last_line, seal) VALUES(1,?,?,?,?)")
            .run(.integer(runs), .integer(lastRun), .integer(lastLine), .integer(seal))
    }
}
