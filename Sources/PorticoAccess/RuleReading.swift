import PorticoCatalog
import YAMLTree

/// The condition of a `rows:` value, or a part of one; `nil` if it is invalid.
///
/// For tools that examine parts of a rule; rules in force are read with their file.
package func ruleCondition(
    _ node: YAMLNode, of type: TypeBinding, role: String, catalog: Catalog
) -> Condition<RuleOperand>? {
    var reader = FilterReader<RuleNode>(catalog: catalog)
    let condition = reader.condition(RuleNode(node: node, schema: catalog.schema, role: role), of: type)
    return reader.problems.isEmpty ? condition : nil
}
