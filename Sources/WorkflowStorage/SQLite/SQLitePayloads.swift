import WorkflowJSON
import WorkflowModel

/// A long piece of a frame: a message's payload, mostly.
final class SQLitePayload {
    let size: Int
    /// Of its row; nil if it stands in the body.
    fileprivate var row: (number: Int, seal: UInt64)?
    /// Nil as long as only its row was seen.
    fileprivate var text: Text?

    /// Shorter ones always stand in the body.
    static let shortest = 4 << 10
    /// Shorter ones stand there the first time: most are another by the next boundary, and a row of their own costs a page.
    static let long = 64 << 10

    fileprivate init(_ text: Text) {
        size = text.count
        keep(text)
    }

    fileprivate init(_ piece: SQLiteBody.Piece) { (size, row) = (piece.size, (piece.number, piece.seal)) }

    /// As the run has it now, so that it is not kept twice; without an object of the host's.
    fileprivate func keep(_ text: Text) {
        var text = text
        text.forgetValue()
        self.text = text
    }

    fileprivate static func seal(of text: Text) -> UInt64 {
        var seal = Seal()
        seal.add(text)
        return seal.value
    }
}

/// The pieces of a run's last boundary, as its session knows them: what is still the same is not written again.
struct SQLitePayloads {
    /// What they were true of: a deletion may take rows away.
    private(set) var run = 0
    private(set) var deletions = 0
    fileprivate var all: [SQLitePayload] = []
    /// Behind the one that was found last.
    private var next = 0

    init() {}

    fileprivate init(_ run: RunRow, _ all: [SQLitePayload] = []) { (self.run, deletions, self.all) = (run.number, run.deletions, all) }

    func areTrue(of run: RunRow) -> Bool { self.run == run.number && deletions == run.deletions }

    /// The commit that wrote them changed the row of the run.
    func after(_ run: RunRow) -> SQLitePayloads { SQLitePayloads(run, all) }

    /// Pieces mostly stay in their order: it looks at a few from the last on, so that thousands of one size are no square of that.
    fileprivate mutating func first(where isSame: (SQLitePayload) throws(Failure) -> Bool) throws(Failure) -> SQLitePayload? {
        for step in 0..<min(all.count, Self.mostTries) {
            let place = (next + step) % all.count
            guard try isSame(all[place]) else { continue }
            next = place + 1
            return all[place]
        }
        return nil
    }

    private static let mostTries = 32
}

extension SQLiteStorage {
    /// The body for the row of the next checkpoint of a run, and its pieces for the one behind it. Writes those that are new.
    func write(
        _ frame: CutText, of run: RunRow, knowing known: SQLitePayloads, _ database: SQLite
    ) throws(Failure) -> (body: Text, payloads: SQLitePayloads) {
        guard !frame.pieces.isEmpty else { return (frame.rest, SQLitePayloads(run)) }
        var (known, new) = (known, SQLitePayloads(run))
        for piece in frame.pieces {
            var seal: UInt64?
            func isSame(_ payload: SQLitePayload) throws(Failure) -> Bool {
                guard payload.size == piece.text.count else { return false }
                if let text = payload.text { return text == piece.text }
                if seal == nil { seal = SQLitePayload.seal(of: piece.text) }
                guard let row = payload.row, seal == row.seal else { return false }
                return try payloadRow(row.number, of: run.number, database) == piece.text
            }
            var found = try known.first(where: isSame)
            if found == nil { found = try new.first(where: isSame) }
            found?.keep(piece.text)
            let payload = found ?? SQLitePayload(piece.text)
            if payload.row == nil, found != nil || piece.stays || payload.size >= SQLitePayload.long {
                payload.row = (try insert(piece.text, run, database), seal ?? SQLitePayload.seal(of: piece.text))
            }
            new.all.append(payload)
        }
        return (Self.body(frame, new.all).text, new)
    }

    private static func body(_ frame: CutText, _ payloads: [SQLitePayload]) -> SQLiteBody {
        var rest = TextBuilder(capacity: frame.rest.count + payloads.reduce(0) { $0 + ($1.row == nil ? $1.size : 0) })
        var pieces: [SQLiteBody.Piece] = []
        var place = 0
        frame.rest.withBytes { bytes in
            for (piece, payload) in zip(frame.pieces, payloads) {
                rest.append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[place..<piece.place])))
                place = piece.place
                if let row = payload.row {
                    pieces.append(SQLiteBody.Piece(place: rest.count, number: row.number, size: payload.size, seal: row.seal))
                } else {
                    rest.append(piece.text)
                }
            }
            rest.append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[place...])))
        }
        return SQLiteBody(rest.finish(), pieces)
    }

    /// What the session knows; if it has just begun, those of the checkpoint that it goes on from.
    func knownPayloads(_ commit: Commit, _ known: RunRow?, _ database: SQLite) throws(Failure) -> SQLitePayloads {
        guard let run = known, case .boundary = commit.content else { return SQLitePayloads() }
        if let line = commit.session.memory as? SQLiteLine, line.storage === self, line.payloads.areTrue(of: run) { return line.payloads }
        guard let previous = commit.summary.previousID, let row = try row(Compact.id(previous), database), row.run == run.number, !row.isDead,
            let stored = try? storedBody(row, database), let body = SQLiteBody(reading: stored)
        else { return SQLitePayloads() }
        return SQLitePayloads(run, body.pieces.map { SQLitePayload($0) })
    }

    /// Whether its body has pieces elsewhere.
    func hasPayloads(_ row: CheckpointRow, _ database: SQLite) throws(Failure) -> Bool {
        let start = try database.statement("SELECT substr(body, 1, 1) FROM checkpoint WHERE number = ?").first(.optional(row.number)) { $0.blob(0) }
        return (start ?? nil)?.withBytes { $0.first } == SQLiteBody.mark
    }

    /// Without its seal: no checksum covers the sizes in rows either.
    func sizeOfBody(_ row: CheckpointRow, _ database: SQLite) throws(Failure) -> Int {
        let stored = try database.statement("SELECT body FROM checkpoint WHERE number = ?").first(.optional(row.number)) { $0.blob(0) }
        return (stored ?? nil).flatMap { SQLiteBody(reading: $0) }?.size ?? 0
    }

    private func insert(_ text: Text, _ run: RunRow, _ database: SQLite) throws(Failure) -> Int {
        let last = try database.statement("SELECT max(number) FROM payload WHERE run = ?").first(.integer(run.number)) { row in
            row.isNull(0) ? 0 : row.count(0)
        }
        guard case let last?? = last else { throw damaged("it finds a payload with a number that was never given") }
        try database.statement("INSERT INTO payload(run, number, value) VALUES(?,?,?)").run(.integer(run.number), .integer(last + 1), .blob(text))
        return last + 1
    }

    private func payloadRow(_ number: Int, of run: Int, _ database: SQLite) throws(Failure) -> Text? {
        try database.statement("SELECT value FROM payload WHERE run = ? AND number = ?").first(.integer(run), .integer(number)) { $0.blob(0) } ?? nil
    }

    /// A stored body with its pieces, each checked.
    func whole(_ stored: Text, of row: CheckpointRow, _ database: SQLite) throws(Failure) -> Text {
        guard let body = SQLiteBody(reading: stored), let whole = try whole(body, of: row.run, database) else {
            throw damaged("a payload of the checkpoint '\(Compact.id(of: row.id))' is missing, or does not match its checksum. Others may be good")
        }
        return whole
    }

    /// Nil if one is missing or damaged.
    private func whole(_ body: SQLiteBody, of run: Int, _ database: SQLite) throws(Failure) -> Text? {
        guard !body.pieces.isEmpty else { return body.rest }
        var whole = TextBuilder(capacity: body.size)
        var (place, known) = (0, [Int: Text]())
        for piece in body.pieces {
            let text: Text
            if let found = known[piece.number] { text = found } else {
                guard let found = try payloadRow(piece.number, of: run, database), SQLitePayload.seal(of: found) == piece.seal else { return nil }
                text = found
                known[piece.number] = found
            }
            guard text.count == piece.size else { return nil }
            body.rest.withBytes { whole.append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: $0[place..<piece.place]))) }
            whole.append(text)
            place = piece.place
        }
        body.rest.withBytes { whole.append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: $0[place...]))) }
        return whole.finish()
    }

    /// Deletes the payloads of a run that none of these checkpoints, all that it has, needs.
    func cutPayloads(of run: RunRow, to kept: [CheckpointRow], _ database: SQLite) throws(Failure) {
        var numbers: Set<Int> = []
        try database.statement("SELECT number FROM payload WHERE run = ?").each(.integer(run.number)) { row in
            if let number = row.integer(0) { numbers.insert(number) }
            return true
        }
        guard !numbers.isEmpty else { return }
        for row in kept {
            // What a damaged one needs is not known.
            guard let stored = try? storedBody(row, database), let body = SQLiteBody(reading: stored) else { return }
            for piece in body.pieces { numbers.remove(piece.number) }
        }
        for number in numbers {
            try database.statement("DELETE FROM payload WHERE run = ? AND number = ?").run(.integer(run.number), .integer(number))
        }
    }
}
