import WorkflowJSON
import WorkflowModel

/// The body of a checkpoint's row: a text, or one with pieces in rows of `payload`.
///
/// Then it begins with a byte that no JSON begins with. Behind it, in packed numbers, stands how many pieces there are, and of each how
/// much of the text is before it, counted from the piece before, its number, its size, and its seal in eight bytes; then the text.
struct SQLiteBody {
    struct Piece {
        var place: Int
        var number: Int
        var size: Int
        var seal: UInt64
    }

    var rest: Text
    /// In the order of their places.
    var pieces: [Piece]

    static let mark: UInt8 = 1

    /// Of the whole.
    var size: Int { pieces.reduce(rest.count) { $0 &+ $1.size } }

    init(_ rest: Text, _ pieces: [Piece] = []) { (self.rest, self.pieces) = (rest, pieces) }

    /// As it stands in the row.
    var text: Text {
        guard !pieces.isEmpty else { return rest }
        var bytes = TextBuilder(capacity: rest.count + 24 * pieces.count + 8)
        bytes.append(byte: Self.mark)
        bytes.append(packed: UInt64(pieces.count))
        var place = 0
        for piece in pieces {
            for number in [piece.place - place, piece.number, piece.size] { bytes.append(packed: UInt64(UInt(bitPattern: number))) }
            for shift in 0..<8 { bytes.append(byte: UInt8(truncatingIfNeeded: piece.seal >> UInt64(8 * shift))) }
            place = piece.place
        }
        bytes.append(rest)
        return bytes.finish()
    }

    /// Nil for what is damaged.
    init?(reading stored: Text) {
        guard stored.withBytes({ $0.first }) == Self.mark else {
            self.init(stored)
            return
        }
        var pieces: [Piece] = []
        let start: Int? = stored.withBytes { bytes in
            var (offset, place, size) = (1, 0, 0)
            guard let count = PackedNumber.read(bytes, &offset), count <= UInt64(bytes.count) else { return nil }
            for _ in 0..<count {
                guard let gap = PackedNumber.read(bytes, &offset).flatMap(Int.init(exactly:)), gap <= bytes.count,
                    let number = PackedNumber.read(bytes, &offset).flatMap(Int.init(exactly:)),
                    let length = PackedNumber.read(bytes, &offset).flatMap(Int.init(exactly:)), length <= JSON.largestText,
                    bytes.count - offset >= 8
                else { return nil }
                var seal: UInt64 = 0
                for shift in 0..<8 { seal |= UInt64(bytes[offset + shift]) << UInt64(8 * shift) }
                offset += 8
                place += gap
                size += length
                guard size <= JSON.largestText else { return nil }
                pieces.append(Piece(place: place, number: number, size: length, seal: seal))
            }
            return place <= bytes.count - offset ? offset : nil
        }
        guard let start else { return nil }
        self.init(stored.slice(start..<stored.count), pieces)
    }
}
