/// Identifies one timer of a ``Reactor``; harmless after the timer fired or was cancelled.
public struct TimerToken: Hashable, Sendable {
    var slot: UInt32
    var generation: UInt32
}

/// Timers by deadline: adding costs O(log n), cancelling O(1) (the entry is removed at its
/// deadline, or when cancelled entries are the majority).
struct TimerQueue {
    private struct Entry {
        var deadline: Int
        /// Timers of the same deadline fire in the order they were added.
        var sequence: UInt64
        var token: TimerToken

        func precedes(_ other: Entry) -> Bool {
            deadline != other.deadline ? deadline < other.deadline : sequence < other.sequence
        }
    }

    private struct Slot {
        var generation: UInt32 = 0
        var body: (() -> Void)?
    }

    /// A binary heap, the earliest first.
    private var heap: [Entry] = []
    private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []
    private(set) var nextSequence: UInt64 = 0
    /// Timers that can still fire.
    private(set) var count = 0

    mutating func add(deadline: Int, _ body: @escaping () -> Void) -> TimerToken {
        let slot: UInt32
        if let free = freeSlots.popLast() {
            slot = free
        } else {
            slot = UInt32(slots.count)
            slots.append(Slot())
        }
        slots[Int(slot)].body = body
        let token = TimerToken(slot: slot, generation: slots[Int(slot)].generation)
        heap.append(Entry(deadline: deadline, sequence: nextSequence, token: token))
        nextSequence += 1
        count += 1
        siftUp(heap.count - 1)
        return token
    }

    /// - Returns: false if it already fired or was cancelled.
    @discardableResult mutating func cancel(_ token: TimerToken) -> Bool {
        guard release(token) != nil else { return false }
        if heap.count > 64, heap.count > 2 * count { dropForgotten() }
        return true
    }

    /// The earliest deadline, or `nil` without a timer.
    mutating func earliest() -> Int? {
        while let first = heap.first {
            if isLive(first.token) { return first.deadline }
            removeFirst()
        }
        return nil
    }

    /// Removes the earliest due timer added before `sequence`, so that timers that add timers end.
    mutating func takeDue(now: Int, addedBefore sequence: UInt64) -> (() -> Void)? {
        while let first = heap.first, first.deadline <= now, first.sequence < sequence {
            removeFirst()
            if let body = release(first.token) { return body }
        }
        return nil
    }

    private func isLive(_ token: TimerToken) -> Bool {
        slots[Int(token.slot)].generation == token.generation && slots[Int(token.slot)].body != nil
    }

    private mutating func release(_ token: TimerToken) -> (() -> Void)? {
        let index = Int(token.slot)
        guard index < slots.count, slots[index].generation == token.generation, let body = slots[index].body else {
            return nil
        }
        slots[index].body = nil
        slots[index].generation &+= 1
        freeSlots.append(token.slot)
        count -= 1
        return body
    }

    private mutating func dropForgotten() {
        heap = heap.filter { isLive($0.token) }
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            siftDown(0)
        }
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index].precedes(heap[parent]) else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            var smallest = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child].precedes(heap[smallest])
            { smallest = child }
            guard smallest != index else { return }
            heap.swapAt(index, smallest)
            index = smallest
        }
    }
}
