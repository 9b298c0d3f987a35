import Glibc

/// Runs `body` on so many threads of its own at once, each with its number, and waits for all of them.
public func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let threads = (0..<count).map { number in startThread { body(number) } }
    for thread in threads { pthread_join(thread, nil) }
}

/// A thread that the caller joins.
public func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(Box(body)).toOpaque()
    let result = pthread_create(&thread, nil, startBox, argument)
    precondition(result == 0, "no thread")
    return thread
}

private final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func startBox(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    argument.map { Unmanaged<Box>.fromOpaque($0).takeRetainedValue() }?.body()
    return nil
}
