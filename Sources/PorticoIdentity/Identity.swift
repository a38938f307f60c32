import ExactText
import PorticoAccess

/// A verified credential with the viewer last derived from it: while rows and rules do not change,
/// a request costs a few comparisons.
package final class Identity {
    let claims: TokenClaims
    /// The key that verified the token; `nil` if no key is needed.
    let key: TokenKey.ID?
    /// The row that it depends on: the user's, or if the claims are the authority any tenant's.
    let user: FreshCache<DirectoryUser>.Entry?
    var resolved: Resolved?

    final class Resolved {
        let access: Access
        let snapshot: any RulesSnapshot
        let userGeneration: Int?
        /// For a viewer that reaches below its tenant.
        let subtree: (entry: FreshCache<TenantList>.Entry, generation: Int)?

        init(
            _ access: Access, snapshot: any RulesSnapshot, userGeneration: Int?,
            subtree: (entry: FreshCache<TenantList>.Entry, generation: Int)? = nil
        ) {
            self.access = access
            self.snapshot = snapshot
            self.userGeneration = userGeneration
            self.subtree = subtree
        }
    }

    init(claims: TokenClaims, key: TokenKey.ID?, user: FreshCache<DirectoryUser>.Entry?) {
        (self.claims, self.key, self.user) = (claims, key, user)
    }
}
