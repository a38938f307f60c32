import Glibc
import HTTPWire
import JSONBytes
import Logging
import PorticoConfiguration
import PorticoHTTP
import SocketLoop
import Synchronization
import TLSTransport
import TestTLS
import Testing

/// A listener on 127.0.0.1 (or on a Unix socket) whose loop turns only when the test says so:
/// everything happens on the test's own thread.
package final class Loopback {
    package let reactor = Reactor()
    package let address: ListenAddress
    /// What answers that wait for their clients count in.
    package let answers: ByteBudget
    package private(set) var listener: HTTPListener
    private let sockets: [ListeningSocket]
    private let handler: any HTTPHandler
    private let mailbox = Mailbox()
    private var waiting: [Int: () -> Void] = [:]
    private var tickets = 0

    /// The certificates in force, when it speaks TLS.
    package let certificates: CertificateStore?

    package init(
        _ handler: any HTTPHandler, unixPath: String? = nil, tls: TLSSettings? = nil, mostConnections: Int = 100,
        countsThisMachine: Bool = false, _ change: (inout GatewayLimits) -> Void = { _ in }
    ) throws {
        self.handler = handler
        var limits = GatewayLimits()
        change(&limits)
        sockets = try ListeningSocket.open(
            unixPath.map { .unix(path: $0, mode: 0o600) } ?? .tcp(host: "127.0.0.1", port: 0))
        address = sockets[0].address
        certificates = try tls.map { try CertificateStore($0) }
        answers = ByteBudget(limit: limits[.answerBytes])
        var settings = HTTPConnectionSettings(limits)
        settings.countsThisMachine = countsThisMachine
        listener = HTTPListener(
            reactor: reactor, sockets: sockets, certificates: certificates, settings: settings,
            mostConnections: mostConnections, answers: answers, handler: handler,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        try listener.start()
    }

    deinit { for socket in sockets { socket.close() } }

    /// What a worker does for work that runs elsewhere.
    package func launch(_ work: @escaping @Sendable () async -> Void, _ then: @escaping () -> Void) {
        tickets += 1
        let ticket = tickets
        waiting[ticket] = then
        Task.detached(executorPreference: BackgroundThreads.shared) { [mailbox] in
            await work()
            mailbox.finished.withLock { $0.append(ticket) }
        }
    }

    /// Turns the loop until the condition holds, at most for a minute: a bound for a busy machine,
    /// not a time that is waited.
    package func turn(seconds: Int = 60, sourceLocation: SourceLocation = #_sourceLocation, until condition: () -> Bool)
    {
        let end = reactor.now + seconds * 1000
        while !condition() {
            guard reactor.now < end else {
                Issue.record("what was waited for did not happen", sourceLocation: sourceLocation)
                return
            }
            reactor.poll(timeoutMilliseconds: 5)
            for ticket in mailbox.finished.withLock({ tickets in
                defer { tickets = [] }; return tickets
            }) { waiting.removeValue(forKey: ticket)?() }
        }
    }

    /// Turns the loop some times, for what must not happen.
    package func idle(turns: Int = 10) {
        for _ in 0..<turns { reactor.poll(timeoutMilliseconds: 5) }
    }

    package func connect(tls options: TLSClient.Options? = nil) throws -> Client { try Client(address, tls: options) }

    /// Sends a request, and turns until it is answered.
    package func exchange(
        _ request: String, on client: Client? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Answer {
        let client = try client ?? connect()
        client.send(request)
        let before = client.answers.count
        turn(sourceLocation: sourceLocation) {
            client.receive(); return client.answers.count > before || client.isEnded
        }
        return try #require(
            client.answers.count > before ? client.answers[before] : nil, "no answer came",
            sourceLocation: sourceLocation)
    }

    private final class Mailbox: Sendable {
        let finished = Mutex<[Int]>([])
    }
}

/// An answer as a client reads it.
package struct Answer: Equatable {
    package var status: Int
    package var headers: [String: String]
    package var bytes: [UInt8]

    package init(status: Int, headers: [String: String], bytes: [UInt8]) {
        self.status = status
        self.headers = headers
        self.bytes = bytes
    }

    package var body: String { String(decoding: bytes, as: UTF8.self) }
}

/// The client's end of a connection.
package final class Client {
    private let socket: StreamSocket
    /// `nil` on a plain connection.
    package private(set) var session: TLSClient?
    private var outbox: [UInt8] = []
    package private(set) var received: [UInt8] = []
    package private(set) var isEnded = false
    /// How a secured connection ended.
    package private(set) var end: TLSClient.Outcome?

    package init(_ address: ListenAddress, tls options: TLSClient.Options? = nil) throws {
        let descriptor: Int32
        let status: Int32
        switch address {
        case .tcp(_, let port):
            descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            status = withUnsafePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        case .unix(let path, _):
            descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
            status = withUnsafePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        }
        guard status == 0 else { throw SocketFailure("cannot connect", errno: errno) }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        socket = StreamSocket(descriptor: descriptor)
        session = try options.map { try TLSClient(descriptor, $0) }
    }

    deinit { socket.close() }

    /// Sends at most what the kernel takes; the number of bytes that were. By TLS everything is
    /// taken, and sent as far as it goes by ``receive()``, too.
    @discardableResult package func send(_ text: String) -> Int { send(Array(text.utf8)) }

    @discardableResult package func send(_ bytes: [UInt8]) -> Int {
        if session != nil {
            outbox += bytes
            flush()
            return bytes.count
        }
        return sendPlain(bytes)
    }

    /// Past TLS, straight into the socket.
    @discardableResult package func sendPlain(_ bytes: [UInt8]) -> Int {
        if case .bytes(let count) = bytes.withUnsafeBytes({ socket.write($0) }) { count } else { 0 }
    }

    /// Whether something has arrived that was not taken yet.
    package var hasInput: Bool {
        var byte: UInt8 = 0
        return recv(socket.descriptor, &byte, 1, Int32(MSG_PEEK)) > 0
    }

    package func finishSending() { socket.finishWriting() }

    private func flush() {
        while !outbox.isEmpty, let session {
            let outcome = session.write(Array(outbox.prefix(16_384)))
            switch outcome {
            case .bytes(let count): outbox.removeFirst(count)
            case .wouldBlock, .ended, .cut: return
            case .failed:
                isEnded = true
                end = outcome
                return
            }
        }
    }

    private func receive(by session: TLSClient) {
        flush()
        while !isEnded {
            var outcome = TLSClient.Outcome.wouldBlock
            let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                outcome = session.read(into: UnsafeMutableRawBufferPointer(buffer))
                if case .bytes(let read) = outcome { count = read }
            }
            switch outcome {
            case .bytes: received += bytes
            case .wouldBlock: return
            case .ended, .cut, .failed:
                isEnded = true
                end = outcome
            }
        }
    }

    /// Takes the received bytes.
    package func receive() {
        if let session { return receive(by: session) }
        while true {
            var outcome = IOOutcome.wouldBlock
            let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                outcome = socket.read(into: UnsafeMutableRawBufferPointer(buffer))
                if case .bytes(let read) = outcome { count = read }
            }
            switch outcome {
            case .bytes: received += bytes
            case .wouldBlock: return
            case .closed, .failed:
                isEnded = true
                return
            }
        }
    }

    /// Takes at most the given number of received bytes.
    package func take(_ count: Int) {
        withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { buffer in
            if case .bytes(let read) = socket.read(into: buffer) { received += buffer[..<read] }
        }
    }

    /// The complete answers so far.
    package var answers: [Answer] {
        while let answer = nextAnswer() { parsed.append(answer) }
        return parsed
    }

    private var parsed: [Answer] = []
    private var parsedBytes = 0

    private func nextAnswer() -> Answer? {
        let rest = received[parsedBytes...]
        guard let end = Self.headEnd(rest) else { return nil }
        let lines = String(decoding: rest[..<end], as: UTF8.self).split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ": ", maxSplits: 1)
            headers[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        let status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
        if headers["transfer-encoding"] == "chunked" {
            guard let (bytes, next) = Self.unchunked(rest, from: end + 4) else { return nil }
            parsedBytes = next
            return Answer(status: status, headers: headers, bytes: bytes)
        }
        let length = status == 100 ? 0 : Int(headers["content-length"] ?? "0") ?? 0
        let body = rest[(end + 4)...]
        guard body.count >= length else { return nil }
        parsedBytes = end + 4 + length
        return Answer(status: status, headers: headers, bytes: Array(body.prefix(length)))
    }

    /// A chunked body and where it ends; `nil` while it is not whole.
    private static func unchunked(_ bytes: ArraySlice<UInt8>, from start: Int) -> (bytes: [UInt8], end: Int)? {
        var body: [UInt8] = [], start = start
        while let feed = bytes[start...].firstIndex(of: 10),
            let size = Int(String(decoding: bytes[start..<(feed - 1)], as: UTF8.self), radix: 16),
            feed + 1 + size + 2 <= bytes.endIndex
        {
            body += bytes[(feed + 1)..<(feed + 1 + size)]
            start = feed + 1 + size + 2
            if size == 0 { return (body, start) }
        }
        return nil
    }

    /// Where the empty line is that ends a head.
    private static func headEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
        var index = bytes.startIndex
        while index + 3 < bytes.endIndex {
            if bytes[index] == 13, bytes[index + 1] == 10, bytes[index + 2] == 13, bytes[index + 3] == 10 {
                return index
            }
            index += 1
        }
        return nil
    }
}

/// Answers with the request's path and body; to `/large` with 16 MiB, more than the kernel keeps; a
/// path that begins with `/hold` waits until the test lets it go.
package final class EchoHandler: HTTPHandler {
    package private(set) var handled: [String] = []
    package private(set) var held: [(sink: ResponseSink, text: String)] = []
    package private(set) var gone: [String] = []

    package init() {}

    package func handle(_ request: HTTPRequest, _ sink: ResponseSink) {
        handled.append(request.path)
        let text =
            request.path.hasPrefix("/large")
            ? String(repeating: "0123456789abcdef", count: 1 << 20)
            : request.path + String(decoding: request.body, as: UTF8.self)
        guard request.path.hasPrefix("/hold") else { return sink.respond(Self.answer(text)) }
        held.append((sink, text))
        sink.onClose { [self] in gone.append(text) }
    }

    package func release() {
        let all = held
        held = []
        for entry in all { entry.sink.respond(Self.answer(entry.text)) }
    }

    /// Paths that end so wait until the test decides, or are refused.
    package private(set) var heads: [String] = []
    package private(set) var undecided: [ResponseSink] = []

    package func decide(on head: HTTPRequest, _ sink: ResponseSink) {
        heads.append(head.path)
        if head.path.hasSuffix("/refuse") { return sink.respond(Self.answer("refused", status: 401)) }
        if head.path.hasSuffix("/wait") { return undecided.append(sink) }
        let connection = sink.connection
        connection.readBody(of: head.text("x-tenant").map { .tenant(UInt64($0) ?? 0) } ?? .stranger(connection.origin))
    }

    package func response(to failure: HTTPFailure) -> HTTPResponse {
        Self.answer(failure.reason, status: failure.status)
    }

    private static func answer(_ text: String, status: Int = 200) -> HTTPResponse {
        let body = ResponseBuffer()
        body.append(utf8: text)
        return HTTPResponse(head: HTTPResponseHead(status: status), body: body)
    }
}
