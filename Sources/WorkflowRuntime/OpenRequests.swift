import WorkflowJSON
import WorkflowModel
import WorkflowStorage

/// The requests of a run that wait for an answer, for any thread: who answers first, counts.
final class OpenRequests: Sendable {
    private struct Book {
        var open: [Request] = []
        var closed: Set<Text> = []
    }
    private let book = Locked(Book())

    /// Requests of a checkpoint can be answered before they are told.
    init(_ requests: [Request]) { book.withLock { $0.open = requests } }

    /// Opens the request that is about to be told. False if it was answered before, so that nobody need be told.
    func tell(_ request: Request) -> Bool {
        book.withLock { book in
            if book.closed.contains(request.id) { return false }
            if !book.open.contains(where: { $0 === request }) { book.open.append(request) }
            return true
        }
    }

    var all: [Request] { book.withLock { $0.open } }

    /// Takes the request that `payload` answers; a payload of a wrong type leaves it open.
    func close(_ id: Text, answer payload: Text?) throws(Failure) -> Request {
        try book.withLock { book throws(Failure) in
            guard let place = book.open.firstIndex(where: { $0.id == id }) else {
                if book.closed.contains(id) {
                    throw Failure(.conflict, "the request '\(id.string.printable)' was answered or withdrawn already")
                }
                throw Failure(.notFound, "there is no pending request '\(id.string.printable)'")
            }
            let request = book.open[place]
            if let payload, let expected = request.responseType, !PayloadType.matches(payload, expected) {
                throw Failure(
                    .invalid,
                    "the request '\(id.string.printable)' expects an answer of type \(expected), not \(PayloadType.name(of: payload)); "
                        + "it stays pending")
            }
            book.open.remove(at: place)
            book.closed.insert(id)
            return request
        }
    }
}
