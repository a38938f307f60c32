import Glibc
import HTTPWire
import SocketLoop
import TLSTransport

/// One connection used by a blocking thread, with a deadline.
struct FetchConnection {
    private let peer: String
    private let socket: StreamSocket
    private var session: TLSSession?
    private let deadline: Deadline

    /// Connects to the first accepting address of the host; each gets a share of the time.
    init(to url: HTTPURL, lookup: HostLookup, deadline: Deadline) throws(HTTPFetchFailure) {
        peer = url.authority
        self.deadline = deadline
        var addresses = try Self.addresses(of: url.host, lookup, deadline)
        var failure = HTTPFetchFailure("the host \(url.host) has no address")
        while let address = addresses.first {
            do throws(SocketFailure) {
                let share = deadline.left / addresses.count
                socket = try WaitingSocket.connect(to: address, port: url.port, milliseconds: share)
                return
            } catch {
                failure = HTTPFetchFailure("\(error)")
                addresses.removeFirst()
            }
        }
        throw failure
    }

    func close() {
        if let session { session.close() } else { socket.close() }
    }

    /// A look-up cannot be cancelled: its thread ends when the system gives up.
    private static func addresses(
        of host: String, _ lookup: HostLookup, _ deadline: Deadline
    ) throws(HTTPFetchFailure) -> [String] {
        if HostLookup.isAddress(host) { return [host] }
        guard let answers = Mailbox<Result<[String], HostLookup.Failure>>(),
            LoopThread.detach(name: "portico-lookup", { answers.put(lookup.addresses(host)) })
        else { throw HTTPFetchFailure("no thread or descriptor is left for the look-up") }
        switch answers.messages(within: deadline.left).first {
        case nil: throw HTTPFetchFailure("the host \(host) was not found within \(deadline.milliseconds) ms")
        case .failure(let failure)?: throw HTTPFetchFailure("the host \(host) is unknown: \(failure.message)")
        case .success(let found)?: return found
        }
    }

    private func wait(_ interest: Interest) throws(HTTPFetchFailure) {
        _ = WaitingSocket.wait(for: socket.descriptor, interest, milliseconds: deadline.left)
        try checkTime()
    }

    private func checkTime() throws(HTTPFetchFailure) {
        guard deadline.left > 0 else {
            throw HTTPFetchFailure("\(peer) did not finish its answer within \(deadline.milliseconds) ms")
        }
    }

    // MARK: TLS

    mutating func secure(host: String, authorities: TLSClientContext.Authorities) throws(HTTPFetchFailure) {
        let session: TLSSession
        do throws(TLSFailure) {
            session = TLSSession(try TLSClientContext(authorities), host: host, socket)
        } catch {
            throw HTTPFetchFailure("\(error)")
        }
        self.session = session
        while true {
            switch session.handshake() {
            case .done: return
            case .wantsRead: try wait(.read)
            case .wantsWrite: try wait(.write)
            case .closed: throw HTTPFetchFailure("\(host) closed the connection during the TLS handshake")
            case .peerRefused(let reason): throw HTTPFetchFailure("TLS with \(host): \(reason)")
            case .failed(let reason): throw HTTPFetchFailure("TLS with \(host): \(reason)")
            case .plainHTTP: throw HTTPFetchFailure("\(host) does not speak TLS")
            }
        }
    }

    // MARK: HTTP

    /// Sends a request without a body and reads the response.
    func exchange(_ head: String, _ parser: ResponseParser) throws(HTTPFetchFailure) -> ResponseParser {
        try send(Array(head.utf8))
        var parser = parser
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while !parser.isComplete {
            let outcome = session?.read(into: buffer) ?? socket.read(into: buffer)
            do throws(ResponseFailure) {
                switch outcome {
                case .bytes(let count): try parser.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                case .closed: try parser.end()
                case .wouldBlock: break
                case .failed: break
                }
            } catch {
                throw HTTPFetchFailure("\(peer): \(error)")
            }
            if case .failed = outcome { throw HTTPFetchFailure("\(peer) broke the connection off within its answer") }
            // Checks the deadline for a peer that sends slowly.
            if !parser.isComplete { try wait(session?.readNeedsWrite == true ? .write : .read, after: outcome) }
        }
        return parser
    }

    /// More than one record may have arrived: waits for the socket only when nothing is left.
    private func wait(_ interest: Interest, after outcome: IOOutcome) throws(HTTPFetchFailure) {
        if case .wouldBlock = outcome { try wait(interest) } else { try checkTime() }
    }

    private func send(_ bytes: [UInt8]) throws(HTTPFetchFailure) {
        var rest = bytes
        while !rest.isEmpty {
            let outcome = rest.withUnsafeMutableBytes { bytes in
                var piece = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                return withUnsafeMutablePointer(to: &piece) { pieces in
                    let pieces = UnsafeMutableBufferPointer(start: pieces, count: 1)
                    return session?.write(pieces: pieces) ?? socket.write(pieces: pieces)
                }
            }
            switch outcome {
            case .bytes(let count): rest.removeFirst(count)
            case .wouldBlock: try wait(session?.writeNeedsRead == true ? .read : .write)
            case .closed, .failed: throw HTTPFetchFailure("\(peer) closed the connection before it had the request")
            }
        }
    }
}
