public import WorkflowModel

/// A text without its long pieces, and where they belong: whoever has a piece already need not copy it to write the text.
public struct CutText: Sendable {
    public struct Piece: Sendable {
        /// How much of `rest` stands before it.
        public var place: Int
        public var text: Text
        /// Whether it will most likely be there again at the next boundary.
        public var stays = false
    }

    public let rest: Text
    /// In the order of their places.
    public let pieces: [Piece]

    public init(_ rest: Text, _ pieces: [Piece] = []) { (self.rest, self.pieces) = (rest, pieces) }

    public var count: Int { pieces.reduce(rest.count) { $0 + $1.text.count } }
}
