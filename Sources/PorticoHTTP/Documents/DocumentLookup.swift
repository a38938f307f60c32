import PorticoAccess
import PorticoConfiguration
import PorticoGateway
import PorticoIdentity
import SocketLoop

/// Finds a request's document, and refuses what its role may not run. One per worker.
package final class DocumentLookup {
    private let trusted: Latest<TrustedDocuments>
    private let only: TrustedOnly
    /// `nil` if automatic persisted queries are disabled.
    private let persisted: PersistedDocuments?

    package init(trusted: DocumentStore, configuration: DocumentConfiguration, limits: GatewayLimits) {
        self.trusted = Latest(trusted.published)
        only = configuration.only
        persisted =
            configuration.automatic
            ? PersistedDocuments(entries: limits[.persistedDocuments], bytes: limits[.persistedBytes]) : nil
    }

    /// The request for the gateway.
    func request(_ parameters: RequestParameters, access: Access) throws(RefusedRequest) -> GraphQLRequest {
        let rules = access.rules
        // The gateway refuses it by its length alone; it is not examined here.
        if let query = parameters.query, query.count > rules.limits[.documentBytes] {
            return GraphQLRequest(query: query, isReadOnly: parameters.isReadOnly)
        }
        let text = try text(parameters, access)
        return GraphQLRequest(
            query: text, operationName: parameters.operationName, variables: parameters.variables,
            isReadOnly: parameters.isReadOnly)
    }

    /// Caches a document that came with its hash, if it is valid.
    func answered(_ parameters: RequestParameters, access: Access, outcome: GatewayResponse.Outcome) {
        guard let persisted, let hash = parameters.hashOfQuery, let query = parameters.query else { return }
        switch outcome {
        case .requestError(.syntaxError), .requestError(.validationError), .requestError(.limitExceeded),
            .requestError(.rateLimited):
            return
        case .data, .nullData, .requestError: persisted.keep(query, Self.key(hash, access))
        }
    }

    // MARK: The text

    private func text(_ parameters: RequestParameters, _ access: Access) throws(RefusedRequest) -> [UInt8] {
        if let id = parameters.documentID {
            guard parameters.query == nil else {
                throw RefusedRequest(400, .badInput, "A request has either \"query\" or \"documentId\", not both.")
            }
            return try text(id: id, access)
        }
        if let name = parameters.persistedName { return try text(persistedName: name, parameters, access) }
        guard let query = parameters.query else {
            throw RefusedRequest(400, .badInput, "The request has neither \"query\" nor \"documentId\".")
        }
        if only.restricts(access.rules.role), !trusted.current.contains(query) { throw Self.trustedOnly }
        return query
    }

    private func text(id: String, _ access: Access) throws(RefusedRequest) -> [UInt8] {
        if let text = trusted.current.text(id: id) { return text }
        if !only.restricts(access.rules.role), let persisted, let hash = TrustedDocuments.hash(inID: id),
            let text = persisted.text(Self.key(hash, access))
        {
            return text
        }
        // Other ids are not suggested: clients that may run a document know its id.
        throw RefusedRequest(.notFound, "There is no document with this \"documentId\".")
    }

    /// The document named by `extensions.persistedQuery`: trusted (by id or hash), or sent before.
    private func text(
        persistedName name: String, _ parameters: RequestParameters, _ access: Access
    ) throws(RefusedRequest) -> [UInt8] {
        let hash = DocumentHash(hex: name), trusted = trusted.current
        if let text = trusted.text(id: name) ?? hash.flatMap(trusted.text(hash:)) {
            guard parameters.query == nil || parameters.query == text else { throw Self.mismatch }
            return text
        }
        if only.restricts(access.rules.role) {
            guard let query = parameters.query, trusted.contains(query) else { throw Self.trustedOnly }
        }
        guard let persisted else {
            if let query = parameters.query { return query }
            throw RefusedRequest(.badInput, "PersistedQueryNotSupported")
        }
        guard let hash else {
            throw RefusedRequest(
                400, .badInput, "\"extensions.persistedQuery.sha256Hash\" is not a SHA-256 in 64 hexadecimal digits.")
        }
        if let query = parameters.query {
            guard parameters.hashOfQuery == hash else { throw Self.mismatch }
            return query
        }
        if let text = persisted.text(Self.key(hash, access)) { return text }
        throw RefusedRequest(.notFound, "PersistedQueryNotFound")
    }

    private static func key(_ hash: DocumentHash, _ access: Access) -> PersistedDocuments.Key {
        PersistedDocuments.Key(hash: hash, owner: DocumentOwner(access.viewer), rules: access.rules.fingerprint)
    }

    private static let mismatch = RefusedRequest(
        400, .badInput, "The hash in \"extensions.persistedQuery\" is not that of \"query\".")
    private static let trustedOnly = RefusedRequest(
        403, .forbidden,
        "This role may run nothing but the documents that this API knows. Name one of them by \"documentId\".")
}
