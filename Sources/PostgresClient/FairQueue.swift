/// A queue with a lane per key: first in, first out within a lane, round robin between lanes. A
/// tenant with a thousand waiting statements delays another tenant's statement by only one.
package struct FairQueue<Element> {
    private var lanes: [UInt64: Ring<Element>] = [:]
    /// The keys of the non-empty lanes, in the order of service.
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

    /// The number of turns before the next key that may be served; `nil` if none may.
    func turns(before mayBeServed: (_ key: UInt64) -> Bool) -> Int? {
        (0..<turns.count).first { mayBeServed(turns[$0]) }
    }

    /// The next element, after skipping the given number of keys, which lose their turn.
    mutating func popFirst(skipping skipped: Int) -> (element: Element, key: UInt64)? {
        for _ in 0..<skipped { if let key = turns.popFirst() { turns.append(key) } }
        guard let key = turns.popFirst(), let element = lanes[key]?.popFirst() else { return nil }
        count -= 1
        if lanes[key]?.isEmpty == true { lanes[key] = nil } else { turns.append(key) }
        return (element, key)
    }

    /// Removes the last element of the longest lane to make room for one of `key`; `nil` if that
    /// would make `key`'s lane the longest.
    ///
    /// Scans all lanes: for a full queue.
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

    /// Each key with the first element of its lane.
    func forEachLane(_ body: (_ key: UInt64, _ first: Element) -> Void) {
        for turn in 0..<turns.count { if let first = lanes[turns[turn]]?.first { body(turns[turn], first) } }
    }

    func count(of key: UInt64) -> Int { lanes[key]?.count ?? 0 }

    /// Removes matching elements; the others keep their order.
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
