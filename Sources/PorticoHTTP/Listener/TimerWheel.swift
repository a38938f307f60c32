import SocketLoop

/// An owner's state in a ``TimerWheel``. Postponing, as each request does, is one assignment.
struct WheelDeadline {
    /// In the reactor's milliseconds; `Int.max` for none.
    fileprivate(set) var time = Int.max
    /// The owner's next tick and its index in that bucket; `Int.max` for none.
    fileprivate var tick = Int.max
    fileprivate var index = 0
}

protocol WheelEntry: AnyObject {
    var deadline: WheelDeadline { get set }
    /// The deadline has passed, by at most one tick.
    func deadlinePassed()
}

/// One coarse timer for the time-outs of all connections of a worker.
///
/// Entries are in buckets by tick, each in one. An entry with a postponed deadline moves to a later
/// bucket when its tick comes; only an earlier deadline moves it at once.
final class TimerWheel<Entry: WheelEntry> {
    /// Milliseconds between two ticks: the maximum delay of a time-out.
    static var tickMilliseconds: Int { 100 }
    /// Ticks of one revolution; later deadlines are checked once per revolution.
    static var bucketCount: Int { 512 }

    private let reactor: Reactor
    private var buckets: [[Entry]]
    private var entries = 0
    /// The last tick whose bucket was emptied.
    private var current: Int
    private var isRunning = false

    init(reactor: Reactor) {
        self.reactor = reactor
        buckets = Array(repeating: [], count: Self.bucketCount)
        current = reactor.now / Self.tickMilliseconds
    }

    /// Sets the entry's deadline, in milliseconds from now; `nil` for none.
    func set(_ entry: Entry, after milliseconds: Int?) {
        guard let milliseconds else {
            entry.deadline.time = .max
            return
        }
        entry.deadline.time = reactor.now &+ milliseconds
        if Self.tick(of: entry.deadline.time) < entry.deadline.tick {
            take(entry)
            insert(entry)
        }
    }

    /// Removes an entry and the reference to it.
    func remove(_ entry: Entry) {
        entry.deadline.time = .max
        take(entry)
    }

    private static func tick(of time: Int) -> Int { time / tickMilliseconds + 1 }

    private func insert(_ entry: Entry) {
        if !isRunning {
            isRunning = true
            current = reactor.now / Self.tickMilliseconds
            scheduleTick()
        }
        let tick = min(max(Self.tick(of: entry.deadline.time), current + 1), current + Self.bucketCount - 1)
        let bucket = tick % Self.bucketCount
        entry.deadline.tick = tick
        entry.deadline.index = buckets[bucket].count
        buckets[bucket].append(entry)
        entries += 1
    }

    /// Removes an entry from its bucket; the last one there takes its index.
    private func take(_ entry: Entry) {
        guard entry.deadline.tick < .max else { return }
        let bucket = entry.deadline.tick % Self.bucketCount, index = entry.deadline.index
        entry.deadline.tick = .max
        let last = buckets[bucket].removeLast()
        if last !== entry {
            buckets[bucket][index] = last
            last.deadline.index = index
        }
        entries -= 1
    }

    private func scheduleTick() {
        reactor.after(milliseconds: Self.tickMilliseconds) { [weak self] in self?.advance() }
    }

    private func advance() {
        let now = reactor.now / Self.tickMilliseconds
        // After a long stall every bucket is due, but each only once.
        let last = min(now, current + Self.bucketCount - 1)
        while current < last {
            current += 1
            empty(tick: current)
        }
        current = max(current, now)
        if entries > 0 { scheduleTick() } else { isRunning = false }
    }

    private func empty(tick: Int) {
        let index = tick % Self.bucketCount
        guard !buckets[index].isEmpty else { return }
        var due: [Entry] = []
        swap(&due, &buckets[index])
        entries -= due.count
        for entry in due { entry.deadline.tick = .max }
        for entry in due where entry.deadline.tick == .max && entry.deadline.time < .max {
            if entry.deadline.time <= reactor.now {
                entry.deadline.time = .max
                entry.deadlinePassed()
            } else {
                insert(entry)
            }
        }
    }
}
