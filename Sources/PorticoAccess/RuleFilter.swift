import Diagnostics
import ExactText
import GraphQLSchema
import PorticoCatalog
import YAMLTree

/// A `rows:` condition of a YAML file as a filter's source: the language of `where`, with the
/// values `$viewer.…` and `$now`.
struct RuleNode: FilterSource {
    let node: YAMLNode
    let schema: Schema
    /// The role of the rule, which decides the value of `$viewer.role`.
    let role: String

    var range: SourceRange? { node.range }

    var shape: FilterShape<RuleNode> {
        switch node.content {
        case .scalar where node.isNull: .null
        case .scalar: .leaf
        case .sequence(let items): .list(items.map(within))
        case .mapping(let members):
            .object(members.map { FilterEntry(key: $0.key, keyRange: $0.keyRange, value: within($0.value)) })
        }
    }

    private func within(_ inner: YAMLNode) -> RuleNode { RuleNode(node: inner, schema: schema, role: role) }

    /// In YAML a forgotten value is null: rules use `isNull`.
    func nullFlag(_ isNull: Bool) -> RuleOperand? { nil }

    func operand(_ use: FilterOperandUse) throws(FilterProblem) -> RuleOperand {
        if let text = node.text, let name = RuleName(text) { return try named(name, use) }
        switch use.form {
        case .flag:
            guard case .boolean(let flag) = node.scalarInput(for: "Boolean") else {
                throw problem("Expected `true` or `false`, found \(node.kindDescription).")
            }
            return .literal(.boolean(flag))
        case .text:
            guard let text = node.text else { throw problem("Expected a text, found \(node.kindDescription).") }
            if use.comparison == .like || use.comparison == .iLike, let wrong = likePatternProblem(text) {
                throw problem(wrong)
            }
            return .literal(.string(try checked(.string(text), for: .text)))
        case .value: return .literal(try literal(node, use))
        case .list:
            guard case .sequence(let items) = node.content else { return .literal(.list([try literal(node, use)])) }
            var values: [InputValue] = []
            for item in items { values.append(try within(item).literal(item, use)) }
            return .literal(.list(values))
        }
    }

    private func problem(_ message: String, hint: String? = nil) -> FilterProblem {
        FilterProblem(message, hint: hint, range: node.range)
    }

    // MARK: Literals

    private func literal(_ node: YAMLNode, _ use: FilterOperandUse) throws(FilterProblem) -> InputValue {
        if let text = node.text, RuleName(text) != nil {
            throw problem(
                "`\(text)` cannot stand within a list of values.", hint: "Write `or` with one condition for each value."
            )
        }
        switch schema.type(use.typeName) {
        case .enum(let type)?:
            guard let text = node.text, type.values[text] != nil else {
                let hint =
                    node.text.flatMap { didYouMean(suggestion(for: $0, among: type.values.names)) }
                    ?? "It has \(type.values.names.joined(separator: ", "))."
                throw problem("\(type.name) has no value \(node.kindDescription).", hint: hint)
            }
            return try fit(.enumValue(text), use)
        case .scalar(let type)?:
            let value: InputValue
            do throws(CoercionFailure) { value = try type.coercion.coerce(node.scalarInput(for: type.name)) } catch {
                throw problem(error.message)
            }
            return try fit(value, use)
        case .object?, .interface?, .union?, .inputObject?, nil: throw problem("No value can stand here.")
        }
    }

    /// The value, after checking that the column can hold it.
    private func fit(_ value: InputValue, _ use: FilterOperandUse) throws(FilterProblem) -> InputValue {
        do throws(CoercionFailure) { _ = try parameterText(value, for: use.valueType) } catch {
            throw problem(error.message)
        }
        return value
    }

    private func checked(_ value: InputValue, for type: ColumnType) throws(FilterProblem) -> String {
        do throws(CoercionFailure) { return String(decoding: try parameterText(value, for: type), as: UTF8.self) } catch
        { throw problem(error.message) }
    }

    // MARK: The viewer's values

    private func named(_ name: RuleName, _ use: FilterOperandUse) throws(FilterProblem) -> RuleOperand {
        let text = node.text ?? ""
        switch name {
        case .unknown(let known):
            throw problem(
                "`\(text)` is not known.",
                hint: didYouMean(suggestion(for: text, among: known)) ?? "Known are: \(known.joined(separator: ", ")).")
        case .now:
            guard use.form == .value, use.valueType == .timestamptz || use.valueType == .timestamp else {
                throw problem("`$now` is compared with one point of time.")
            }
            return .now
        case .viewer(.tenants):
            guard use.form == .list, isKey(use.valueType) else {
                throw problem("`$viewer.tenants` is a list: use `in` or `notIn` on an id.")
            }
            return .viewer(.tenants)
        case .viewer(let value):
            guard use.form == .value || use.form == .text else {
                throw problem("`\(text)` is one value: use `eq` or `ne`.")
            }
            try checkViewer(value, text, use)
            return .viewer(value)
        }
    }

    private func checkViewer(_ value: ViewerValue, _ text: String, _ use: FilterOperandUse) throws(FilterProblem) {
        switch value {
        case .id, .tenant:
            guard isKey(use.valueType) else { throw problem("`\(text)` is compared with an id or a text.") }
        case .role:
            if case .enum(let binding) = use.valueType {
                if binding.label(of: role.uppercased()) == nil {
                    throw problem("`$viewer.role` is \(role.uppercased()) here, which \(binding.name) does not have.")
                }
            } else if !isKey(use.valueType) {
                throw problem("`$viewer.role` is compared with a role or a text.")
            }
        case .claim, .tenants: return
        }
    }

    private func isKey(_ type: ColumnType) -> Bool {
        switch type {
        case .text, .varchar, .bpchar, .citext, .uuid, .int2, .int4, .int8: true
        case .float4, .float8, .numeric, .bool, .timestamptz, .timestamp, .date, .json, .jsonb, .enum, .array: false
        }
    }
}

/// A text that starts like the name of a value, even in quotation marks: a rule that silently
/// compared with the text itself would be a trap.
private enum RuleName {
    case viewer(ViewerValue)
    case now
    case unknown(known: [String])

    init?(_ text: String) {
        guard text.hasPrefix("$"), text.dropFirst().first?.isLetter == true else { return nil }
        switch text {
        case "$now": self = .now
        case "$viewer.id": self = .viewer(.id)
        case "$viewer.tenant": self = .viewer(.tenant)
        case "$viewer.tenants": self = .viewer(.tenants)
        case "$viewer.role": self = .viewer(.role)
        default:
            let prefix = "$viewer.claims."
            let claim = text.dropFirst(prefix.count)
            if text.hasPrefix(prefix), !claim.isEmpty, !claim.contains(where: \.isWhitespace) {
                self = .viewer(.claim(ExactString(String(claim))))
            } else {
                self = .unknown(known: [
                    "$viewer.id", "$viewer.tenant", "$viewer.tenants", "$viewer.role", "$viewer.claims.NAME", "$now",
                ])
            }
        }
    }
}
