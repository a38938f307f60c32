import ExactText
import YAMLTree

extension ConfigurationReader {
    /// `authentication.claims`: the claims that identify tokens' bearers.
    mutating func claims(_ node: YAMLNode, hasUsers: Bool) -> ClaimNames {
        var names = ClaimNames()
        let keys = ["user", "role", "tenant", "tenants", "roles"]
        guard let mapping = reader.mapping(node, allowedKeys: keys, as: "the claims") else { return names }
        if let node = mapping["user"] { names.user = path(node, "user") ?? names.user }
        if let node = mapping["role"] { names.role = path(node, "role") ?? names.role }
        if let node = mapping["tenant"] { names.tenant = node.isNull ? nil : path(node, "tenant") }
        if let node = mapping["tenants"] { names.tenants = node.isNull ? nil : path(node, "tenants") }
        if let node = mapping["roles"] { names.roles = node.isNull ? nil : roles(node) }
        if hasUsers {
            for key in ["tenants", "roles"] {
                guard let member = mapping.member(key) else { continue }
                reader.report(
                    "`\(key)` counts only with `users: null`: of a user in a table, the row says the role and the tenant.",
                    at: member.keyRange)
            }
        }
        return names
    }

    /// A claim's name with any characters, or a list of names that lead to it.
    private mutating func path(_ node: YAMLNode, _ key: String) -> ClaimNames.Path? {
        let names: [String]
        if case .sequence = node.content {
            guard let found = reader.strings(node, as: "the claim of the \(key)") else { return nil }
            names = found
        } else {
            guard let name = reader.string(node, as: "the claim of the \(key)") else { return nil }
            names = [name]
        }
        guard !names.isEmpty, !names.contains(where: \.isEmpty) else {
            reader.report(
                "Expected the claim of the \(key) as a name, or as a list of the names that lead to it, such as `[realm_access, roles]`.",
                at: node.range)
            return nil
        }
        return ClaimNames.Path(names.map { ExactString($0) })
    }

    /// In the order of the file.
    private mutating func roles(_ node: YAMLNode) -> [ClaimNames.RoleValue] {
        guard let mapping = reader.mapping(node, as: "the roles of the claims") else { return [] }
        if mapping.members.isEmpty {
            reader.report("There is no value of the role claim here, so that nobody would have a role.", at: node.range)
        }
        return mapping.members.compactMap { member in
            guard let role = reader.string(member.value, as: "a role"), !role.isEmpty else { return nil }
            return ClaimNames.RoleValue(value: member.key, role: ExactString(role), range: member.value.range)
        }
    }
}
