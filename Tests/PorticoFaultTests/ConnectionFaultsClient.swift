import Foundation
import Synchronization
import Testing

/// A client's end of a connection. It blocks, at most for a minute.
final class ConnectionFaultsClient {
    enum Outcome: Equatable {
        case answer(status: Int, body: String)
        /// The connection ended before a byte of an answer.
        case nothing
        /// The connection ended within an answer.
        case part
    }

    private let descriptor: Int32
    private var received: [UInt8] = []
    private var isClosed = false

    /// - Parameter receiveBuffer: Bytes that the kernel keeps for it; a small one makes the server
    ///   wait early.
    init(port: UInt16, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0, "the tests themselves have no descriptor left")
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            let reason = errno
            Glibc.close(descriptor)
            isClosed = true
            throw POSIXError(POSIXErrorCode(rawValue: reason) ?? .EIO)
        }
    }

    deinit { close() }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        Glibc.close(descriptor)
    }

    /// Closes so that the other side gets a reset.
    func reset() {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close()
    }

    @discardableResult func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Takes some of the received bytes.
    /// - Returns: false at the end of the stream.
    @discardableResult func receive(atMost count: Int = 65_536) -> Bool {
        var taken = 0
        received += [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            taken = recv(descriptor, buffer.baseAddress, count, 0)
            initialized = max(0, taken)
        }
        return taken > 0
    }

    /// Whether bytes, or the end, have arrived.
    var hasInput: Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    /// The next answer on the connection.
    func answer() -> Outcome {
        while true {
            if let answer = takeAnswer() { return answer }
            if !receive() { return received.isEmpty ? .nothing : .part }
        }
    }

    func ask(_ request: String) -> Outcome {
        send(request)
        return answer()
    }

    private func takeAnswer() -> Outcome? {
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: received[..<end.lowerBound], as: UTF8.self).lowercased()
        let length =
            head.components(separatedBy: "content-length: ").dropFirst().first.flatMap {
                Int($0.prefix { $0.isNumber })
            } ?? 0
        guard received.count >= end.upperBound + length else { return nil }
        let body = String(decoding: received[end.upperBound..<(end.upperBound + length)], as: UTF8.self)
        received.removeFirst(end.upperBound + length)
        return .answer(status: Int(head.dropFirst(9).prefix(3)) ?? 0, body: body)
    }
}

/// Clients that ask without a pause, each on a thread of its own, until they are told to stop or
/// the server closes.
final class ConnectionFaultsLoad: Sendable {
    struct Tally {
        /// Whole answers that were as they should be.
        var answers = 0
        /// Connections that ended with a request unanswered, none of its answer's bytes sent.
        var unanswered = 0
        /// Everything that must not be.
        var faults: [String] = []
    }

    private let tally = Mutex(Tally())
    private let mustStop = Atomic<Bool>(false)
    private let running: Atomic<Int>

    /// - Parameters:
    ///   - perConnection: Requests on one connection, before the next one is opened.
    ///   - endsWithServer: Whether the server may close a connection in between; the client then
    ///     ends.
    init(
        clients: Int, port: UInt16, request: String, expected: String, perConnection: Int = 20,
        endsWithServer: Bool = false
    ) {
        running = Atomic(clients)
        for _ in 0..<clients {
            Thread.detachNewThread { [self] in
                while !mustStop.load(ordering: .relaxed), round(port, request, expected, perConnection, endsWithServer)
                {}
                running.subtract(1, ordering: .acquiringAndReleasing)
            }
        }
    }

    /// - Returns: false when the server is gone.
    private func round(
        _ port: UInt16, _ request: String, _ expected: String, _ perConnection: Int, _ endsWithServer: Bool
    ) -> Bool {
        let client: ConnectionFaultsClient
        do {
            client = try ConnectionFaultsClient(port: port)
        } catch {
            if !endsWithServer { tally.withLock { $0.faults.append("cannot connect: \(error)") } }
            return false
        }
        for _ in 0..<perConnection {
            if mustStop.load(ordering: .relaxed) { return false }
            switch client.ask(request) {
            case .answer(200, expected): tally.withLock { $0.answers += 1 }
            case .answer(let status, let body): tally.withLock { $0.faults.append("\(status) \(body.prefix(200))") }
            case .part: tally.withLock { $0.faults.append("an answer was cut") }
            case .nothing:
                tally.withLock { tally in
                    tally.unanswered += 1
                    if !endsWithServer { tally.faults.append("no answer came") }
                }
                return !endsWithServer
            }
        }
        return true
    }

    var answers: Int { tally.withLock { $0.answers } }

    /// Waits for the given number of further answers.
    func moreAnswers(_ count: Int) async throws {
        let goal = answers + count
        for _ in 0..<6_000 where answers < goal && running.load(ordering: .acquiring) > 0 {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(answers >= goal, "\(tally.withLock { $0 })")
    }

    /// Tells the clients to stop and waits for them; what they saw.
    func end() async throws -> Tally {
        mustStop.store(true, ordering: .relaxed)
        return try await waitUntilEnded()
    }

    /// Waits until all clients have found the server gone.
    func waitUntilEnded() async throws -> Tally {
        for _ in 0..<6_000 where running.load(ordering: .acquiring) > 0 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(running.load(ordering: .acquiring) == 0)
        return tally.withLock { $0 }
    }
}
