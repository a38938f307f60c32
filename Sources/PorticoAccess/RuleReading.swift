import PorticoCatalog
import YAMLTree

/// The condition that a `rows:` value spells, or a part of one; `nil` where anything in it is
/// wrong.
///
/// For those who look at the parts of a rule by themselves: rules in force are read with their
/// file.
package func ruleCondition(
    _ node: YAMLNode, of type: TypeBinding, role: String, catalog: Catalog
) -> Condition<RuleOperand>? {
    var reader = FilterReader<RuleNode>(catalog: catalog)
    let condition = reader.condition(RuleNode(node: node, schema: catalog.schema, role: role), of: type)
    return reader.problems.isEmpty ? condition : nil
}
