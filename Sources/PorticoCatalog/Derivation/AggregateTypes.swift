import GraphQLLanguage
import GraphQLSchema

/// `TicketAggregate`, what `ticketsAggregate` gives: values that are computed of all rows of a list.
struct AggregateTypes {
    let schema: Schema
    let bindings: [String: TypeBinding]

    static func name(of type: String) -> String { "\(type)Aggregate" }

    /// `ticketsAggregate(where: …): TicketAggregate!`, as visible and as deprecated as its list.
    static func field(beside list: FieldDefinition) -> FieldDefinition {
        let type = list.type.namedType.value, range = list.name.range
        return FieldDefinition(
            description: derivedDescription("Values computed of all rows of `\(list.name.value)` together."), name: Name("\(list.name.value)Aggregate", range: range),
            arguments: [derivedInput("where", .derived(FilterTypes.name(of: type), range: range), "Only rows for which this holds.", range: range)],
            type: .nonNull(.derived(name(of: type), range: range), range),
            directives: list.directives.filter { $0.name.value != ListDirective.name }, range: range)
    }

    func definitions(of type: String) -> [TypeDefinition] {
        guard let range = schema.type(type)?.fields?.elements.first?.range else { return [] }
        let count = FieldDefinition(
            description: derivedDescription("How many rows there are."), name: Name("count", range: range), type: .nonNull(.derived("Int", range: range), range), range: range)
        return [TypeDefinition(
            description: derivedDescription("Values computed of rows of \(type)."), name: Name(Self.name(of: type), range: range),
            kind: .object(interfaces: [], fields: [count]), range: range)]
    }
}
