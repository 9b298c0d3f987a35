import WorkflowModel

/// Which checkpoint came behind one, as it stands in the row of that one: the id and a seal of both.
///
/// A run's row is written with one of a few commits, and is `open` as long as that is so; the others put their id into the row of the
/// checkpoint before, which lies on the same page as their own. Only the session that wrote the run's row may do that, and only
/// while nobody has written it since: so the row of the run is the fence of all.
enum Successor {
    /// So many checkpoints may have come behind the one that the run names.
    static let most = 16

    static let put = "UPDATE checkpoint SET next = ?1 WHERE number = ?2 AND EXISTS (SELECT 1 FROM run WHERE number = ?3 AND seal = ?4)"

    static func text(_ id: Text, behind before: Text) -> Text {
        var bytes = TextBuilder(capacity: id.count + 8)
        let seal = seal(id, behind: before)
        for place in 0..<8 { bytes.append(byte: UInt8(truncatingIfNeeded: seal >> UInt64(8 * place))) }
        bytes.append(id)
        return bytes.finish()
    }

    /// Nil for what is damaged.
    static func id(in text: Text, behind before: Text) -> Text? {
        guard text.count > 8 else { return nil }
        let id = text.slice(8..<text.count)
        return Self.text(id, behind: before) == text ? id : nil
    }

    private static func seal(_ id: Text, behind before: Text) -> UInt64 {
        var seal = Seal()
        seal.add(before)
        seal.add(id)
        return seal.value
    }
}

extension SQLiteStorage {
    /// The run as it is, with what came behind its row. In a transaction.
    func whole(_ stored: RunRow, _ database: SQLite) throws(Failure) -> RunRow {
        guard stored.isOpen else { return stored }
        var run = stored
        run.isOpen = false
        while run.live - stored.live <= Successor.most {
            guard let number = try number(of: run.last, database) else { break }
            let found = try database.statement("SELECT next FROM checkpoint WHERE number = ?").first(.integer(number)) { row in
                (isLast: row.isNull(0), next: row.blob(0))
            }
            guard let found else { break }
            if found.isLast { return run }
            guard let next = found.next.flatMap({ Successor.id(in: $0, behind: run.last) }) else { break }
            run.last = next
            run.head = next
            run.live += 1
        }
        throw damaged("the chain of the run '\(Compact.id(of: run.id).printable)' is broken behind the checkpoint '\(Compact.id(of: run.last))'")
    }
}
