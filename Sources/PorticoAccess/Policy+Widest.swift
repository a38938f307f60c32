import ExactText
import PorticoCatalog

extension Policy {
    /// The widest rules that viewers of a role may have: everything that the role marks optional,
    /// and nothing that a tenant removes. Every tenant's rules are these with fewer fields and
    /// further conditions. `nil` for an unknown role.
    public func widestRules(role: String) -> CompiledPolicy? {
        guard let rules = roleTable.rules[ExactString(role)] else { return nil }
        let optional = rules.types.filter(\.value.isOptional).keys
        if optional.isEmpty, case .rules(let own) = self.rules(role: role, tenant: nil) { return own }
        var granting = TenantRules.none
        for type in optional {
            granting.grants[TenantRules.Grant(role: role, type: type)] = RulePlace(line: 1, column: 1)
        }
        let content = RuleContent(rules, granting, limits: limits, catalog: catalog)
        return content.ruleSet(schema: content.visibility.schema(catalog), of: catalog)
    }
}
