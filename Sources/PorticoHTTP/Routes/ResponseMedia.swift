import HTTPWire
import PorticoGateway
import PorticoPlanning

/// The two media types of GraphQL over HTTP, which differ in the meaning of the status.
enum ResponseMedia: Sendable, Equatable {
    /// `application/graphql-response+json`: the status reflects the outcome.
    case graphQLResponse
    /// `application/json`: 200 for every well-formed request, as legacy clients expect.
    case json

    var contentType: StaticString {
        switch self {
        case .graphQLResponse: "application/graphql-response+json; charset=utf-8"
        case .json: "application/json; charset=utf-8"
        }
    }

    // MARK: Negotiation

    private static let graphQLResponseType = MediaType("application", "graphql-response+json")
    private static let jsonType = MediaType("application", "json")
    static let htmlType = MediaType("text", "html")

    /// The media type negotiated by the `Accept` field; `nil` when neither is accepted (406).
    ///
    /// Without a preference it is `application/json`; if both are equal, the newer one.
    static func negotiated(_ request: HTTPRequest) -> ResponseMedia? {
        guard let accept = request.header("accept") else { return .json }
        if request.headerCount("accept") == 1, let usual = usual(accept) { return usual }
        return negotiated(accept: request.list("accept"))
    }

    static func negotiated(accept: String?) -> ResponseMedia? {
        switch negotiate(accept: accept, offered: offers(accept)) {
        case graphQLResponseType: .graphQLResponse
        case jsonType: .json
        default: nil
        }
    }

    /// Whether `application/json` may be the answer.
    static func acceptsJSON(_ request: HTTPRequest) -> Bool {
        negotiate(accept: request.list("accept"), offered: [jsonType]) != nil
    }

    /// Whether the client prefers a page: a browser's address bar.
    static func prefersPage(_ request: HTTPRequest) -> Bool {
        guard let accept = request.list("accept") else { return false }
        return negotiate(accept: accept, offered: offers(accept) + [htmlType]) == htmlType
    }

    private static func offers(_ accept: String?) -> [MediaType] {
        accept?.lowercased().contains("graphql-response+json") == true
            ? [graphQLResponseType, jsonType] : [jsonType, graphQLResponseType]
    }

    /// The fields that nearly all clients send, without creating a string.
    private static func usual(_ accept: ArraySlice<UInt8>) -> ResponseMedia? {
        if accept.spells("application/json") || accept.spells("*/*") { return .json }
        if accept.spells("application/graphql-response+json")
            || accept.spells("application/graphql-response+json, application/json")
        {
            return .graphQLResponse
        }
        return nil
    }

    // MARK: Status

    /// The status of an answer (GraphQL over HTTP, section 6.4). Where the public audit differs
    /// from the draft, the audit's: 400 instead of the draft's 422 for what does not validate or
    /// coerce, and 200 for each well-formed request in `application/json`. Partial success is 200.
    func status(_ outcome: GatewayResponse.Outcome, cause: GatewayResponse.Cause? = nil) -> Int {
        switch cause {
        case .mutationMustNotBeSafe?: return 405
        case .operationNotDetermined?: return self == .graphQLResponse ? 422 : 200
        case .noRoom?, nil: break
        }
        return switch outcome {
        case .data: 200
        case .requestError(let code), .nullData(let code): status(code)
        }
    }

    private func status(_ code: ErrorCode) -> Int {
        // Errors with an HTTP status of their own have it in both media types.
        switch code {
        case .unauthenticated: return 401
        case .forbidden: return 403
        case .rateLimited: return 429
        case .unavailable: return 503
        default: break
        }
        guard self == .graphQLResponse else { return 200 }
        switch code {
        case .syntaxError, .validationError, .badInput, .limitExceeded, .notFound, .conflict: return 400
        case .timeout: return 504
        case .internalError: return 500
        case .unauthenticated: return 401
        case .forbidden: return 403
        case .rateLimited: return 429
        case .unavailable: return 503
        }
    }
}

extension ArraySlice<UInt8> {
    /// Whether these are the literal's bytes; does not allocate.
    func spells(_ literal: StaticString) -> Bool {
        guard count == literal.utf8CodeUnitCount else { return false }
        return elementsEqual(UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }
}
