import JSONBytes

/// The parameters of one request of GraphQL over HTTP; its document is not looked up yet.
struct RequestParameters: Sendable {
    /// The document in UTF-8.
    var query: [UInt8]?
    /// A stored document's name (GraphQL over HTTP, draft appendix on persisted documents).
    var documentID: String?
    /// `extensions.persistedQuery.sha256Hash`.
    var persistedName: String?
    /// Of ``query``, if ``persistedName`` came with it.
    var hashOfQuery: DocumentHash?
    var operationName: String?
    var variables: [JSONMember] = []
    /// Whether it was sent by a safe method.
    var isReadOnly = false
}

/// The content of a body.
enum RequestContent: Sendable {
    case single(RequestParameters)
    /// Each entry is independent: a malformed one does not affect the others.
    case batch([Result<RequestParameters, RefusedRequest>])
}
