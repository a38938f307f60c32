/// A queue with a lane per key: first in, first out within a lane, and the lanes take turns, so
/// that a tenant with a thousand waiting statements delays another tenant's one by one statement
/// only.
package struct FairQueue<Element> {
    private var lanes: [UInt64: Ring<Element>] = [:]
    /// The keys of the lanes that hold something, the next to be served first.
    private var turns = Ring<UInt64>()
    package private(set) var count = 0

    package init() {}

    package var isEmpty: Bool { count == 0 }

    package mutating func append(_ element: Element, key: UInt64) {
        count += 1
        if lanes[key]?.append(element) == nil {
            var lane = Ring<Element>()
            lane.append(element)
            lanes[key] = lane
            turns.append(key)
        }
    }

    package mutating func popFirst() -> Element? { popFirst(skipping: 0)?.element }

    /// How many turns are before the next key that may be served; `nil` where none may.
    func turns(before mayBeServed: (_ key: UInt64) -> Bool) -> Int? {
        (0..<turns.count).first { mayBeServed(turns[$0]) }
    }

    /// The next in turn, behind so many that give theirs up.
    mutating func popFirst(skipping skipped: Int) -> (element: Element, key: UInt64)? {
        for _ in 0..<skipped { if let key = turns.popFirst() { turns.append(key) } }
        guard let key = turns.popFirst(), let element = lanes[key]?.popFirst() else { return nil }
        count -= 1
        if lanes[key]?.isEmpty == true { lanes[key] = nil } else { turns.append(key) }
        return (element, key)
    }

    /// Takes the last of the longest lane out, so that one more of `key` has room; `nil` where
    /// `key`'s own would become the longest.
    ///
    /// It looks at all lanes: for a queue that is full.
    package mutating func popLastOfLongest(makingRoomFor key: UInt64) -> Element? {
        guard let longest = lanes.max(by: { ($0.value.count, $0.key) < ($1.value.count, $1.key) }),
            longest.value.count > (lanes[key]?.count ?? 0) + 1
        else { return nil }
        count -= 1
        return lanes[longest.key]?.popLast()
    }

    func forEach(_ body: (Element) -> Void) {
        for turn in 0..<turns.count {
            guard let lane = lanes[turns[turn]] else { continue }
            for position in 0..<lane.count { body(lane[position]) }
        }
    }

    /// Each key that has something here, with the first of it.
    func forEachLane(_ body: (_ key: UInt64, _ first: Element) -> Void) {
        for turn in 0..<turns.count { if let first = lanes[turns[turn]]?.first { body(turns[turn], first) } }
    }

    func count(of key: UInt64) -> Int { lanes[key]?.count ?? 0 }

    /// Takes out what the predicate names; the order of the rest stays.
    mutating func removeAll(where mustGo: (Element) -> Bool) -> [Element] {
        var removed: [Element] = []
        var rest = FairQueue()
        for turn in 0..<turns.count {
            let key = turns[turn]
            guard let lane = lanes[key] else { continue }
            for position in 0..<lane.count {
                if mustGo(lane[position]) {
                    removed.append(lane[position])
                } else {
                    rest.append(lane[position], key: key)
                }
            }
        }
        self = rest
        return removed
    }
}
