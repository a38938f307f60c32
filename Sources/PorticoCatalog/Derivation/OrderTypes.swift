import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// `TicketOrder`, with an optional direction for each sortable field, and `OrderDirection`.
struct OrderTypes {
    let schema: Schema
    let bindings: [String: TypeBinding]

    static let directionName = "OrderDirection"

    static func name(of type: String) -> String { "\(type)Order" }

    func hasFields(_ type: String) -> Bool { !fields(type).isEmpty }

    private func fields(_ type: String) -> [FieldType] {
        guard let binding = bindings[type], let fields = schema.type(type)?.fields else { return [] }
        return fields.filter { binding.column($0.name)?.type.isOrderable == true }
    }

    func definition(of type: String) -> TypeDefinition? {
        let fields = fields(type)
        guard let range = fields.first?.range else { return nil }
        return TypeDefinition(
            description: derivedDescription("One field of \(type) and its direction."),
            name: Name(Self.name(of: type), range: range),
            directives: [Directive(name: Name("oneOf", range: range), range: range)],
            kind: .inputObject(
                fields: fields.map { field in
                    derivedInput(
                        field.name, .derived(Self.directionName, range: field.range), "By `\(field.name)`.",
                        range: field.range)
                }), range: range)
    }

    /// Without `_NULLS_…`, PostgreSQL's default applies.
    static let direction = TypeDefinition(
        description: derivedDescription("How a list is ordered by one field."), name: Name(directionName),
        kind: .enum(
            values: OrderDirection.allCases.map { direction in
                EnumValueDefinition(
                    description: derivedDescription(description(of: direction)), name: Name(direction.rawValue))
            }))

    private static func description(of direction: OrderDirection) -> String {
        switch direction {
        case .ascending: "Smallest first, nulls last."
        case .descending: "Largest first, nulls first."
        case .ascendingNullsFirst: "Smallest first, nulls before all others."
        case .ascendingNullsLast: "Smallest first, nulls last."
        case .descendingNullsFirst: "Largest first, nulls before all others."
        case .descendingNullsLast: "Largest first, nulls last."
        }
    }
}
