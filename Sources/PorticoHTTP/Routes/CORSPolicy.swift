import ExactText
import HTTPWire
import PorticoConfiguration

/// Answers to pages of other origins (the CORS protocol of the Fetch standard, section 3.2).
/// Credentials are never allowed: there are no cookies, and a page sets tokens in a field itself.
package struct CORSPolicy: Sendable {
    private let origins: Set<ExactString>?
    private let headers: String
    private let maximumAge: String

    package init(_ configuration: CORSConfiguration) {
        switch configuration.origins {
        case .any: origins = nil
        case .these(let list): origins = Set(exact: list)
        }
        headers = configuration.headers.joined(separator: ", ")
        maximumAge = String(configuration.maximumAge / 1000)
    }

    /// The fields of an answer that a page may read besides its body.
    private static let exposed: StaticString = "x-request-id, retry-after, server-timing"

    /// The origin to name in the answer; `nil` if the page may not read it, or no page asks.
    func allowed(_ request: HTTPRequest) -> String? { allowed(request.text("origin")) }

    func allowed(_ origin: String?) -> String? {
        guard let origin else { return nil }
        guard let origins else { return "*" }
        return origins.contains(origin) ? origin : nil
    }

    /// Fields of an ordinary answer. If origins are distinguished, all answers must say so.
    func add(to head: inout HTTPResponseHead, origin: String?) {
        if origins != nil { head.add("vary", "origin") }
        guard let origin else { return }
        head.add("access-control-allow-origin", origin)
        head.add("access-control-expose-headers", Self.exposed)
    }

    /// Whether it is a preflight request.
    static func isPreflight(_ request: HTTPRequest) -> Bool {
        request.method == .options && request.header("origin") != nil
            && request.header("access-control-request-method") != nil
    }

    /// The answer to a preflight; without allowing fields if the origin is not allowed.
    /// - Parameter methods: Those of the path.
    func preflight(_ request: HTTPRequest, methods: StaticString) -> HTTPResponseHead {
        var head = HTTPResponseHead(status: 204)
        head.add("vary", "origin, access-control-request-method, access-control-request-headers")
        guard let origin = allowed(request) else { return head }
        head.add("access-control-allow-origin", origin)
        head.add("access-control-allow-methods", methods)
        if !headers.isEmpty { head.add("access-control-allow-headers", headers) }
        head.add("access-control-max-age", maximumAge)
        return head
    }
}
