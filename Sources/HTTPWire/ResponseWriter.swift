/// Writes responses (RFC 9112, sections 4 to 6; RFC 9110, sections 6.4 and 8.6) as bytes for the
/// socket. A body has a length, or is sent in pieces as a ``StreamedBody``.
public struct ResponseWriter: Sendable, Equatable {
    /// The response to a HEAD: states its length without sending its body.
    public var omitsBody: Bool
    /// Whether the connection stays open afterwards.
    public var keepAlive: Bool
    /// Of the client: HTTP/1.0 must be told that the connection stays open.
    public var version: HTTPVersion

    public init(omitsBody: Bool = false, keepAlive: Bool, version: HTTPVersion = .http11) {
        (self.omitsBody, self.keepAlive, self.version) = (omitsBody, keepAlive, version)
    }

    /// For the response to a request.
    /// - Parameter keepAlive: From ``ConnectionState/keepsAlive``.
    public init(for request: HTTPRequest, keepAlive: Bool) {
        self.init(omitsBody: request.method == .head, keepAlive: keepAlive, version: request.version)
    }

    /// The interim response for `expect: 100-continue`.
    public static let continueResponse: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

    /// Appends the head; the body is sent from where it lies, if ``sendsBody(status:)``.
    /// - Parameters:
    ///   - bodyLength: `nil` for a body that comes in pieces, as ``streamedBody(status:)``.
    ///   - date: as ``HTTPDate/format(unixSeconds:)`` gives it; worth keeping for a second.
    public func writeHead(_ head: HTTPResponseHead, bodyLength: Int?, date: [UInt8], into output: inout [UInt8]) {
        HTTPStatus.appendLine(head.status, to: &output)
        output.append(contentsOf: head.fields)
        // A 304 could state the length of the body of a 200; it is optional and omitted.
        if Self.mayHaveBody(head.status) {
            if let bodyLength {
                output.append("content-length: ")
                output.append(decimal: max(bodyLength, 0))
                output.append("\r\n")
            } else if version == .http11 {
                output.append("transfer-encoding: chunked\r\n")
            }
        }
        if head.status == 101 {
            output.append("connection: upgrade\r\n")
        } else if !keepAlive {
            output.append("connection: close\r\n")
        } else if version == .http10 {
            output.append("connection: keep-alive\r\n")
        }
        output.append("date: ")
        output.append(contentsOf: date)
        output.append("\r\n\r\n")
    }

    public func sendsBody(status: Int) -> Bool { !omitsBody && Self.mayHaveBody(status) }

    /// How to send a body in pieces.
    public func streamedBody(status: Int) -> StreamedBody {
        if !sendsBody(status: status) { .omitted } else { version == .http11 ? .chunked : .plain }
    }

    private static func mayHaveBody(_ status: Int) -> Bool { status >= 200 && status != 204 && status != 304 }
}
