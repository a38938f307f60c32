import Glibc
import PorticoProject
import SocketLoop

/// Where a running gateway listens, and its name in the table.
struct BenchAddress: Equatable {
    enum Place: Equatable {
        case tcp(host: String, port: UInt16)
        case unix(path: String)
    }

    var name: String
    var place: Place
    /// The path of its GraphQL endpoint.
    var path: String

    /// The value of the `host` field.
    var authority: String {
        switch place {
        case .tcp(let host, let port): "\(host.contains(":") ? "[\(host)]" : host):\(port)"
        case .unix: "localhost"
        }
    }

    /// Reads `http://HOST[:PORT][/PATH]` or `unix:SOCKET`, with an optional `NAME=` prefix.
    init(_ text: String, option: String) throws(CommandFailure) {
        let form =
            "\(option) is http://HOST:PORT/PATH or unix:SOCKET, with NAME= before it if it is to have a name; not \"\(text)\"."
        var rest = Substring(text), stated: String?
        if let equals = text.firstIndex(of: "="), !text[..<equals].contains(where: { $0 == ":" || $0 == "/" }) {
            stated = String(text[..<equals])
            rest = text[text.index(after: equals)...]
        }
        guard stated != "", text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { throw .wrongUsage(form) }
        if rest.hasPrefix("https:") {
            throw .wrongUsage(
                "\(option): gateways are measured without TLS, so that its cost is not counted as theirs; name an address of http."
            )
        }
        if rest.hasPrefix("unix:/") {
            place = .unix(path: String(rest.dropFirst(5)))
            path = "/graphql"
            name = stated ?? String(rest)
            return
        }
        guard rest.hasPrefix("http://") else { throw .wrongUsage(form) }
        rest = rest.dropFirst(7)
        let authority = rest.prefix { $0 != "/" }
        path = authority.endIndex == rest.endIndex ? "/graphql" : String(rest[authority.endIndex...])
        guard let (host, port) = Self.split(authority), path.utf8.allSatisfy({ $0 < 0x7F }) else {
            throw .wrongUsage(form)
        }
        place = .tcp(host: host, port: port)
        name = stated ?? String(authority)
    }

    private static func split(_ authority: Substring) -> (String, UInt16)? {
        var host = authority, port: UInt16 = 80
        // After the bracket of an IPv6 address, which contains colons itself.
        let tail = authority.lastIndex(of: "]").map { authority[authority.index(after: $0)...] } ?? authority
        if let colon = tail.lastIndex(of: ":") {
            guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else { return nil }
            port = number
            host = authority[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        return host.isEmpty || host.contains("@") ? nil : (String(host), port)
    }

    // MARK: Connecting

    /// A connection that does not block, once it stands; waits for it at most
    /// ``BenchLimits/connectSeconds``.
    func connect() throws(SocketFailure) -> StreamSocket {
        switch place {
        case .unix(let path): try connectUnix(path)
        case .tcp(let host, let port): try connectTCP(host, port)
        }
    }

    private func connectTCP(_ host: String, _ port: UInt16) throws(SocketFailure) -> StreamSocket {
        let attempt = "cannot connect to \(authority)"
        var failure = SocketFailure(attempt, reason: "the host has no address")
        switch HostLookup.system.addresses(host) {
        case .failure(let unknown): throw SocketFailure(attempt, reason: "the host is unknown: \(unknown.message)")
        case .success(let addresses):
            for address in addresses {
                do throws(SocketFailure) {
                    return try WaitingSocket.connect(
                        to: address, port: port, milliseconds: BenchLimits.connectSeconds * 1_000)
                } catch {
                    failure = error
                }
            }
        }
        throw failure
    }

    private func connectUnix(_ path: String) throws(SocketFailure) -> StreamSocket {
        let attempt = "cannot connect to unix:\(path)"
        let address = try UnixSocketAddress(path: path, for: attempt)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketFailure(attempt, errno: errno) }
        // Bounds connecting as well; without effect once the socket does not block.
        var patience = timeval(tv_sec: BenchLimits.connectSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard address.withSocketAddress({ Glibc.connect(descriptor, $0, $1) }) == 0,
            fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0
        else {
            let failure = SocketFailure(attempt, errno: errno)
            close(descriptor)
            throw failure
        }
        return StreamSocket(descriptor: descriptor)
    }
}
