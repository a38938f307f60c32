import ExactText
import PorticoAccess
import PostgresClient
import SocketLoop

/// The viewer that a user would be, without a token: for the commands, which act for whoever they
/// are told to. The user's row is read as for a request.
public final class ViewerLookup {
    /// Why there is no viewer: one sentence, fit for a stranger, and what the operator should know
    /// besides.
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
            authentication: authentication,
            source: PoolDirectorySource(pool: pool, reactor: reactor), clock: { reactor.now },
            report: { [notes] in notes.last = $0 })
        claimsAreAuthority = authentication.users == nil
        let claims = authentication.requirements.claims
        resolver = ViewerResolver(directory: directory, claims: claims, snapshot: { policy })
    }

    /// Calls back on the reactor with the viewer of a user's id, or of nobody signed in, and the
    /// rules it has.
    ///
    /// - Parameters:
    ///   - bearer: What a token would say; `nil` for nobody signed in. Role and tenant count where
    ///     there is no table of
    ///     users, and are needed there.
    ///   - claims: further claims, as a token would bring them.
    public func viewer(
        _ bearer: TokenIssuer.Bearer?, claims: [ExactString: String] = [:],
        then: @escaping (Result<(viewer: Viewer, rules: RuleSet), Failure>) -> Void
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

    /// Calls back on the reactor with the tenants that viewers of a tenant reach; none bound by
    /// tenants is asked for.
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
