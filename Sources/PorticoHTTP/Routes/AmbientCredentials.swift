import HTTPWire

/// If the connection itself identifies the client, as a client certificate does, a browser sends
/// that along for any page. Such a request must carry what no page can send to another origin
/// without a preflight: the field `x-portico-request`, or a body of `application/json` (the Fetch
/// standard, section 2.2.2).
enum AmbientCredentials {
    static func check(_ request: HTTPRequest, connectionBringsThem: Bool) throws(RefusedRequest) {
        guard connectionBringsThem, request.header("x-portico-request") == nil,
            !(request.method == .post && isJSON(request))
        else { return }
        throw RefusedRequest(
            403, .forbidden,
            "This connection says by itself who asks, as it does for any page that a browser shows. Send the header field x-portico-request, with any value, to show that the request is meant."
        )
    }

    private static func isJSON(_ request: HTTPRequest) -> Bool {
        guard request.headerCount("content-type") == 1, let field = request.text("content-type") else { return false }
        return MediaType(parsing: field)?.isSame(as: MediaType("application", "json")) == true
    }
}
