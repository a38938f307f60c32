import PostgresClient
import SocketLoop

/// Runs work on another thread and comes back: `then` is called on the loop with what `work` gave.
public typealias Offload = (_ work: @escaping @Sendable () async -> any Sendable, _ then: @escaping (any Sendable) -> Void) -> Void

/// Work beside the loop: few pieces at a time, lanes taking turns, each piece with a deadline.
///
/// Stands against what is cheap to send and dear to work on: on the loop it would hold up everybody, and without a bound it would take every core and all memory.
/// What has had its turn goes on before anybody else's turn comes, so that no more than ``Limits/running`` requests are in the middle of their work.
public final class OffloadQueue {
    public struct Limits: Sendable {
        /// Pieces that run at the same time.
        public var running = 1
        /// Pieces that wait for their turn. Stands against a flood of them, each of which costs little.
        public var waiting = 1_000
        /// Bytes that the pieces that run or wait hold on to. Stands against a flood of large ones.
        public var bytes = 64 << 20

        public init(running: Int = 1, waiting: Int = 1_000, bytes: Int = 64 << 20) {
            self.running = running
            self.waiting = waiting
            self.bytes = bytes
        }
    }

    public enum Outcome {
        /// What the work gave.
        case done(any Sendable)
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

    private final class Piece {
        let bytes: Int
        let work: @Sendable () async -> any Sendable
        let isWanted: () -> Bool
        var then: ((Outcome) -> Void)?
        var timer: TimerToken?

        init(bytes: Int, work: @escaping @Sendable () async -> any Sendable, isWanted: @escaping () -> Bool, then: @escaping (Outcome) -> Void) {
            self.bytes = bytes
            self.work = work
            self.isWanted = isWanted
            self.then = then
        }
    }

    private let reactor: Reactor
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

    /// Runs `work` on another thread when its turn comes. `then` is called once, on the loop: at the latest when the deadline is past.
    /// - Parameter bytes: What the work holds on to; for what has had its turn they do not count.
    public func run(bytes: Int, for owner: Owner, _ work: @escaping @Sendable () async -> any Sendable, then: @escaping (Outcome) -> Void) {
        let bytes = owner.hasHadTurn ? 0 : bytes
        // What is full has room for those who have less in it than somebody else, whose last piece gives way.
        if !owner.hasHadTurn, lanes.count >= limits.waiting, let last = lanes.popLastOfLongest(makingRoomFor: owner.lane) {
            self.bytes -= last.bytes
            answer(last, .full)
        }
        // One piece alone may have any size.
        guard owner.hasHadTurn || (lanes.count < limits.waiting && (self.bytes == 0 || self.bytes + bytes <= limits.bytes)) else { return then(.full) }
        guard reactor.now < owner.deadline else { return then(.expired) }
        self.bytes += bytes
        let piece = Piece(bytes: bytes, work: work, isWanted: owner.isWanted, then: then)
        piece.timer = reactor.after(milliseconds: owner.deadline - reactor.now) { [self] in
            piece.timer = nil
            answer(piece, .expired)
        }
        if owner.hasHadTurn { begun.append(piece) } else { lanes.append(piece, key: owner.lane) }
        startNext()
    }

    private func startNext() {
        while running < limits.running, let piece = begun.popLast() ?? lanes.popFirst() {
            guard piece.then != nil, piece.isWanted() else {
                bytes -= piece.bytes
                answer(piece, .dropped)
                continue
            }
            running += 1
            offload(piece.work) { [self] result in
                finished += 1
                // First: what it asks for next takes its place.
                answer(piece, .done(result))
                bytes -= piece.bytes
                running -= 1
                startNext()
            }
        }
    }

    private func answer(_ piece: Piece, _ outcome: Outcome) {
        if let timer = piece.timer.take() { reactor.cancel(timer) }
        piece.then.take()?(outcome)
    }
}
