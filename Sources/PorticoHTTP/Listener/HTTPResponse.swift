import HTTPWire
import JSONBytes

/// A whole answer: its head, and its body in its own memory.
package struct HTTPResponse {
    var head: HTTPResponseHead
    var body: ResponseBuffer?

    package init(head: HTTPResponseHead, body: ResponseBuffer?) {
        self.head = head
        self.body = body
    }
}

/// Handles a listener's requests, and supplies the answers to refused ones.
package protocol HTTPHandler: AnyObject {
    /// Decides by a head alone whether to read its incomplete body: calls
    /// ``HTTPConnection/readBody(of:)``, or answers by the sink; once, within the call or later.
    /// Once the body is complete, ``handle(_:_:)`` gets the whole request. A request without a
    /// body, or whose body arrived with its head, goes there directly.
    func decide(on head: HTTPRequest, _ sink: ResponseSink)

    /// Answers by the sink, within the call or later.
    func handle(_ request: HTTPRequest, _ sink: ResponseSink)

    /// The answer to a request refused before its content is examined; then the connection closes.
    func response(to failure: HTTPFailure) -> HTTPResponse
}
