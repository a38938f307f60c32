/// A first-in-first-out queue in one growing buffer.
struct Ring<Element> {
    /// Its size is a power of two.
    private var buffer: [Element?] = Array(repeating: nil, count: 8)
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    var first: Element? { count == 0 ? nil : buffer[head] }

    /// - Precondition: 0 ≤ position < count.
    subscript(position: Int) -> Element {
        precondition(position >= 0 && position < count)
        guard let element = buffer[(head + position) & (buffer.count - 1)] else {
            preconditionFailure("a ring keeps its elements together")
        }
        return element
    }

    mutating func append(_ element: Element) {
        if count == buffer.count { grow() }
        buffer[(head + count) & (buffer.count - 1)] = element
        count += 1
    }

    mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = buffer[head].take()
        head = (head + 1) & (buffer.count - 1)
        count -= 1
        return element
    }

    mutating func popLast() -> Element? {
        guard count > 0 else { return nil }
        count -= 1
        return buffer[(head + count) & (buffer.count - 1)].take()
    }

    mutating func removeAll() { self = Ring() }

    private mutating func grow() {
        var larger: [Element?] = Array(repeating: nil, count: 2 * buffer.count)
        for position in 0..<count { larger[position] = buffer[(head + position) & (buffer.count - 1)] }
        buffer = larger
        head = 0
    }
}
