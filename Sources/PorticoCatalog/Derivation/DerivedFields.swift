import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// Adds the fields that are derived from a list field: ``AggregateTypes`` defines
/// `ticketsAggregate`, ``ConnectionTypes`` `ticketsConnection`.
struct DerivedFields {
    /// Of the short document, for names that are taken.
    let schema: Schema
    let orders: OrderTypes
    let file: String
    /// By type and name.
    private(set) var all: [String: [String: DerivedField]] = [:]
    private(set) var problems: [Diagnostic] = []

    mutating func added(to definition: Definition) -> Definition {
        switch definition {
        case .typeSystem(.type(let type)): .typeSystem(.type(added(to: type)))
        case .typeSystemExtension(.type(let type)): .typeSystemExtension(.type(added(to: type)))
        case .operation, .fragment, .typeSystem(.schema), .typeSystem(.directive), .typeSystemExtension(.schema):
            definition
        }
    }

    private mutating func added(to type: TypeDefinition) -> TypeDefinition {
        var copy = type
        switch type.kind {
        case .object(let interfaces, let fields):
            copy.kind = .object(interfaces: interfaces, fields: fields.flatMap { withDerived($0, of: type.name.value) })
        case .interface(let interfaces, let fields):
            copy.kind = .interface(
                interfaces: interfaces, fields: fields.flatMap { withDerived($0, of: type.name.value) })
        case .scalar, .union, .enum, .inputObject: break
        }
        return copy
    }

    private mutating func withDerived(_ field: FieldDefinition, of type: String) -> [FieldDefinition] {
        guard field.isDerivedList else { return [field] }
        let beside: [(DerivedField, FieldDefinition)] = [
            (.connection(of: field.name.value), ConnectionTypes.field(beside: field, orders: orders)),
            (.aggregate(of: field.name.value), AggregateTypes.field(beside: field)),
        ]
        var result = [field]
        for (derived, definition) in beside {
            let name = definition.name.value
            if let taken = schema.type(type)?.fields?[name] {
                let message =
                    "The name `\(name)` is taken: a field of that name is derived from the list `\(field.name.value)` of \(type)."
                problems.append(Diagnostic(message, file: file, range: taken.range))
            } else {
                all[type, default: [:]][name] = derived
                result.append(definition)
            }
        }
        return result
    }
}
