import ExactText

extension ClaimNames {
    /// The one role that a token's role claim stands for.
    /// - Parameters:
    ///   - values: All that the claim holds.
    ///   - isRole: Whether the rules define a role.
    func role(of values: [ExactString], isRole: (ExactString) -> Bool) throws(AuthenticationFailure) -> ExactString {
        if let roles {
            let stated = Set(values)
            guard let found = roles.first(where: { stated.contains($0.value) }) else { throw .roleWithoutRules }
            return found.role
        }
        if values.count == 1 { return values[0] }
        // Issuers put more into such a list than the roles of this gateway.
        let known = Set(values.filter(isRole)).sorted()
        guard let first = known.first else { throw .roleWithoutRules }
        // Which of them counts is for the configuration to say: neither the order of a list nor the
        // wider role may decide.
        guard known.count == 1 else { throw .severalRoles(known) }
        return first
    }

    /// What a role claim says for a role.
    func value(of role: ExactString) -> ExactString { roles?.first { $0.role == role }?.value ?? role }
}
