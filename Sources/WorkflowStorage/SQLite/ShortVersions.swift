import WorkflowModel

/// A version of a part that is short enough to stand in the row of its checkpoint: whole, or that the part is gone.
struct ShortVersion {
    var part: SQLiteLine.Part
    var form: VersionForm
    var value: Text

    /// Of a value: what is longer has a row of its own, where a difference can follow it.
    static let longest = Difference.shortest
    /// Of all that stand in one row.
    static let mostBytes = 256
    /// So many parts may wait for a row of their own, and the checkpoint that has all of them may lie so many commits back: who reads
    /// a state goes back to there.
    static let mostWaiting = 32
    static let mostRows = 16
}

extension SQLiteLine {
    func waits(_ part: Part) -> Bool { short.contains { $0.part === part } }

    /// Whether the row of the next checkpoint takes them.
    func takes(_ versions: [ShortVersion]) -> Bool {
        guard shortRows + 1 < ShortVersion.mostRows, short.count + versions.count <= ShortVersion.mostWaiting else { return false }
        var bytes = 0
        for version in versions {
            guard version.form != .difference, version.value.count <= ShortVersion.longest else { return false }
            bytes += version.value.count
        }
        return bytes <= ShortVersion.mostBytes
    }

    /// What is for the row.
    func take(_ versions: [ShortVersion]) -> Text? {
        shortRows += 1
        guard !versions.isEmpty else { return nil }
        state.upto += versions.count
        for version in versions {
            if let place = short.firstIndex(where: { $0.part === version.part }) { short[place] = version } else { short.append(version) }
        }
        return ShortVersions.text(of: versions)
    }
}

/// As they stand in the row of a checkpoint: the last has the number `upto`, and so on down. Of each the part's number, then the number
/// of its bytes and one more, or 0 if it is gone, then the bytes.
enum ShortVersions {
    static func text(of versions: [ShortVersion]) -> Text {
        var bytes = TextBuilder(capacity: versions.reduce(0) { $0 + $1.value.count + 4 })
        for version in versions {
            bytes.append(packed: UInt64(UInt(bitPattern: version.part.number)))
            bytes.append(packed: version.form == .gone ? 0 : UInt64(UInt(bitPattern: version.value.count)) + 1)
            bytes.append(version.value)
        }
        return bytes.finish()
    }

    /// In the order of their numbers. Nil if they are damaged.
    static func links(in text: Text, upto: Int) -> [(part: Int, link: VersionChain.Link)]? {
        var found: [(part: Int, link: VersionChain.Link)] = []
        let isWhole = text.withBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                guard let part = PackedNumber.read(bytes, &offset).flatMap(Int.init(exactly:)),
                    let size = PackedNumber.read(bytes, &offset).flatMap(Int.init(exactly:)), size <= bytes.count - offset + 1
                else { return false }
                let (form, count) = size == 0 ? (VersionForm.gone, 0) : (.whole, size - 1)
                let value = text.slice(offset..<offset + count)
                offset += count
                found.append((part, VersionChain.Link(number: 0, form: form, seal: form.seal(value, after: 0), value: value)))
            }
            return true
        }
        guard isWhole, found.count <= upto else { return nil }
        for index in found.indices { found[index].link.number = upto - found.count + 1 + index }
        return found
    }
}

extension SQLiteStorage {
    /// The newest short versions that a checkpoint sees, by part, of those behind its `base`; and how many rows they were in.
    func shortVersions(_ row: CheckpointRow, _ database: SQLite) throws(Failure) -> (found: [Int: VersionChain.Link], rows: Int) {
        var found: [Int: VersionChain.Link] = [:]
        guard let state = row.state, state.upto > state.base else { return (found, 0) }
        var rows = 0
        var (upto, changes, next) = (state.upto, row.changes, row.before)
        while true {
            if let changes {
                guard let links = ShortVersions.links(in: changes, upto: upto) else { throw damaged(row) }
                for (part, link) in links.reversed() where found[part] == nil { found[part] = link }
            }
            rows += 1
            guard let id = next else { return (found, rows) }
            guard rows <= ShortVersion.mostRows else { throw damaged(row) }
            guard let number = try number(of: id, database) else { throw damaged(row) }
            let before = try database.statement("SELECT line, upto, before, changes FROM checkpoint WHERE number = ?").first(.integer(number)) { row in
                (isOther: !row.isNull(0) && row.integer(0) != state.line, upto: row.count(1) ?? 0, next: row.blob(2), changes: row.blob(3), isDocument: row.isNull(0))
            }
            guard let before else { throw damaged(row) }
            // A document may have come back to the place of one that was deleted.
            if !before.isDocument, before.isOther || before.upto <= state.base { return (found, rows) }
            (upto, changes, next) = (before.upto, before.changes, before.next)
        }
    }

    private func damaged(_ row: CheckpointRow) -> Failure {
        damaged("the state of the checkpoint '\(Compact.id(of: row.id))' is missing what the checkpoints before it brought. Others may be good")
    }

    /// Gives the short versions of a row that is about to go rows of their own, for the checkpoints behind it.
    func settle(_ row: CheckpointRow, _ database: SQLite) throws(Failure) {
        guard let state = row.state, let changes = row.changes else { return }
        guard let links = ShortVersions.links(in: changes, upto: state.upto) else { throw damaged(row) }
        for (number, link) in links {
            let part = SQLiteLine.Part(number: number, seal: link.seal, size: link.value?.count ?? 0, cost: link.value?.count ?? 0)
            try insert(link.number, state.line, part, link.form, link.value ?? Text(""), database)
        }
    }
}
