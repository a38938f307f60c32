public import HTTPWire
public import SocketLoop
public import TLSTransport
import Glibc

/// Why there is no response: one clause for the operator that contains only the host of the URL.
public struct HTTPFetchFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

/// A server's response.
public struct HTTPAnswer: Sendable {
    public let status: Int
    /// The field `location`, without its query, which may be secret.
    public let location: String?
    public let body: [UInt8]
}

/// Fetches a document by one GET of HTTP/1.1 on a connection of its own.
///
/// With `https:` the server's certificate must be for the host and come from a trusted authority.
/// Redirects are not followed: they could lead away from the server of the URL.
public struct HTTPFetch: Sendable {
    public var authorities = TLSClientContext.Authorities.system
    public var limits = ResponseParser.Limits()
    /// Milliseconds for everything, including the look-up.
    public var patience = 10_000
    public var lookup = HostLookup.system
    /// Contains the variables for proxies.
    public var environment: [String: String]
    /// The `user-agent`.
    public var agent = "portico"

    public init(environment: [String: String] = HTTPFetch.processEnvironment) { self.environment = environment }

    /// Runs on a thread of its own, off all loops and tasks.
    /// - Parameter accept: The requested media type.
    public func get(_ url: HTTPURL, accept: String) async throws(HTTPFetchFailure) -> HTTPAnswer {
        let result: Result<HTTPAnswer, HTTPFetchFailure> = await withCheckedContinuation { continuation in
            let isStarted = LoopThread.detach(name: "portico-fetch", stackSize: LoopThread.stackSize) {
                continuation.resume(returning: Result { () throws(HTTPFetchFailure) in try fetch(url, accept: accept) })
            }
            if isStarted { return }
            continuation.resume(returning: .failure(HTTPFetchFailure("no thread is left to fetch it")))
        }
        return try result.get()
    }

    /// The same on this thread.
    func fetch(_ url: HTTPURL, accept: String) throws(HTTPFetchFailure) -> HTTPAnswer {
        let deadline = Deadline(milliseconds: patience)
        let proxy = try ProxySettings(environment: environment).proxy(for: url)
        var connection = try FetchConnection(to: proxy ?? url, lookup: lookup, deadline: deadline)
        defer { connection.close() }
        if let proxy { try tunnel(&connection, through: proxy, to: url) }
        if url.isSecure { try connection.secure(host: url.host, authorities: authorities) }
        var head =
            "GET \(url.target) HTTP/1.1\r\nhost: \(url.authority)\r\naccept: \(accept)\r\n"
            + "user-agent: \(agent)\r\nconnection: close\r\n"
        if let credentials = url.credentials { head += "authorization: Basic \(Self.base64(credentials))\r\n" }
        let answer = try connection.exchange(head + "\r\n", ResponseParser(limits: limits))
        guard (answer.field("content-encoding") ?? "identity").lowercased() == "identity" else {
            throw HTTPFetchFailure("\(url.authority) answers with a content coding, which was not asked for")
        }
        let place = answer.field("location").map { String($0.prefix { $0 != "?" && $0 != "#" }) }
        // For logs: a URL is ASCII (RFC 3986), and a longer one is not worth reading.
        let location = place.flatMap { place in
            place.contains("@") || place.utf8.count > 500 || !place.utf8.allSatisfy { (0x21...0x7E).contains($0) }
                ? nil : place
        }
        return HTTPAnswer(status: answer.status, location: location, body: answer.body)
    }

    private func tunnel(
        _ connection: inout FetchConnection, through proxy: HTTPURL, to url: HTTPURL
    ) throws(HTTPFetchFailure) {
        let place = "\(url.bracketedHost):\(url.port)"
        var head = "CONNECT \(place) HTTP/1.1\r\nhost: \(place)\r\nuser-agent: \(agent)\r\n"
        if let credentials = proxy.credentials { head += "proxy-authorization: Basic \(Self.base64(credentials))\r\n" }
        let answer = try connection.exchange(head + "\r\n", ResponseParser(limits: limits, hasBody: false))
        guard (200..<300).contains(answer.status) else {
            throw HTTPFetchFailure("the proxy \(proxy.authority) answers \(answer.status) to CONNECT \(place)")
        }
    }

    /// The process's variables for proxies.
    public static var processEnvironment: [String: String] {
        var found: [String: String] = [:]
        for name in ProxySettings.names { found[name] = getenv(name).map { String(cString: $0) } }
        return found
    }

    /// RFC 4648, section 4.
    static func base64(_ text: String) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for index in 0..<4 {
                out.append(index <= group.count ? letters[word >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}

struct Deadline: Sendable {
    private let end: Int
    let milliseconds: Int

    init(milliseconds: Int) {
        self.milliseconds = milliseconds
        end = WaitingSocket.now() + milliseconds
    }

    /// Remaining milliseconds, at least 0.
    var left: Int { max(0, end - WaitingSocket.now()) }
}
