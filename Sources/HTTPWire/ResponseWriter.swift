/// Writes answers (RFC 9112, sections 4 to 6; RFC 9110, sections 6.4 and 8.6) into the bytes that
/// go to the socket. Bodies are always written with their length.
public struct ResponseWriter: Sendable, Equatable {
    /// The answer to a HEAD: its length is said, its body is not sent.
    public var omitsBody: Bool
    /// Whether the connection stays open behind it.
    public var keepAlive: Bool
    /// To whom: a client of HTTP/1.0 must be told that the connection stays open.
    public var version: HTTPVersion

    public init(omitsBody: Bool = false, keepAlive: Bool, version: HTTPVersion = .http11) {
        self.omitsBody = omitsBody
        self.keepAlive = keepAlive
        self.version = version
    }

    /// For the answer to a request.
    /// - Parameter keepAlive: what ``ConnectionState/keepsAlive`` says.
    public init(for request: HTTPRequest, keepAlive: Bool) {
        self.init(omitsBody: request.method == .head, keepAlive: keepAlive, version: request.version)
    }

    /// What a client that expects `100-continue` waits for.
    public static let continueResponse: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

    /// Appends the head, and the body unless the request or the status forbids one.
    /// - Parameter date: as ``HTTPDate/format(unixSeconds:)`` gives it; worth keeping for a second.
    public func write(_ head: HTTPResponseHead, body: UnsafeRawBufferPointer, date: [UInt8], into output: inout [UInt8])
    {
        let sendsBody = !omitsBody && Self.mayHaveBody(head.status)
        output.reserveCapacity(output.count + Self.ownBytes + head.fields.count + (sendsBody ? body.count : 0))
        writeHead(head, bodyLength: body.count, date: date, into: &output)
        if sendsBody { output.append(contentsOf: body) }
    }

    public func write(_ head: HTTPResponseHead, body: [UInt8], date: [UInt8], into output: inout [UInt8]) {
        body.withUnsafeBytes { write(head, body: $0, date: date, into: &output) }
    }

    /// Appends the head alone, for a body that is sent from where it lies. Whether to send it says
    /// ``sendsBody(status:)``.
    public func writeHead(_ head: HTTPResponseHead, bodyLength: Int, date: [UInt8], into output: inout [UInt8]) {
        HTTPStatus.appendLine(head.status, to: &output)
        output.append(contentsOf: head.fields)
        // A 304 would state the length of a body that a 200 would have; it is left out, as it may
        // be.
        if Self.mayHaveBody(head.status) {
            output.append("content-length: ")
            output.append(decimal: max(bodyLength, 0))
            output.append("\r\n")
        }
        if !keepAlive {
            output.append("connection: close\r\n")
        } else if version == .http10 {
            output.append("connection: keep-alive\r\n")
        }
        output.append("date: ")
        output.append(contentsOf: date)
        output.append("\r\n\r\n")
    }

    public func sendsBody(status: Int) -> Bool { !omitsBody && Self.mayHaveBody(status) }

    /// What the writer itself adds to a head, at most and roughly; only a hint for the room that is
    /// made.
    private static let ownBytes = 192

    private static func mayHaveBody(_ status: Int) -> Bool { status >= 200 && status != 204 && status != 304 }
}
