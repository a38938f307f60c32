import JSONBytes
import TestHTTP
import Testing

/// What the checks of the public audit send, and what they look at in the answer.
enum AuditRequest {
    static let newer = "application/graphql-response+json"
    static let older = "application/json"
    static let typename = #"{"query":"{ __typename }"}"#

    static func post(
        _ body: String?, accept: String? = nil, contentType: String? = "application/json"
    ) async throws -> Answer {
        var head = "POST /graphql HTTP/1.1\r\nHost: x\r\n"
        if let accept { head += "Accept: \(accept)\r\n" }
        if let contentType { head += "Content-Type: \(contentType)\r\n" }
        head += "Content-Length: \(body?.utf8.count ?? 0)\r\n\r\n"
        return try await RunningServer.answer(head + (body ?? ""), from: try #require(RunningServer.address))
    }

    /// - Parameter query: As `URLSearchParams` writes it.
    static func get(_ query: String, accept: String? = "*/*") async throws -> Answer {
        let field = accept.map { "Accept: \($0)\r\n" } ?? ""
        return try await RunningServer.answer(
            "GET /graphql?\(query) HTTP/1.1\r\nHost: x\r\n\(field)\r\n", from: try #require(RunningServer.address))
    }
}

extension Answer {
    /// An entry of the GraphQL response; `nil` where it has none.
    func entry(_ key: String) throws -> JSONValue? { try parseJSON(Array(body.utf8))[key] }

    var mediaType: String { headers["content-type"].map { String($0.prefix { $0 != ";" }) } ?? "" }
}
