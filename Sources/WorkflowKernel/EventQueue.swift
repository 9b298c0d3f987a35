import WorkflowModel

/// Events on their way to the driver, oldest first. Nearly always there is one, which needs no list.
struct EventQueue: Sendable {
    private var oldest: Event?
    /// Behind the oldest; empty if there is none. Those before `next` have gone.
    private var others: [Event] = []
    private var next = 0

    var isEmpty: Bool { oldest == nil }

    mutating func put(_ event: consuming Event) {
        if oldest == nil { oldest = event } else { others.append(event) }
    }

    mutating func take() -> Event? {
        let taken = oldest.take()
        if next < others.count {
            oldest = others[next]
            next += 1
        } else if next > 0 {
            others.removeAll(keepingCapacity: true)
            next = 0
        }
        return taken
    }
}
