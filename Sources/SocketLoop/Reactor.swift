import CSocketShim
import Glibc

/// What a registration waits for.
public struct Interest: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let read = Interest(rawValue: 1)
    public static let write = Interest(rawValue: 2)
    /// Wakes only one of several loops that watch the same listening socket (EPOLLEXCLUSIVE). Such
    /// a registration cannot be modified.
    public static let exclusive = Interest(rawValue: 4)
}

/// What happened to a descriptor.
public struct Events: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Reading does not block: it gives bytes, a connection, the end of the stream or an error.
    public static let readable = Events(rawValue: 1)
    public static let writable = Events(rawValue: 2)
    /// The peer will send no more (EPOLLRDHUP), or both directions are closed (EPOLLHUP).
    public static let hangup = Events(rawValue: 4)
    public static let error = Events(rawValue: 8)
}

/// Identifies one registered descriptor; harmless after the descriptor was deregistered.
public struct Registration: Hashable, Sendable {
    var slot: UInt32
    var generation: UInt32
}

/// One epoll instance with its timers: everything that one worker waits for.
///
/// Confined to the worker's actor. Level-triggered: what a handler leaves unread is reported again.
/// Handlers, timers and end-of-turn hooks may call every method except
/// ``poll(timeoutMilliseconds:)``.
public final class Reactor {
    /// Events taken from the kernel at once; further ones wait for the next turn.
    static let eventsPerTurn = 256
    /// Rounds of end-of-turn hooks added by hooks; later ones wait for the next turn.
    static let hookRoundsPerTurn = 8

    private struct Slot {
        var generation: UInt32 = 0
        var descriptor: Int32 = -1
        var interest: Interest = []
        var handler: ((Events) -> Void)?
    }

    /// The slot number of the executor's wake-up descriptor.
    private static let wakeSlot = UInt32.max

    private let executor: LoopExecutor?
    private let epoll: Int32
    private let events: UnsafeMutablePointer<epoll_event>
    // Exclusivity is not checked at run time: nothing is called while one of these is modified.
    @exclusivity(unchecked) private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []
    @exclusivity(unchecked) private var timers = TimerQueue()
    @exclusivity(unchecked) private var hooks: [() -> Void] = []
    @exclusivity(unchecked) private var hooksBeingRun: [() -> Void] = []

    /// Milliseconds of the monotonic clock, read once per turn.
    @exclusivity(unchecked) public private(set) var now: Int
    /// Calls of `epoll_wait` so far.
    @exclusivity(unchecked) public private(set) var turns = 0
    /// Durations of turns, from the end of one wait to the beginning of the next: events, timers,
    /// hooks and the executor's jobs, and thus the delay of everything else on the loop.
    @exclusivity(unchecked) public private(set) var turnTimes = TurnTimes()
    /// Nanoseconds of the monotonic clock when the last wait ended; `nil` before the first.
    @exclusivity(unchecked) private var wokeAt: Int?

    /// - Parameter executor: The executor whose wake-ups end a wait of this reactor.
    /// - Precondition: the process has a free descriptor.
    public init(executor: LoopExecutor? = nil) {
        self.executor = executor
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        precondition(epoll >= 0, "epoll_create1: no descriptor is left (errno \(errno))")
        events = .allocate(capacity: Self.eventsPerTurn)
        now = Self.readClock() / 1_000_000
        if let executor {
            var event = epoll_event()
            event.events = EPOLLIN.rawValue | EPOLLET.rawValue
            event.data.u64 = UInt64(Self.wakeSlot)
            let status = epoll_ctl(epoll, EPOLL_CTL_ADD, executor.wakeDescriptor, &event)
            precondition(status == 0, "epoll_ctl: the executor's descriptor cannot be watched (errno \(errno))")
        }
    }

    deinit {
        close(epoll)
        events.deallocate()
    }

    // MARK: Descriptors

    /// Watches a descriptor, and never closes it. Keeps the handler until ``deregister(_:)``.
    /// - Throws: ``SocketFailure`` if the kernel refuses (memory, closed or registered descriptor).
    public func register(
        _ descriptor: Int32, _ interest: Interest, handler: @escaping (Events) -> Void
    ) throws(SocketFailure) -> Registration {
        let slot =
            freeSlots.popLast()
            ?? {
                slots.append(Slot())
                return UInt32(slots.count - 1)
            }()
        let registration = Registration(slot: slot, generation: slots[Int(slot)].generation)
        guard control(EPOLL_CTL_ADD, descriptor, interest, registration) else {
            freeSlots.append(slot)
            throw SocketFailure("cannot watch a descriptor", errno: errno)
        }
        slots[Int(slot)].descriptor = descriptor
        slots[Int(slot)].interest = interest
        slots[Int(slot)].handler = handler
        return registration
    }

    /// Changes what a registration waits for; free if nothing changes.
    public func modify(_ registration: Registration, _ interest: Interest) {
        let index = Int(registration.slot)
        guard isLive(registration), slots[index].interest != interest else { return }
        if control(EPOLL_CTL_MOD, slots[index].descriptor, interest, registration) { slots[index].interest = interest }
    }

    /// Removes a descriptor; call before it is closed. Pending events of this turn are dropped.
    public func deregister(_ registration: Registration) {
        guard isLive(registration) else { return }
        let index = Int(registration.slot)
        // A descriptor closed by a library has left the epoll set; the error is harmless.
        _ = control(EPOLL_CTL_DEL, slots[index].descriptor, [], registration)
        slots[index].handler = nil
        slots[index].descriptor = -1
        slots[index].generation &+= 1
        freeSlots.append(registration.slot)
    }

    public var registrationCount: Int { slots.count - freeSlots.count }

    private func isLive(_ registration: Registration) -> Bool {
        let index = Int(registration.slot)
        return index < slots.count && slots[index].generation == registration.generation && slots[index].handler != nil
    }

    private func control(
        _ operation: Int32, _ descriptor: Int32, _ interest: Interest, _ registration: Registration
    ) -> Bool {
        var event = epoll_event()
        event.events = 0
        if interest.contains(.read) { event.events |= EPOLLIN.rawValue }
        if interest.contains(.read), !interest.contains(.exclusive) { event.events |= EPOLLRDHUP.rawValue }
        if interest.contains(.write) { event.events |= EPOLLOUT.rawValue }
        if interest.contains(.exclusive) { event.events |= EPOLLEXCLUSIVE.rawValue }
        event.data.u64 = UInt64(registration.generation) << 32 | UInt64(registration.slot)
        return epoll_ctl(epoll, operation, descriptor, &event) == 0
    }

    // MARK: Timers and hooks

    /// Calls the body once, at least the given milliseconds after ``now``, never within the call.
    @discardableResult public func after(milliseconds: Int, _ body: @escaping () -> Void) -> TimerToken {
        timers.add(deadline: now &+ max(0, milliseconds), body)
    }

    /// - Returns: false if the timer already fired or was cancelled.
    @discardableResult public func cancel(_ token: TimerToken) -> Bool { timers.cancel(token) }

    /// Timers that can still fire.
    public var timerCount: Int { timers.count }

    /// Calls the body once when this turn's events and timers are delivered (or, between turns,
    /// before the next wait): the place to flush what a turn has gathered.
    public func atEndOfTurn(_ body: @escaping () -> Void) { hooks.append(body) }

    // MARK: Turns

    /// One turn: waits at most so long (-1: forever) and at most until the next timer, then
    /// delivers events, timers and hooks.
    public func poll(timeoutMilliseconds: Int) {
        let ranHooks = runHooks()
        // A job that a hook has queued must not wait for the next event.
        let count = wait(ranHooks && executor?.hasJobs == true ? 0 : timeoutMilliseconds)
        turns &+= 1
        let woke = Self.readClock()
        wokeAt = woke
        now = woke / 1_000_000
        for position in 0..<count {
            let event = events[position]
            let index = Int(UInt32(truncatingIfNeeded: event.data.u64))
            guard index < slots.count, slots[index].generation == UInt32(truncatingIfNeeded: event.data.u64 >> 32),
                let handler = slots[index].handler
            else { continue }
            handler(Self.happened(event.events))
        }
        let sequence = timers.nextSequence
        while let body = timers.takeDue(now: now, addedBefore: sequence) { body() }
        runHooks()
    }

    /// Runs turns until the condition holds or the given milliseconds have passed.
    public func poll(until isDone: () -> Bool, within milliseconds: Int) {
        let end = now + milliseconds
        while !isDone(), now < end { poll(timeoutMilliseconds: 1_000) }
    }

    private func wait(_ timeoutMilliseconds: Int) -> Int {
        var timeout = hooks.isEmpty ? timeoutMilliseconds : 0
        let began = Self.readClock()
        if let wokeAt { turnTimes.count(began - wokeAt) }
        if timeout != 0, let deadline = timers.earliest() {
            let left = max(0, deadline - began / 1_000_000)
            timeout = timeout < 0 ? left : min(timeout, left)
        }
        // An interrupted wait is an empty turn.
        return max(0, Int(epoll_wait(epoll, events, Int32(Self.eventsPerTurn), Int32(clamping: timeout))))
    }

    /// - Returns: false if there was none.
    @discardableResult private func runHooks() -> Bool {
        var round = 0
        while !hooks.isEmpty, round < Self.hookRoundsPerTurn {
            swap(&hooks, &hooksBeingRun)
            for hook in hooksBeingRun { hook() }
            hooksBeingRun.removeAll(keepingCapacity: true)
            round += 1
        }
        return round > 0
    }

    private static func happened(_ bits: UInt32) -> Events {
        var events: Events = []
        if bits & EPOLLIN.rawValue != 0 { events.insert(.readable) }
        if bits & EPOLLOUT.rawValue != 0 { events.insert(.writable) }
        if bits & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue) != 0 { events.formUnion([.hangup, .readable]) }
        if bits & EPOLLERR.rawValue != 0 { events.formUnion([.error, .readable]) }
        return events
    }

    /// Nanoseconds of the monotonic clock, read from the vDSO without a system call.
    static func readClock() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// The longest turn since the last call, in nanoseconds, without the current one.
    public func takeLongestTurn() -> Int { turnTimes.takeLongest() }
}
