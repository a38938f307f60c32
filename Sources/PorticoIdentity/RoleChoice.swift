import ExactText
import PorticoConfiguration

extension ClaimNames {
    /// The single role that a token's role claim stands for.
    /// - Parameters:
    ///   - values: All values of the claim.
    ///   - isRole: Whether the rules define a role.
    func role(of values: [ExactString], isRole: (ExactString) -> Bool) throws(AuthenticationFailure) -> ExactString {
        if let roles {
            let stated = Set(values)
            guard let found = roles.first(where: { stated.contains($0.value) }) else { throw .roleWithoutRules }
            return found.role
        }
        if values.count == 1 { return values[0] }
        // Issuers may include other values in such a list.
        let known = Set(values.filter(isRole)).sorted()
        guard let first = known.first else { throw .roleWithoutRules }
        // Only the configuration may select one: not the order of a list, or the wider role.
        guard known.count == 1 else { throw .severalRoles(known) }
        return first
    }

    /// The role claim's value for a role.
    func value(of role: ExactString) -> ExactString { roles?.first { $0.role == role }?.value ?? role }
}
