import ExactText
import PorticoAccess

/// The rules in force: one immutable snapshot, replaced as a whole.
protocol RulesSnapshot: AnyObject, Sendable {
    func rules(role: ExactString, tenant: ExactString?) -> RuleLookup
}

extension Policy: RulesSnapshot {}

/// A verified credential, and what was made of it last: as long as neither the rows nor the rules change, a request costs a few comparisons.
final class Identity {
    let claims: TokenClaims
    /// What the token was verified by; `nil` for what needs no key.
    let key: TokenKey.ID?
    let user: FreshCache<DirectoryUser>.Entry
    fileprivate var resolved: Resolved?

    fileprivate final class Resolved {
        let access: Access
        let snapshot: any RulesSnapshot
        let userGeneration: Int
        /// For a viewer that reaches below its tenant.
        let subtree: (entry: FreshCache<TenantList>.Entry, generation: Int)?

        init(_ access: Access, snapshot: any RulesSnapshot, userGeneration: Int, subtree: (entry: FreshCache<TenantList>.Entry, generation: Int)? = nil) {
            self.access = access
            self.snapshot = snapshot
            self.userGeneration = userGeneration
            self.subtree = subtree
        }
    }

    init(claims: TokenClaims, key: TokenKey.ID?, user: FreshCache<DirectoryUser>.Entry) {
        self.claims = claims
        self.key = key
        self.user = user
    }
}

/// Who asks, and by which rules.
struct Access {
    var viewer: Viewer
    var rules: RuleSet
}

/// Makes a viewer of a verified credential: the user's row is the authority, the claims only have to agree.
final class ViewerResolver {
    private let directory: ViewerDirectory
    private let snapshot: () -> any RulesSnapshot
    /// What was answered to whoever shows no credential, and by which rules.
    private var anonymousAnswer: (snapshot: any RulesSnapshot, answer: Result<Access, AuthenticationFailure>)?

    init(directory: ViewerDirectory, snapshot: @escaping () -> any RulesSnapshot) {
        self.directory = directory
        self.snapshot = snapshot
    }

    func identity(_ claims: TokenClaims, key: TokenKey.ID? = nil) -> Identity { Identity(claims: claims, key: key, user: directory.users.entry(claims.subject)) }

    /// What was made of the identity before, when everything that it was made of still holds.
    func current(_ identity: Identity) -> Access? {
        guard let resolved = identity.resolved, resolved.snapshot === snapshot(), directory.users.isFresh(identity.user),
            resolved.userGeneration == identity.user.generation
        else { return nil }
        if let subtree = resolved.subtree {
            guard directory.subtrees.isFresh(subtree.entry), subtree.generation == subtree.entry.generation else { return nil }
        }
        return resolved.access
    }

    func resolve(_ identity: Identity, then: @escaping (Result<Access, AuthenticationFailure>) -> Void) {
        if let access = current(identity) { return then(.success(access)) }
        directory.users.get(identity.user) { [self] answer in
            switch answer {
            case .failure(let failure): then(.failure(failure))
            case .success(let user): resolve(identity, user, then: then)
            }
        }
    }

    private func resolve(_ identity: Identity, _ user: DirectoryUser?, then: @escaping (Result<Access, AuthenticationFailure>) -> Void) {
        guard let user, user.isActive else { return then(.failure(.userNotActive)) }
        if let tenant = identity.claims.tenant, tenant != user.tenant { return then(.failure(.claimDiffers("tenant"))) }
        // Issuers write a role as the database does or as GraphQL does.
        if let role = identity.claims.role, !role.isSameInASCIICase(as: user.role) { return then(.failure(.claimDiffers("role"))) }
        guard user.isTenantActive else { return then(.failure(.tenantNotActive)) }
        let snapshot = snapshot()
        let rules: RuleSet
        if let known = identity.resolved, known.snapshot === snapshot, known.access.viewer.role == user.role, known.access.viewer.tenant == user.tenant {
            // Same rules, same role, same tenant: where thousands of sets are in use, the policy may have forgotten this one and would compile it again.
            rules = known.access.rules
        } else {
            switch snapshot.rules(role: user.role, tenant: user.tenant) {
            case .rules(let found): rules = found
            case .unknownRole: return then(.failure(.roleWithoutRules))
            case .tenantUnavailable: return then(.failure(.rulesUnavailable))
            }
        }
        let viewer = Viewer(id: identity.claims.subject, role: user.role, tenant: user.tenant, tenants: user.tenant.map { [$0.text] } ?? [], claims: identity.claims.others)
        let generation = identity.user.generation
        guard rules.reach == .subtree, let tenant = user.tenant else {
            let access = Access(viewer: viewer, rules: rules)
            identity.resolved = Identity.Resolved(access, snapshot: snapshot, userGeneration: generation)
            return then(.success(access))
        }
        let entry = directory.subtrees.entry(tenant)
        directory.subtrees.get(entry) { answer in
            switch answer {
            case .failure(let failure): then(.failure(failure))
            case .success(let tenants):
                let access = Access(viewer: viewer.reaching(tenants ?? TenantList([])), rules: rules)
                identity.resolved = Identity.Resolved(access, snapshot: snapshot, userGeneration: generation, subtree: (entry, entry.generation))
                then(.success(access))
            }
        }
    }

    /// The access of whoever shows no credential.
    func anonymous() -> Result<Access, AuthenticationFailure> {
        let snapshot = snapshot()
        if let known = anonymousAnswer, known.snapshot === snapshot { return known.answer }
        let answer: Result<Access, AuthenticationFailure> = switch snapshot.rules(role: Viewer.anonymous.role, tenant: nil) {
        case .rules(let rules): .success(Access(viewer: .anonymous, rules: rules))
        case .unknownRole: .failure(.credentialsMissing)
        case .tenantUnavailable: .failure(.rulesUnavailable)
        }
        anonymousAnswer = (snapshot, answer)
        return answer
    }
}
