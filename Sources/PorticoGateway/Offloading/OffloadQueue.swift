import PostgresClient
import SocketLoop
import Synchronization

/// Runs work on another thread, then calls `then` on the loop. The work leaves its value in a
/// ``WorkResult``, whose type both sides know.
public typealias Offload = (_ work: @escaping @Sendable () async -> Void, _ then: @escaping () -> Void) -> Void

/// Holds the value of one piece of work.
public final class WorkResult<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    public init() {}

    public func put(_ value: Value) { self.value.withLock { $0 = value } }

    /// The value, once; `nil` before the work is done or after the value was taken.
    public func take() -> Value? { value.withLock { $0.take() } }
}

/// Work off the loop: a few pieces at a time, round robin over lanes, each piece with a deadline.
///
/// Guards against requests that are cheap to send and expensive to process: on the loop they would
/// delay everyone, and without a bound they would take every core and all memory. Admitted work
/// continues before other work is admitted, so that at most ``Limits/running`` requests are in
/// progress.
public final class OffloadQueue {
    public struct Limits: Sendable {
        /// Pieces that run at the same time.
        public var running = 1
        /// Pieces that wait. Guards against a flood of small ones.
        public var waiting = 1_000
        /// Bytes held by running and waiting pieces. Guards against a flood of large ones.
        public var bytes = 64 << 20

        public init(running: Int = 1, waiting: Int = 1_000, bytes: Int = 64 << 20) {
            self.running = running
            self.waiting = waiting
            self.bytes = bytes
        }
    }

    public enum Outcome<Value> {
        case done(Value)
        /// The deadline passed first; the work's value is discarded.
        case expired
        /// There is no room for another piece.
        case full
        /// The piece was no longer wanted when its turn came.
        case dropped
    }

    /// The owner of a piece of work.
    public struct Owner {
        /// Pieces of one lane, such as a tenant's, wait for each other.
        public var lane: UInt64
        /// Milliseconds of the reactor's clock.
        public var deadline: Int
        /// Whether an earlier piece was admitted; then this one neither waits nor is refused.
        public var isAdmitted: Bool
        public var isWanted: () -> Bool

        public init(lane: UInt64, deadline: Int, isAdmitted: Bool = false, isWanted: @escaping () -> Bool = { true }) {
            self.lane = lane
            self.deadline = deadline
            self.isAdmitted = isAdmitted
            self.isWanted = isWanted
        }
    }

    public final class Piece {
        fileprivate var bytes: Int
        private unowned let queue: OffloadQueue
        /// Released, with all that it holds, when it begins or is no longer wanted.
        fileprivate var work: (@Sendable () async -> Void)?
        fileprivate let isWanted: () -> Bool
        fileprivate var then: ((Outcome<Void>) -> Void)?
        fileprivate var timer: TimerToken?

        fileprivate init(
            bytes: Int, queue: OffloadQueue, work: @escaping @Sendable () async -> Void,
            isWanted: @escaping () -> Bool, then: @escaping (Outcome<Void>) -> Void
        ) {
            self.bytes = bytes
            self.queue = queue
            self.work = work
            self.isWanted = isWanted
            self.then = then
        }

        /// Withdraws the piece: nothing is called, and what it holds is released unless it runs.
        public func withdraw() {
            then = nil
            if work != nil { queue.release(self) }
            end()
        }

        fileprivate func end() {
            work = nil
            if let timer = timer.take() { queue.reactor.cancel(timer) }
        }
    }

    fileprivate let reactor: Reactor
    private let limits: Limits
    private let offload: Offload
    /// Pieces of admitted work, which go first.
    private var begun: [Piece] = []
    private var lanes = FairQueue<Piece>()
    private var bytes = 0
    public private(set) var running = 0
    public private(set) var finished = 0

    public init(reactor: Reactor, limits: Limits, offload: @escaping Offload) {
        self.reactor = reactor
        self.limits = limits
        self.offload = offload
    }

    /// Milliseconds of the reactor's clock, as in deadlines.
    public var now: Int { reactor.now }

    public var waiting: Int { begun.count + lanes.count }

    /// Runs `work` on another thread in its turn. Calls `then` once, on the loop, by the deadline.
    /// - Parameter bytes: Bytes that the work holds; not counted for admitted work.
    /// - Returns: A piece to withdraw; `nil` if it was refused within the call.
    @discardableResult
    public func run<Value: Sendable>(
        bytes: Int, for owner: Owner, _ work: @escaping @Sendable () async -> Value,
        then: @escaping (Outcome<Value>) -> Void
    ) -> Piece? {
        let bytes = owner.isAdmitted ? 0 : bytes
        guard reactor.now < owner.deadline else {
            then(.expired)
            return nil
        }
        guard owner.isAdmitted || makeRoom(for: bytes, of: owner.lane) else {
            then(.full)
            return nil
        }
        self.bytes += bytes
        let result = WorkResult<Value>()
        let piece = Piece(bytes: bytes, queue: self, work: { result.put(await work()) }, isWanted: owner.isWanted) {
            outcome in
            switch outcome {
            case .done: then(result.take().map { .done($0) } ?? .dropped)
            case .expired: then(.expired)
            case .full: then(.full)
            case .dropped: then(.dropped)
            }
        }
        piece.timer = reactor.after(milliseconds: owner.deadline - reactor.now) { [self] in
            piece.timer = nil
            if piece.work != nil { release(piece) }
            answer(piece, .expired)
        }
        if owner.isAdmitted { begun.append(piece) } else { lanes.append(piece, key: owner.lane) }
        startNext()
        return piece
    }

    /// Makes room in a full queue by dropping the last pieces of the longest lane, if this is
    /// shorter.
    /// - Returns: false if there is still no room.
    private func makeRoom(for bytes: Int, of lane: UInt64) -> Bool {
        // A single piece may have any size.
        func fits() -> Bool { lanes.count < limits.waiting && (self.bytes == 0 || bytes <= limits.bytes - self.bytes) }
        guard bytes <= limits.bytes else { return fits() }
        while !fits(), let last = lanes.popLastOfLongest(makingRoomFor: lane) {
            release(last)
            answer(last, .full)
        }
        return fits()
    }

    /// Subtracts the bytes of a piece that no longer holds anything.
    fileprivate func release(_ piece: Piece) {
        bytes -= piece.bytes
        piece.bytes = 0
    }

    private func startNext() {
        while running < limits.running, let piece = begun.popLast() ?? lanes.popFirst() {
            guard let work = piece.work.take(), piece.then != nil, piece.isWanted() else {
                release(piece)
                answer(piece, .dropped)
                continue
            }
            running += 1
            offload(work) { [self] in
                finished += 1
                // First, so that follow-up work takes the place of this piece.
                answer(piece, .done(()))
                release(piece)
                running -= 1
                startNext()
            }
        }
    }

    private func answer(_ piece: Piece, _ outcome: Outcome<Void>) {
        piece.end()
        piece.then.take()?(outcome)
    }
}
