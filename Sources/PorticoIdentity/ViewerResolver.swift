import ExactText
import PorticoAccess
import PorticoConfiguration

/// Derives a viewer from a verified credential. If there is a table of users, the user's row is the
/// authority and the claims only have to agree; otherwise the claims are.
package final class ViewerResolver {
    private let directory: ViewerDirectory
    let claims: ClaimNames
    private let snapshot: () -> any RulesSnapshot
    /// The last answer for anonymous requests, and the rules it is based on.
    private var anonymousAnswer: (snapshot: any RulesSnapshot, answer: Result<Access, AuthenticationFailure>)?

    package init(
        directory: ViewerDirectory, claims: ClaimNames = ClaimNames(), snapshot: @escaping () -> any RulesSnapshot
    ) {
        self.directory = directory
        self.claims = claims
        self.snapshot = snapshot
    }

    package func identity(_ claims: TokenClaims, key: TokenKey.ID? = nil) -> Identity {
        let row: ExactString? =
            switch directory.key {
            case .user: claims.subject
            case .tenant: claims.tenant
            case .nothing: nil
            }
        return Identity(claims: claims, key: key, user: row.map { directory.users.entry($0) })
    }

    /// The last result for the identity, if everything that it was derived from is unchanged.
    func current(_ identity: Identity) -> Access? {
        guard let resolved = identity.resolved, resolved.snapshot === snapshot() else { return nil }
        if let user = identity.user {
            guard directory.users.isFresh(user), resolved.userGeneration == user.generation else { return nil }
        }
        if let subtree = resolved.subtree {
            guard directory.subtrees.isFresh(subtree.entry), subtree.generation == subtree.entry.generation else {
                return nil
            }
        }
        return resolved.access
    }

    package func resolve(_ identity: Identity, then: @escaping (Result<Access, AuthenticationFailure>) -> Void) {
        if let access = current(identity) { return then(.success(access)) }
        guard let row = identity.user else { return resolve(identity, nil, then: then) }
        directory.users.get(row) { [self] answer in
            switch answer {
            case .failure(let failure): then(.failure(failure))
            case .success(let user): resolve(identity, user, then: then)
            }
        }
    }

    private func resolve(
        _ identity: Identity, _ row: DirectoryUser?, then: @escaping (Result<Access, AuthenticationFailure>) -> Void
    ) {
        let snapshot = snapshot(), standing: Standing, rules: CompiledPolicy
        do throws(AuthenticationFailure) {
            let isRow = directory.key == .user, claims = identity.claims
            standing = isRow ? try Self.standing(claims, row) : try self.standing(claims, row, snapshot)
            rules = try self.rules(of: standing, identity, snapshot)
        } catch {
            return then(.failure(error))
        }
        let generation = identity.user?.generation, tenant = standing.tenant
        let viewer = Viewer(
            id: identity.claims.subject, role: standing.role, tenant: tenant, tenants: tenant.map { [$0.text] } ?? [],
            claims: identity.claims.others)
        func finish(_ viewer: Viewer, _ subtree: (entry: FreshCache<TenantList>.Entry, generation: Int)? = nil) {
            let access = Access(viewer: viewer, rules: rules)
            identity.resolved = Identity.Resolved(
                access, snapshot: snapshot, userGeneration: generation, subtree: subtree)
            then(.success(access))
        }
        guard rules.reach == .subtree else { return finish(viewer) }
        if let stated = standing.tenants {
            let others = stated.filter { $0 != tenant }
            return finish(viewer.reaching(viewer.tenants + Set(others).sorted().map(\.text)))
        }
        guard let tenant else { return finish(viewer) }
        let entry = directory.subtrees.entry(tenant)
        directory.subtrees.get(entry) { answer in
            switch answer {
            case .failure(let failure): then(.failure(failure))
            case .success(let tenants): finish(viewer.reaching(tenants ?? TenantList([])), (entry, entry.generation))
            }
        }
    }

    // MARK: Role and tenant

    /// A user's properties according to the authority.
    private struct Standing {
        var role: ExactString
        var tenant: ExactString?
        /// What it reaches besides its tenant; `nil` if the table of tenants decides.
        var tenants: [ExactString]?
    }

    private static func standing(
        _ claims: TokenClaims, _ user: DirectoryUser?
    ) throws(AuthenticationFailure) -> Standing {
        guard let user, user.isActive else { throw .userNotActive }
        if let tenant = claims.tenant, tenant != user.tenant { throw .claimDiffers("tenant") }
        // Issuers write a role as the database or as GraphQL does.
        if let roles = claims.roles, !roles.contains(where: { $0.isSameInASCIICase(as: user.role) }) {
            throw .claimDiffers("role")
        }
        guard user.isTenantActive else { throw .tenantNotActive }
        return Standing(role: user.role, tenant: user.tenant)
    }

    /// - Parameter row: The tenant's, if there is a table of tenants and the token names one.
    private func standing(
        _ token: TokenClaims, _ row: DirectoryUser?, _ snapshot: any RulesSnapshot
    ) throws(AuthenticationFailure) -> Standing {
        guard let values = token.roles else { throw .token(.claim("The token has no claim \"\(claims.role)\".")) }
        let role = try claims.role(of: values) { snapshot.hasRole($0) }
        if directory.key == .tenant, token.tenant != nil, row?.isTenantActive != true { throw .tenantNotActive }
        return Standing(role: role, tenant: token.tenant, tenants: token.tenants)
    }

    private func rules(
        of standing: Standing, _ identity: Identity, _ snapshot: any RulesSnapshot
    ) throws(AuthenticationFailure) -> CompiledPolicy {
        if let known = identity.resolved, known.snapshot === snapshot, known.access.viewer.role == standing.role,
            known.access.viewer.tenant == standing.tenant
        {
            // Same rules, role and tenant: with thousands of sets in use, the policy may have
            // evicted this one and would compile it again.
            return known.access.rules
        }
        switch snapshot.rules(role: standing.role, tenant: standing.tenant) {
        case .rules(let rules):
            // A row without a tenant reaches none; a token without a tenant has another purpose.
            if directory.key != .user, standing.tenant == nil, rules.reach != .crossTenant, let claim = claims.tenant {
                throw .token(.claim("The token has no claim \"\(claim)\"."))
            }
            return rules
        case .unknownRole: throw .roleWithoutRules
        case .tenantUnavailable: throw .rulesUnavailable
        }
    }

    /// The access of requests without a credential.
    func anonymous() -> Result<Access, AuthenticationFailure> {
        let snapshot = snapshot()
        if let known = anonymousAnswer, known.snapshot === snapshot { return known.answer }
        let answer: Result<Access, AuthenticationFailure> =
            switch snapshot.rules(role: Viewer.anonymous.role, tenant: nil) {
            case .rules(let rules): .success(Access(viewer: .anonymous, rules: rules))
            case .unknownRole: .failure(.credentialsMissing)
            case .tenantUnavailable: .failure(.rulesUnavailable)
            }
        anonymousAnswer = (snapshot, answer)
        return answer
    }
}
