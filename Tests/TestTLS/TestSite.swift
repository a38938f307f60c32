import Glibc
import SocketLoop
import Synchronization
import TLSTransport

/// Answers one connection with what a test tells it, by TLS or plainly, on a thread of its own.
public final class TestSite: Sendable {
    public struct Script: Sendable {
        public var answer: [UInt8]
        /// Milliseconds between two bytes; 0 sends all at once.
        public var drip: Int32 = 0
        /// Files of a certificate and its key; `nil` speaks plainly.
        public var identity: TLSSettings?
        /// Whether TLS is ended as it should be, or cut off.
        public var saysItsEnd = true
        /// What a CONNECT before everything else is answered with; `nil` expects none.
        public var tunnel: String?

        public init(_ answer: String) { self.answer = Array(answer.utf8) }
    }

    public let port: UInt16
    private let listener: ListeningSocket
    private let seen = Mutex<[String]>([])

    /// The heads of what was asked.
    public var requests: [String] { seen.withLock { $0 } }

    public init(_ script: Script) throws {
        let listener = try ListeningSocket.open(.tcp(host: "127.0.0.1", port: 0))[0]
        guard case .tcp(_, let port) = listener.address else { throw SocketFailure("no port", errno: 0) }
        (self.listener, self.port) = (listener, port)
        let context = try script.identity.map { try TLSContext($0) }
        let isStarted = LoopThread.detach(name: "site", stackSize: 1 << 20) { [self] in
            defer { listener.close() }
            guard WaitingSocket.wait(for: listener.descriptor, .read, milliseconds: 600_000),
                case .connection(let socket, _) = listener.accept()
            else { return }
            serve(socket, script, context)
        }
        guard isStarted else { throw SocketFailure("no thread", errno: 0) }
    }

    private func serve(_ socket: StreamSocket, _ script: Script, _ context: TLSContext?) {
        let plain = Line(socket: socket, session: nil)
        if let tunnel = script.tunnel {
            seen.withLock { $0.append(plain.readHead()) }
            plain.write(Array(tunnel.utf8), drip: 0)
        }
        guard let context else { return talk(plain, script) }
        let session = TLSSession(context, socket)
        while true {
            switch session.handshake() {
            case .done: return talk(Line(socket: socket, session: session), script)
            case .wantsRead:
                if !WaitingSocket.wait(for: socket.descriptor, .read, milliseconds: 10_000) { return session.close() }
            case .wantsWrite:
                if !WaitingSocket.wait(for: socket.descriptor, .write, milliseconds: 10_000) { return session.close() }
            default: return session.close()
            }
        }
    }

    private func talk(_ line: Line, _ script: Script) {
        seen.withLock { $0.append(line.readHead()) }
        line.write(script.answer, drip: script.drip)
        script.saysItsEnd ? line.close() : line.socket.close()
    }

    private struct Line {
        let socket: StreamSocket
        let session: TLSSession?

        func readHead() -> String {
            var text = ""
            while !text.hasSuffix("\r\n\r\n") {
                let outcome = withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 16) { buffer in
                    let outcome = session?.read(into: buffer) ?? socket.read(into: buffer)
                    if case .bytes(let count) = outcome { text += String(decoding: buffer[..<count], as: UTF8.self) }
                    return outcome
                }
                switch outcome {
                // A client that begins with TLS where none is spoken.
                case .bytes: if text.utf8.first == 0x16 { return text }
                case .wouldBlock:
                    if !WaitingSocket.wait(for: socket.descriptor, .read, milliseconds: 10_000) { return text }
                case .closed, .failed: return text
                }
            }
            return text
        }

        func write(_ bytes: [UInt8], drip: Int32) {
            var rest = bytes[...]
            while !rest.isEmpty {
                var piece = Array(drip > 0 ? rest.prefix(1) : rest)
                let outcome = piece.withUnsafeMutableBytes { bytes in
                    var entry = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                    return withUnsafeMutablePointer(to: &entry) { entry in
                        let pieces = UnsafeMutableBufferPointer(start: entry, count: 1)
                        return session?.write(pieces: pieces) ?? socket.write(pieces: pieces)
                    }
                }
                switch outcome {
                case .bytes(let count): rest = rest.dropFirst(count)
                case .wouldBlock:
                    if !WaitingSocket.wait(for: socket.descriptor, .write, milliseconds: 10_000) { return }
                case .closed, .failed: return
                }
                if drip > 0 { poll(nil, 0, drip) }
            }
        }

        func close() {
            if let session { session.close() } else { socket.close() }
        }
    }
}
