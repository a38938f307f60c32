import Diagnostics
import GraphQLLanguage

/// Sections 3.6.1 and 3.10: defaults fit their types, and do not depend on themselves.
extension SchemaCheck {
    mutating func defaultValues() {
        for type in draft.orderedTypes {
            for field in type.fields { defaults(of: field.arguments) }
            defaults(of: type.inputFields)
        }
        for directive in draft.orderedDirectives { defaults(of: directive.arguments) }
    }

    private mutating func defaults(of inputs: [InputValueDefinition]) {
        for input in inputs {
            if let value = input.defaultValue { literal(value, as: WrappedType(input.type)) }
        }
    }

    /// InputObjectDefaultValueHasCycle: applying a field's default applies it again.
    mutating func defaultValueCycles() {
        var graph = ReferenceGraph()
        for type in draft.orderedTypes {
            for field in type.inputFields {
                guard let value = field.defaultValue else { continue }
                let node = "\(type.name.value).\(field.name.value)"
                for filledIn in filledIn(by: value, of: field.type.namedType.value) {
                    graph.add(.init(from: node, to: filledIn, label: node, range: value.range))
                }
            }
        }
        for cycle in graph.cycles() {
            let path = cycle.map { "\"\($0.label)\"" }.joined(separator: " → ")
            problems.add(
                "The default of input field \"\(cycle[0].from)\" contains itself: \(path).", at: cycle[0].range)
        }
    }

    /// Fields, as `Type.field`, whose defaults complete `value` (input object `name`, or a list).
    private func filledIn(by value: Value, of name: String) -> [String] {
        guard let type = draft.types[name], type.form == .inputObject else { return [] }
        switch value {
        case .list(let items, _): return items.flatMap { filledIn(by: $0, of: name) }
        case .object(let given, _):
            return type.inputFields.flatMap { field -> [String] in
                if let member = given.first(where: { $0.name.value == field.name.value }) {
                    return filledIn(by: member.value, of: field.type.namedType.value)
                }
                return field.defaultValue == nil ? [] : ["\(name).\(field.name.value)"]
            }
        case .variable, .int, .float, .string, .boolean, .null, .enumValue: return []
        }
    }
}
