import HTTPWire
import JSONBytes

/// A whole answer: its head, and its body from where it lies.
struct HTTPResponse {
    var head: HTTPResponseHead
    var body: ResponseBuffer?
}

/// What a listener hands requests to, and where the answers to refused ones come from.
protocol HTTPHandler: AnyObject {
    /// Decides by a head alone whether its body, which has not arrived whole, is read: calls
    /// ``HTTPConnection/readBody(of:)``, or answers by ``HTTPConnection/respond(_:)``; once, within
    /// the call or later. Once the body is there, ``handle(_:on:)`` gets the whole request.
    func decide(on head: HTTPRequest, _ connection: HTTPConnection)

    /// Answers by ``HTTPConnection/respond(_:)``, once, within the call or later. When the client
    /// goes away before, ``HTTPConnection/clientGone`` is called.
    func handle(_ request: HTTPRequest, on connection: HTTPConnection)

    /// The answer to a request that is refused before anything looked at what it asks for; the
    /// connection closes behind it.
    func response(to failure: HTTPFailure) -> HTTPResponse
}
