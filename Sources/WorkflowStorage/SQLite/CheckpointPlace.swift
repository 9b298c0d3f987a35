import WorkflowModel

/// Where the row of a checkpoint stands: the number of it in its table.
///
/// An id that the library makes begins with its time, and is counted up within a 4096th of a millisecond: 60 bits, which are the number.
/// So a row is found without an index, and a new one stands behind all others, where SQLite makes room with the fewest pages. Ids of
/// another form, and one whose number another has already, get numbers below zero; an index that has only those finds them.
enum CheckpointPlace {
    private static let firstOther = -(1 << 62)

    static let ofOther = "SELECT number FROM checkpoint WHERE number <= 0 AND id = ?"
    private static let lastOther = "SELECT max(number) FROM checkpoint WHERE number <= 0"

    /// Nil for an id that has none of its own.
    static func number(of id: Text) -> Int? {
        guard Compact.isOwn(id) else { return nil }
        return id.withBytes { bytes in
            guard bytes[7] >> 4 == 7 else { return nil }
            var number = 0
            for place in 1...6 { number = number << 8 | Int(bytes[place]) }
            number = number << 12 | Int(bytes[7] & 0xF) << 8 | Int(bytes[8])
            return number > 0 ? number : nil
        }
    }

    /// For a new row.
    static func new(for id: Text, _ database: SQLite) throws(Failure) -> Int {
        if let number = number(of: id) {
            let taken = try database.statement("SELECT 1 FROM checkpoint WHERE number = ?").first(.integer(number)) { _ in true }
            if taken == nil { return number }
        }
        let last = try database.statement(lastOther).first { $0.integer(0) ?? firstOther } ?? firstOther
        guard last < 0 else { throw Failure(.checkpoint, "the database '\(database.path.printable)' is damaged: a checkpoint has the number \(last)") }
        return last + 1
    }
}

extension SQLiteStorage {
    /// Nil if there is no checkpoint of that id.
    func number(of id: Text, _ database: SQLite) throws(Failure) -> Int? {
        if let number = CheckpointPlace.number(of: id) {
            let found = try database.statement("SELECT id FROM checkpoint WHERE number = ?").first(.integer(number)) { $0.blob(0) == id }
            if found == true { return number }
        }
        return try database.statement(CheckpointPlace.ofOther).first(.blob(id)) { $0.integer(0) } ?? nil
    }

    /// A row of that id, deleted or not.
    func row(_ id: Text, _ database: SQLite) throws(Failure) -> CheckpointRow? {
        if let number = CheckpointPlace.number(of: id), let found = try row(at: number, for: id, database), found.id == id { return found }
        guard let number = try database.statement(CheckpointPlace.ofOther).first(.blob(id), read: { $0.integer(0) ?? 0 }) else { return nil }
        guard let found = try row(at: number, for: id, database), found.id == id else { throw damaged(id) }
        return found
    }

    private func row(at number: Int, for id: Text, _ database: SQLite) throws(Failure) -> CheckpointRow? {
        try database.statement(CheckpointRow.ofNumber).first(.integer(number)) { row throws(Failure) in
            guard let found = CheckpointRow(row) else { throw damaged(id) }
            return found
        }
    }

    private func damaged(_ id: Text) -> Failure { damaged("the checkpoint '\(Compact.id(of: id))' is damaged: its row does not match its checksum") }
}
