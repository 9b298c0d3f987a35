import WorkflowJSON
import WorkflowModel

/// Reading the state.
extension SQLiteStorage {
    /// The state that a checkpoint sees, checked in every part.
    func parts(_ state: CheckpointRow.State, of row: CheckpointRow, _ database: SQLite) throws(Failure) -> [StatePart] {
        let id = Compact.id(of: row.id)
        let short = try shortVersions(row, database).found
        var places: [(number: Int, place: StatePlace)] = []
        let find = try database.statement("SELECT number, area, owner, name, key FROM part WHERE line = ? ORDER BY area, owner, key")
        try find.each(.integer(state.line)) { row throws(Failure) in
            guard let number = row.count(0), let area = row.integer(1), let owner = row.integer(2), let name = row.blob(3),
                let key = row.blob(4), let place = StatePlace(area: area, owner: owner, name: name, keyBytes: key)
            else { throw damaged("the state of the checkpoint '\(id)' has a damaged place") }
            places.append((number, place))
            return true
        }
        let known = state.upto <= Self.searchCost * places.count ? try chains(state, id, places.count, database) : nil
        var parts: [StatePart] = []
        parts.reserveCapacity(places.count)
        var digest: UInt64 = 0
        for (number, place) in places {
            var chain = VersionChain()
            if let known {
                if known.indices.contains(number) { chain = known[number] }
            } else {
                chain = try self.chain(number, state, place, id, database)
            }
            if let link = short[number], link.number > chain.links.last?.number ?? 0 { chain.add(link) }
            guard let (value, seal) = try value(of: chain, place, id, database) else { continue }
            digest &+= place.seal.share(seal)
            parts.append(StatePart(place: place, value: value))
        }
        guard parts.count == state.parts, digest == state.digest else {
            throw damaged("the state of the checkpoint '\(id)' does not match its checksum: it has \(parts.count) of \(state.parts) values. Others may be good")
        }
        return parts
    }

    /// Searching one part costs as much as going over so many versions.
    private static let searchCost = 4

    /// Of all parts of a line at once, by their numbers.
    private func chains(_ state: CheckpointRow.State, _ id: String, _ count: Int, _ database: SQLite) throws(Failure) -> [VersionChain] {
        var chains = [VersionChain](repeating: VersionChain(), count: count + 1)
        let find = try database.statement(
            "SELECT part, number, form, seal, large, value FROM version WHERE line = ? AND number <= ? ORDER BY part, number")
        try find.each(.integer(state.line), .integer(state.upto)) { row throws(Failure) in
            guard let part = row.integer(0), chains.indices.contains(part), let link = VersionChain.Link(row, from: 1) else {
                throw damaged("the state of the checkpoint '\(id)' has a damaged version")
            }
            chains[part].add(link)
            return true
        }
        return chains
    }

    private func chain(
        _ part: Int, _ state: CheckpointRow.State, _ place: StatePlace, _ id: String, _ database: SQLite
    ) throws(Failure) -> VersionChain {
        var links: [VersionChain.Link] = []
        let find = try database.statement(
            "SELECT number, form, seal, large, value FROM version WHERE line = ? AND part = ? AND number <= ? ORDER BY number DESC")
        try find.each(.integer(state.line), .integer(part), .integer(state.upto)) { row throws(Failure) in
            guard let link = VersionChain.Link(row, from: 0) else { throw damaged(place, id) }
            links.append(link)
            return link.form == .difference
        }
        var chain = VersionChain()
        for link in links.reversed() { chain.add(link) }
        return chain
    }

    /// The value and its seal; nil if the part is gone or not there yet.
    private func value(of chain: VersionChain, _ place: StatePlace, _ id: String, _ database: SQLite) throws(Failure) -> (Text, Int)? {
        guard let first = chain.links.first, first.form != .gone || chain.links.count > 1 else { return nil }
        // Behind its last deletion a value begins whole: what stands on nothing is cut off, not empty.
        guard first.form == .whole, let base = try text(of: first, database), VersionForm.whole.seal(base, after: 0) == first.seal else {
            throw damaged(place, id)
        }
        guard chain.links.count > 1 else { return (base, first.seal) }
        var bytes = base.withBytes { Array($0) }
        var seal = first.seal
        for link in chain.links.dropFirst() {
            guard let text = try text(of: link, database), VersionForm.difference.seal(text, after: seal) == link.seal,
                Difference(decoding: text)?.apply(to: &bytes) == true
            else { throw damaged(place, id) }
            seal = link.seal
        }
        return (bytes.withUnsafeBytes { Text(copying: $0) }, seal)
    }

    private func text(of link: VersionChain.Link, _ database: SQLite) throws(Failure) -> Text? {
        guard let large = link.large else { return link.value }
        return try database.statement("SELECT value FROM large WHERE number = ?").first(.integer(large)) { $0.blob(0) } ?? nil
    }

    private func damaged(_ place: StatePlace, _ id: String) -> Failure {
        let key = place.key.map { "the key '\($0.string.printable)'" } ?? "what was saved"
        let whose = place.area == .shared ? "of the shared state" : "of '\(place.name.string.printable)'"
        return damaged("\(key) \(whose) in the checkpoint '\(id)' does not match its checksum. Others may be good")
    }
}

/// The versions that a value is made of: the last that is whole, and the differences behind it.
struct VersionChain {
    struct Link {
        var number: Int
        var form: VersionForm
        var seal: Int
        var large: Int?
        var value: Text?

        init(number: Int, form: VersionForm, seal: Int, value: Text) {
            self.number = number
            self.form = form
            self.seal = seal
            self.value = value
        }

        /// From `number, form, seal, large, value`. Nil if it is damaged.
        init?(_ row: SQLiteStatement, from column: Int32) {
            guard let number = row.count(column), let form = row.integer(column + 1).flatMap(VersionForm.init), let seal = row.integer(column + 2)
            else { return nil }
            self.number = number
            self.form = form
            self.seal = seal
            large = row.integer(column + 3)
            value = row.blob(column + 4)
        }
    }

    private(set) var links: [Link] = []

    /// In the order of the versions.
    mutating func add(_ link: Link) {
        if link.form != .difference { links.removeAll(keepingCapacity: true) }
        links.append(link)
    }
}
