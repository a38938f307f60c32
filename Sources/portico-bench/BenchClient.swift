import Glibc
import HTTPWire
import PorticoGateway
import PorticoProject
import SocketLoop

/// Queries a running gateway over persistent connections, each with one request at a time, all on
/// one loop. It only checks that an answer is complete and without errors, because the client
/// shares the machine's processors with what it measures.
final class BenchClient {
    /// Milliseconds between checks for silent connections.
    private static let silenceGrain = 1_000

    private let address: BenchAddress
    private let reactor = Reactor()
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    private var lanes: [Lane] = []
    private var run: Run?
    private var failure: CommandFailure?

    /// A connection and its current request.
    private final class Lane {
        var socket: StreamSocket
        var registration: Registration?
        var parser = BenchClient.makeParser()
        var output: [UInt8] = []
        var sent = 0
        var askedAt = 0
        var isWaiting = false

        init(_ socket: StreamSocket) { self.socket = socket }
    }

    /// One measurement.
    private final class Run {
        let requests: BenchRequests
        let seconds: Double
        let counts = BenchCounts()
        var turn: Int
        /// Unanswered requests.
        var underWay = 0
        /// Connections lost since the last answer.
        var losses = 0
        /// Called with each answer, besides counting it.
        let onAnswer: ((ResponseParser) -> Void)?

        init(_ requests: BenchRequests, seconds: Double, turn: Int, onAnswer: ((ResponseParser) -> Void)?) {
            (self.requests, self.seconds, self.turn, self.onAnswer) = (requests, seconds, turn, onAnswer)
        }
    }

    init(_ address: BenchAddress) { self.address = address }

    deinit { buffer.deallocate() }

    /// Keeps each connection busy for so many seconds. They are opened before the time begins and
    /// closed after the last answer.
    func load(_ requests: BenchRequests, connections: Int, seconds: Double) throws(CommandFailure) -> BenchCounts {
        try go(connections: connections) { Run(requests, seconds: seconds, turn: 0, onAnswer: nil) }
    }

    /// One request on a connection of its own.
    func ask(_ requests: BenchRequests, turn: Int) throws(CommandFailure) -> BenchAnswer {
        var answer: BenchAnswer?
        // Zero duration: only the first request is made.
        let counts = try go(connections: 1) {
            Run(requests, seconds: 0, turn: turn) { parser in
                answer = BenchAnswer(status: parser.status, body: parser.body)
            }
        }
        guard let answer else { throw .notInOrder("\(address.name): \(counts.firstError ?? "there was no answer")") }
        return answer
    }

    private func go(connections: Int, _ makeRun: () -> Run) throws(CommandFailure) -> BenchCounts {
        failure = nil
        defer {
            for lane in lanes { close(lane) }
            lanes = []
            run = nil
        }
        for _ in 0..<connections {
            do throws(SocketFailure) {
                let lane = Lane(try address.connect())
                lanes.append(lane)
                try watch(lane)
            } catch {
                throw .notInOrder("\(address.name): \(error)")
            }
        }
        let run = makeRun()
        self.run = run
        for lane in lanes { ask(lane, run) }
        var nextLook = reactor.now + Self.silenceGrain
        while failure == nil, run.underWay > 0 {
            reactor.poll(timeoutMilliseconds: Self.silenceGrain)
            guard reactor.now >= nextLook else { continue }
            nextLook = reactor.now + Self.silenceGrain
            lookForSilence()
        }
        if let failure { throw failure }
        return run.counts
    }

    // MARK: One connection

    private func watch(_ lane: Lane) throws(SocketFailure) {
        lane.registration = try reactor.register(lane.socket.descriptor, .read) { [weak self, weak lane] events in
            guard let self, let lane else { return }
            if events.contains(.writable) { write(lane) }
            if events.contains(.readable) { read(lane) }
        }
    }

    private func close(_ lane: Lane) {
        if let registration = lane.registration { reactor.deregister(registration) }
        lane.registration = nil
        lane.socket.close()
    }

    private func ask(_ lane: Lane, _ run: Run) {
        lane.output.removeAll(keepingCapacity: true)
        run.requests.append(turn: run.turn, to: &lane.output)
        run.turn += 1
        lane.sent = 0
        lane.parser = Self.makeParser()
        lane.isWaiting = true
        run.underWay += 1
        lane.askedAt = MonotonicClock.nanoseconds()
        write(lane)
    }

    private func write(_ lane: Lane) {
        guard lane.isWaiting else { return }
        while lane.sent < lane.output.count {
            switch lane.output.withUnsafeBytes({ lane.socket.write(UnsafeRawBufferPointer(rebasing: $0[lane.sent...])) }
            ) {
            case .bytes(let count): lane.sent += count
            case .wouldBlock:
                if let registration = lane.registration { reactor.modify(registration, [.read, .write]) }
                return
            case .closed: return lose(lane, "the gateway has closed the connection")
            case .failed(let code): return lose(lane, "the connection failed: \(String(cString: strerror(code)))")
            }
        }
        if let registration = lane.registration { reactor.modify(registration, .read) }
    }

    private func read(_ lane: Lane) {
        while true {
            switch lane.socket.read(into: buffer) {
            case .wouldBlock: return
            case .closed:
                guard lane.isWaiting else { return lose(lane, "the gateway has closed the connection") }
                do throws(ResponseFailure) { try lane.parser.end() } catch {
                    return lose(lane, "the answer cannot be read: \(error)")
                }
                return answered(lane, isLast: true)
            case .failed(let code): return lose(lane, "the connection failed: \(String(cString: strerror(code)))")
            case .bytes(let count):
                guard lane.isWaiting, lane.sent == lane.output.count else {
                    return lose(lane, "bytes came that nothing had asked for")
                }
                do throws(ResponseFailure) {
                    try lane.parser.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                } catch {
                    return lose(lane, "the answer cannot be read: \(error)")
                }
                if lane.parser.isComplete { return answered(lane, isLast: Self.isLast(lane.parser)) }
            }
        }
    }

    private static func makeParser() -> ResponseParser {
        ResponseParser(limits: .init(head: BenchLimits.headBytes, body: BenchLimits.bodyBytes))
    }

    private static func isLast(_ parser: ResponseParser) -> Bool { parser.field("connection")?.lowercased() == "close" }

    /// - Parameter isLast: Whether the gateway closes the connection after it.
    private func answered(_ lane: Lane, isLast: Bool) {
        guard let run else { return }
        lane.isWaiting = false
        run.underWay -= 1
        run.losses = 0
        let answer = lane.parser
        let problem =
            answer.field("content-encoding") == nil
            ? answer.body.withUnsafeBytes { BenchAnswer.problem(status: answer.status, body: $0) }
            : "the answer is compressed, which was not asked for"
        run.counts.count(problem: problem, bytes: answer.body.count, askedAt: lane.askedAt)
        run.onAnswer?(answer)
        goOn(lane, run, anew: isLast)
    }

    /// Counts the request as failed, and continues on another connection.
    private func lose(_ lane: Lane, _ reason: String) {
        guard let run else { return }
        guard lane.isWaiting else {
            // Between two requests a gateway may close connections; the next request will notice.
            if let registration = lane.registration { reactor.deregister(registration) }
            lane.registration = nil
            return
        }
        lane.isWaiting = false
        run.underWay -= 1
        run.losses += 1
        run.counts.count(problem: reason, bytes: 0, askedAt: lane.askedAt)
        if run.losses > BenchLimits.lossesInARow {
            failure = .notInOrder(
                "\(address.name): \(run.losses) connections were lost one after the other; the last one: \(reason).")
            return
        }
        goOn(lane, run, anew: true)
    }

    private func goOn(_ lane: Lane, _ run: Run, anew: Bool) {
        guard failure == nil, !run.counts.isOver(run.seconds) else { return }
        if anew {
            close(lane)
            do throws(SocketFailure) {
                // Blocks all connections: an incident that the figures may show.
                lane.socket = try address.connect()
                try watch(lane)
            } catch {
                failure = .notInOrder("\(address.name): \(error)")
                return
            }
        }
        ask(lane, run)
    }

    private func lookForSilence() {
        let now = MonotonicClock.nanoseconds()
        guard failure == nil,
            lanes.contains(where: { $0.isWaiting && now - $0.askedAt > BenchLimits.answerMilliseconds * 1_000_000 })
        else { return }
        failure = .notInOrder("\(address.name): there was no answer within \(BenchLimits.answerMilliseconds / 1000) s.")
    }
}
