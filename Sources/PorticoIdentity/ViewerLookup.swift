import ExactText
import PorticoAccess
import PorticoConfiguration
import PostgresClient
import SocketLoop

/// Looks up the viewer of a user without a token, for commands that act on behalf of a given user.
/// The user's row is read as for a request.
public final class ViewerLookup {
    /// Why there is no viewer: one sentence for clients, and details for the operator.
    public struct Failure: Error, Sendable {
        public var message: String
        public var detail: String?
    }

    private let resolver: ViewerResolver
    private let directory: ViewerDirectory
    private let claimsAreAuthority: Bool
    private let notes = Notes()

    private final class Notes { var last: String? }

    public init(authentication: AuthenticationConfiguration, policy: Policy, pool: ConnectionPool, reactor: Reactor) {
        directory = ViewerDirectory(
            statements: DirectoryStatements(users: authentication.users, tenants: authentication.tenants),
            authentication: authentication, source: PoolDirectorySource(pool: pool, reactor: reactor),
            clock: { reactor.now }, report: { [notes] in notes.last = $0 })
        claimsAreAuthority = authentication.users == nil
        let claims = authentication.requirements.claims
        resolver = ViewerResolver(directory: directory, claims: claims, snapshot: { policy })
    }

    /// Calls back on the reactor with the viewer of a user's id, or the anonymous one, and its
    /// rules.
    ///
    /// - Parameters:
    ///   - bearer: The content of a token; `nil` for the anonymous viewer. Role and tenant are
    ///     used, and required, only without a table of users.
    ///   - claims: Further claims, as in a token.
    public func viewer(
        _ bearer: TokenIssuer.Bearer?, claims: [ExactString: String] = [:],
        then: @escaping (Result<(viewer: Viewer, rules: CompiledPolicy), Failure>) -> Void
    ) {
        func answer(_ result: Result<Access, AuthenticationFailure>) {
            switch result {
            case .success(let access): then(.success((access.viewer, access.rules)))
            case .failure(.userNotActive):
                then(.failure(Failure(message: "There is no such user, or it is not active.", detail: nil)))
            case .failure(let failure): then(.failure(Failure(message: failure.description, detail: notes.last)))
            }
        }
        guard let bearer else { return answer(resolver.anonymous()) }
        if claimsAreAuthority, bearer.role == nil {
            let message =
                "There is no table of users (`authentication: { users: null }`), so that an id alone says "
                + "nothing of a user: state a role, and its tenant."
            return then(.failure(Failure(message: message, detail: nil)))
        }
        var token = TokenClaims(subject: ExactString(bearer.user), others: claims)
        if claimsAreAuthority {
            token.tenant = bearer.tenant.map { ExactString($0) }
            token.roles = bearer.role.map { [resolver.claims.value(of: ExactString($0))] }
        }
        resolver.resolve(resolver.identity(token), then: answer)
    }

    /// Calls back on the reactor with the tenants that a tenant's viewers reach.
    public func tenants(of tenant: ExactString, reach: Reach, then: @escaping (Result<TenantList, Failure>) -> Void) {
        guard reach == .subtree else { return then(.success(TenantList([tenant.text]))) }
        directory.subtrees.get(directory.subtrees.entry(tenant)) { [notes] answer in
            switch answer {
            case .success(let tenants): then(.success(tenants ?? TenantList([])))
            case .failure(let failure): then(.failure(Failure(message: failure.description, detail: notes.last)))
            }
        }
    }
}
