import HTTPWire
import JSONBytes

/// A whole answer: its head, and its body from where it lies.
struct HTTPResponse {
    var head: HTTPResponseHead
    var body: ResponseBuffer?
}

/// What a listener hands requests to, and where the answers to refused ones come from.
protocol HTTPHandler: AnyObject {
    /// Answers by ``HTTPConnection/respond(_:)``, once, within the call or later. When the client goes away before, ``HTTPConnection/clientGone`` is called.
    func handle(_ request: HTTPRequest, on connection: HTTPConnection)

    /// The answer to a request that is refused before anything looked at what it asks for; the connection closes behind it.
    func response(to failure: HTTPFailure) -> HTTPResponse
}
