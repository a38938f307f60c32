import ExactText
import PorticoCatalog

extension Policy {
    /// The widest that viewers of a role may ever have: with everything that the role marks
    /// optional, and nothing that a tenant takes away. The rules of every tenant are these with
    /// fewer fields and further conditions. `nil` for a role that is not known.
    public func widestRules(role: String) -> RuleSet? {
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
