import Glibc

/// Resolves host names. It may block, so it never runs on a loop.
public struct HostLookup: Sendable {
    /// Why a name has no address: the resolver's message, for the operator.
    public struct Failure: Error, Sendable, Equatable {
        public var message: String

        public init(_ message: String) { self.message = message }
    }

    /// Addresses of one name that are tried. Guards against a name with endlessly many, each of
    /// which takes a connection attempt's time.
    public static let mostAddresses = 16

    /// The numeric addresses in the order in which to try them: `192.0.2.1`, `2001:db8::1`.
    public let addresses: @Sendable (_ host: String) -> Result<[String], Failure>

    /// - Parameter addresses: May be called on several threads at once.
    public init(_ addresses: @escaping @Sendable (_ host: String) -> Result<[String], Failure>) {
        self.addresses = addresses
    }

    /// The system's resolver: hosts file, DNS, and other configured sources.
    public static let system = HostLookup { host in
        ask(host, flags: 0).map { found in
            var seen: Set<String> = []
            return Array(found.filter { seen.insert($0).inserted }.prefix(mostAddresses))
        }
    }

    /// Whether a text is a numeric address, which needs no look-up.
    public static func isAddress(_ host: String) -> Bool {
        if case .success = ask(host, flags: AI_NUMERICHOST) { true } else { false }
    }

    private static func ask(_ host: String, flags: Int32) -> Result<[String], Failure> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = flags
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &list)
        guard status == 0 else { return .failure(Failure(String(cString: gai_strerror(status)))) }
        defer { freeaddrinfo(list) }
        var found: [String] = []
        var next = list
        while let entry = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
                == 0
            {
                found.append(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
            }
            next = entry.pointee.ai_next
        }
        return found.isEmpty ? .failure(Failure("the name has no address")) : .success(found)
    }
}
