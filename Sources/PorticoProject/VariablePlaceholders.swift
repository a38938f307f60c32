import ExactText
import GraphQLSchema
import GraphQLValidation
import JSONBytes

/// Values for the required variables of an operation, so that it can be planned without real ones.
package struct VariablePlaceholders {
    /// Nested input objects. Guards against a required field of its own type.
    private static let depth = 8

    private let operation: ValidatedOperation

    package init(_ operation: ValidatedOperation) { self.operation = operation }

    /// The given variables, with values for missing required ones, listed in `names`.
    package func completing(_ given: [JSONMember]) -> (variables: [JSONMember], names: [String]) {
        var variables = given, names: [String] = []
        for variable in operation.variables where variable.type.isNonNull && variable.defaultValue == nil {
            guard !given.contains(where: { $0.key == ExactString(variable.name) }) else { continue }
            variables.append(JSONMember(key: variable.name, value: value(variable.type, depth: Self.depth)))
            names.append("$\(variable.name)")
        }
        return (variables, names)
    }

    private func value(_ type: WrappedType, depth: Int) -> JSONValue {
        guard depth > 0 else { return .null }
        if case .list(let item) = type.nullable { return .array([value(item, depth: depth - 1)]) }
        switch operation.schema.type(type.name) {
        case .enum(let type)?: return type.values.elements.first.map { .string($0.name) } ?? .null
        case .inputObject(let object)?:
            let fields = object.fields.elements.filter { $0.type.isNonNull && $0.defaultValue == nil }
            return .object(fields.map { JSONMember(key: $0.name, value: value($0.type, depth: depth - 1)) })
        default: return scalar(type.name)
        }
    }

    private func scalar(_ name: String) -> JSONValue {
        switch name {
        case "Int": .number("1")
        case "Float": .number("1.5")
        case "Boolean": .bool(true)
        case "DateTime": .string("2025-01-01T00:00:00Z")
        case "Date": .string("2025-01-01")
        case "Decimal", "BigInt", "ID": .string("1")
        default: .string("text")
        }
    }
}
