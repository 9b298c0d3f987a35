import WorkflowJSON
import WorkflowModel
import WorkflowStorage

/// The requests of a run that wait for an answer, for any thread: who answers first, counts.
final class OpenRequests: Sendable {
    private struct Book {
        /// By id, with their place in the order of asking.
        var open: [Text: (place: Int, request: Request)] = [:]
        var nextPlace = 0
        /// Those of a checkpoint that are still to be told again. They can be answered before.
        var untold: Set<ObjectIdentifier>
        /// Ids that were closed lately, oldest first: for a better sentence to whoever comes second.
        var closed: [Text] = []
        /// That of the inbox which takes the answers.
        var epoch = 0

        init(_ requests: [Request], epoch: Int) {
            untold = Set(requests.map { ObjectIdentifier($0) })
            self.epoch = epoch
            for request in requests { add(request) }
        }

        mutating func add(_ request: Request) {
            open[request.id] = (nextPlace, request)
            nextPlace += 1
        }
    }

    private let book: Locked<Book>
    private static let rememberedIDs = 1000

    /// With the requests of the checkpoint that a run goes on from.
    init(_ requests: [Request]) {
        book = Locked(Book(requests, epoch: 0))
    }

    /// Those of the checkpoint that the run was taken back to. The inbox is in that epoch already, so no answer to one of
    /// the earlier requests can get through.
    func restart(_ requests: [Request], epoch: Int) { book.withLock { $0 = Book(requests, epoch: epoch) } }

    var all: [Request] { book.withLock { $0.open.values.sorted { $0.place < $1.place }.map(\.request) } }

    /// Opens the request that is about to be told. False if it was closed before: nobody need be told.
    func tell(_ request: Request) -> Bool {
        book.withLock { book in
            if book.untold.remove(ObjectIdentifier(request)) != nil { return book.open[request.id]?.request === request }
            book.add(request)
            // An id may be used again when it is free.
            book.closed.removeAll { $0 == request.id }
            return true
        }
    }

    /// Takes the request that `payload` answers, or that is withdrawn, and its epoch; a payload of a wrong type leaves it
    /// open.
    func close(_ id: Text, answer payload: Text?) throws(Failure) -> (request: Request, epoch: Int) {
        try book.withLock { book throws(Failure) in
            guard let request = book.open[id]?.request else {
                if book.closed.contains(id) {
                    throw Failure(.conflict, "the request '\(id.string.printable)' was answered or withdrawn already")
                }
                throw Failure(.notFound, "there is no pending request '\(id.string.printable)'")
            }
            if let payload { try request.check(answer: payload) }
            book.open[id] = nil
            book.closed.append(id)
            if book.closed.count > Self.rememberedIDs { book.closed.removeFirst() }
            return (request, book.epoch)
        }
    }
}

extension Request {
    /// Throws if `payload` is of none of the types that the request expects.
    func check(answer payload: Text) throws(Failure) {
        guard let expected = responseType, !PayloadType.matches(payload, expected) else { return }
        throw Failure(
            .invalid,
            "the request '\(id.string.printable)' expects an answer of type \(expected), not \(PayloadType.name(of: payload)); "
                + "it stays pending")
    }
}
