import PostgresClient
import SocketLoop
import Synchronization

/// Runs work on another thread and comes back: `then` is called on the loop behind it. What the
/// work gives travels in a ``WorkResult``, whose type both sides know.
public typealias Offload = (_ work: @escaping @Sendable () async -> Void, _ then: @escaping () -> Void) -> Void

/// Where one piece of work leaves what it gives.
public final class WorkResult<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    public init() {}

    public func put(_ value: Value) { self.value.withLock { $0 = value } }

    /// `nil` before the work is done, and once it was taken.
    public func take() -> Value? { value.withLock { $0.take() } }
}

/// Work beside the loop: few pieces at a time, lanes taking turns, each piece with a deadline.
///
/// Stands against what is cheap to send and dear to work on: on the loop it would hold up
/// everybody, and without a bound it would take every core and all memory. What has had its turn
/// goes on before anybody else's turn comes, so that no more than ``Limits/running`` requests are
/// in the middle of their work.
public final class OffloadQueue {
    public struct Limits: Sendable {
        /// Pieces that run at the same time.
        public var running = 1
        /// Pieces that wait for their turn. Stands against a flood of them, each of which costs
        /// little.
        public var waiting = 1_000
        /// Bytes that the pieces that run or wait hold on to. Stands against a flood of large ones.
        public var bytes = 64 << 20

        public init(running: Int = 1, waiting: Int = 1_000, bytes: Int = 64 << 20) {
            self.running = running
            self.waiting = waiting
            self.bytes = bytes
        }
    }

    public enum Outcome<Value> {
        /// What the work gave.
        case done(Value)
        /// The deadline passed first; what the work gives is thrown away.
        case expired
        /// There is no room for another piece.
        case full
        /// Nobody wanted it any more when its turn came.
        case dropped
    }

    /// What a piece of work belongs to.
    public struct Owner {
        /// Pieces of one lane wait for each other: a tenant's.
        public var lane: UInt64
        /// Milliseconds of the reactor's clock.
        public var deadline: Int
        /// An earlier piece has had its turn: this one needs none, and cannot be refused any more.
        public var hasHadTurn: Bool
        public var isWanted: () -> Bool

        public init(lane: UInt64, deadline: Int, hasHadTurn: Bool = false, isWanted: @escaping () -> Bool = { true }) {
            self.lane = lane
            self.deadline = deadline
            self.hasHadTurn = hasHadTurn
            self.isWanted = isWanted
        }
    }

    /// A piece of work on its way.
    public final class Piece {
        fileprivate var bytes: Int
        private unowned let queue: OffloadQueue
        /// Gone as soon as it has begun or is not wanted any more, with all that it holds on to.
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

        /// Nobody wants it any more: nothing is called, and it lets go at once of what it holds on
        /// to, unless it runs.
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
    /// What has had its turn, and goes on first.
    private var begun: [Piece] = []
    private var lanes = FairQueue<Piece>()
    private var bytes = 0
    /// Pieces that run now.
    public private(set) var running = 0
    /// Pieces that have run so far.
    public private(set) var finished = 0

    public init(reactor: Reactor, limits: Limits, offload: @escaping Offload) {
        self.reactor = reactor
        self.limits = limits
        self.offload = offload
    }

    /// Milliseconds of the reactor's clock, which deadlines are counted by.
    public var now: Int { reactor.now }

    /// Pieces that wait for their turn.
    public var waiting: Int { begun.count + lanes.count }

    /// Runs `work` on another thread when its turn comes. `then` is called once, on the loop: at
    /// the latest when the deadline is past.
    /// - Parameter bytes: What the work holds on to; for what has had its turn they do not count.
    /// - Returns: What ``Piece/withdraw()`` calls back; `nil` where it was refused within the call.
    @discardableResult
    public func run<Value: Sendable>(
        bytes: Int, for owner: Owner, _ work: @escaping @Sendable () async -> Value,
        then: @escaping (Outcome<Value>) -> Void
    ) -> Piece? {
        let bytes = owner.hasHadTurn ? 0 : bytes
        guard reactor.now < owner.deadline else {
            then(.expired)
            return nil
        }
        guard owner.hasHadTurn || makeRoom(for: bytes, of: owner.lane) else {
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
        if owner.hasHadTurn { begun.append(piece) } else { lanes.append(piece, key: owner.lane) }
        startNext()
        return piece
    }

    /// What is full has room for those who have less in it than somebody else, whose last pieces
    /// give way.
    /// - Returns: false where there is no room all the same.
    private func makeRoom(for bytes: Int, of lane: UInt64) -> Bool {
        // One piece alone may have any size.
        func fits() -> Bool { lanes.count < limits.waiting && (self.bytes == 0 || bytes <= limits.bytes - self.bytes) }
        guard bytes <= limits.bytes else { return fits() }
        while !fits(), let last = lanes.popLastOfLongest(makingRoomFor: lane) {
            release(last)
            answer(last, .full)
        }
        return fits()
    }

    /// The bytes of a piece that holds on to nothing any more.
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
                // First: what it asks for next takes its place.
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
