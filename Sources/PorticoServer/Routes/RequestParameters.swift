import JSONBytes

/// What one GraphQL request of GraphQL over HTTP states; its document is not looked up yet.
struct RequestParameters: Sendable {
    /// The document in UTF-8.
    var query: [UInt8]?
    /// The name of a document that the server has (GraphQL over HTTP, the draft of the appendix on
    /// persisted documents).
    var documentID: String?
    /// `extensions.persistedQuery.sha256Hash`.
    var persistedName: String?
    /// Of ``query``, where ``persistedName`` came with it.
    var hashOfQuery: DocumentHash?
    var operationName: String?
    var variables: [JSONMember] = []
    /// It came by a method that must change nothing.
    var isReadOnly = false
}

/// What a body holds.
enum RequestContent: Sendable {
    case single(RequestParameters)
    /// Each entry is a request of its own: one that is malformed says nothing about the others.
    case batch([Result<RequestParameters, RefusedRequest>])
}
