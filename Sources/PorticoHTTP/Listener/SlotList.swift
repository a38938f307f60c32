/// A list of slots, in the order in which they were appended.
struct SlotList {
    fileprivate(set) var first = -1
    fileprivate(set) var last = -1

    var isEmpty: Bool { first < 0 }
}

/// The neighbours of each slot in the at most one list that contains it: appending, removing and
/// finding the first cost a few assignments, whatever the length.
struct SlotLinks {
    private struct Link {
        var previous = -1
        var next = -1
        var isIn = false
    }

    private var links: [Link] = []

    func contains(_ slot: Int) -> Bool { slot < links.count && links[slot].isIn }

    /// The next slot in the list; -1 after the last.
    func next(_ slot: Int) -> Int { links[slot].next }

    mutating func append(_ slot: Int, to list: inout SlotList) {
        while links.count <= slot { links.append(Link()) }
        guard !links[slot].isIn else { return }
        links[slot] = Link(previous: list.last, next: -1, isIn: true)
        if list.last >= 0 { links[list.last].next = slot } else { list.first = slot }
        list.last = slot
    }

    mutating func remove(_ slot: Int, from list: inout SlotList) {
        guard contains(slot) else { return }
        let link = links[slot]
        if link.previous >= 0 { links[link.previous].next = link.next } else { list.first = link.next }
        if link.next >= 0 { links[link.next].previous = link.previous } else { list.last = link.previous }
        links[slot] = Link()
    }
}
