/// First in, first out; what is taken is let go of at once.
struct Queue<Element> {
    private var inward: [Element] = []
    /// The oldest last.
    private var outward: [Element] = []

    mutating func put(_ element: Element) { inward.append(element) }

    mutating func take() -> Element? {
        if outward.isEmpty {
            outward = inward.reversed()
            inward.removeAll()
        }
        return outward.popLast()
    }
}
