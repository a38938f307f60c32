import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// `TicketAggregate`, the type of `ticketsAggregate`, and its parts: values computed from all rows
/// of a list. ``GroupTypes`` derives `groupBy`.
struct AggregateTypes {
    let schema: Schema
    let bindings: [String: TypeBinding]

    static func name(of type: String) -> String { "\(type)Aggregate" }

    /// `ticketsAggregate(where: …): TicketAggregate!`, as visible and deprecated as its list.
    static func field(beside list: FieldDefinition) -> FieldDefinition {
        let type = list.type.namedType.value, range = list.name.range
        return FieldDefinition(
            description: derivedDescription("Values computed of all rows of `\(list.name.value)` together."),
            name: Name("\(list.name.value)Aggregate", range: range),
            arguments: [
                derivedInput(
                    "where", .derived(FilterTypes.name(of: type), range: range), "Only rows for which this holds.",
                    range: range)
            ],
            type: .nonNull(.derived(name(of: type), range: range), range),
            directives: list.directives.filter { $0.name.value != ListDirective.name }, range: range)
    }

    /// The aggregate of a type, its parts and its groups, with the type behind their fields.
    func definitions(of type: String) -> [(DerivedType?, TypeDefinition)] {
        guard let binding = bindings[type], let fields = schema.type(type)?.fields,
            let range = fields.elements.first?.range
        else { return [] }
        let parts = AggregatePart.allCases.compactMap { part in
            self.part(part, of: type, fields: fields, binding).map { (part, $0) }
        }
        let groups = GroupTypes(type: type, fields: fields, binding: binding, range: range)
        let values = [Self.count(range)] + parts.flatMap { part, _ in part.fields(of: type, range) }
        let aggregate = TypeDefinition(
            description: derivedDescription("Values computed of rows of \(type)."),
            name: Name(Self.name(of: type), range: range),
            kind: .object(interfaces: [], fields: values + groups.fields), range: range)
        return [(.aggregate(of: type), aggregate)] + parts.map { (.values(of: type), $1) }
            + groups.definitions(values: values)
    }

    private static func count(_ range: SourceRange) -> FieldDefinition {
        FieldDefinition(
            description: derivedDescription("How many rows there are."), name: Name("count", range: range),
            type: .nonNull(.derived("Int", range: range), range), range: range)
    }

    private func part(
        _ part: AggregatePart, of type: String, fields: FieldMap, _ binding: TypeBinding
    ) -> TypeDefinition? {
        let members = fields.compactMap { field -> FieldDefinition? in
            guard let column = binding.column(field.name), let scalar = part.scalar(of: field.type.name, column.type)
            else { return nil }
            let type = TypeReference.derived(scalar, range: field.range)
            return FieldDefinition(
                description: derivedDescription(part.description(of: field.name)),
                name: Name(field.name, range: field.range), type: type, range: field.range)
        }
        guard let range = members.first?.range else { return nil }
        return TypeDefinition(
            description: derivedDescription(part.description(ofType: type)),
            name: Name(part.name(of: type), range: range), kind: .object(interfaces: [], fields: members), range: range)
    }

    /// Scalars of sums and averages that the short document does not declare, sorted by name.
    static func missingScalars(in definitions: [TypeDefinition], schema: Schema) -> [TypeDefinition] {
        var used: Set<String> = []
        for definition in definitions {
            if case .object(_, let fields) = definition.kind { used.formUnion(fields.map(\.type.namedType.value)) }
        }
        let documents = [
            "BigInt": (
                "An integer within 64 bits, as a string: `\"9007199254740993\"`.",
                "https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-INT"
            ),
            "Decimal": (
                "A decimal number of any precision, as a string: `\"49.90\"`.",
                "https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-NUMERIC-DECIMAL"
            ),
        ]
        return documents.sorted { $0.key < $1.key }.filter { used.contains($0.key) && schema.type($0.key) == nil }.map {
            name, text in
            TypeDefinition(
                description: derivedDescription(text.0), name: Name(name),
                directives: [
                    Directive(
                        name: Name("specifiedBy"),
                        arguments: [Argument(name: Name("url"), value: .string(StringValue(text.1)))])
                ], kind: .scalar)
        }
    }
}

/// A type whose fields are computed from the fields of another.
private enum AggregatePart: CaseIterable {
    case extremes, sum, average

    func name(of type: String) -> String {
        switch self {
        case .extremes: "\(type)MinMax"
        case .sum: "\(type)Sum"
        case .average: "\(type)Average"
        }
    }

    /// The fields of an aggregate that have this type.
    func fields(of type: String, _ range: SourceRange) -> [FieldDefinition] {
        let fields: [(String, String)] =
            switch self {
            case .extremes:
                [
                    ("min", "The smallest value of each field; null where no row has one."),
                    ("max", "The largest value of each field; null where no row has one."),
                ]
            case .sum: [("sum", "The sums; null where no row has a value.")]
            case .average: [("avg", "The averages; null where no row has a value.")]
            }
        return fields.map {
            FieldDefinition(
                description: derivedDescription($1), name: Name($0, range: range),
                type: .derived(name(of: type), range: range), range: range)
        }
    }

    /// The scalar of the computed value; `nil` if the field has none.
    func scalar(of scalar: String, _ column: ColumnType) -> String? {
        let isID = scalar == "ID"
        switch self {
        case .extremes: return column.hasExtremes(isID: isID) ? scalar : nil
        case .sum:
            guard column.isNumber(isID: isID) else { return nil }
            return scalar == "Int" ? "BigInt" : scalar == "BigInt" ? "Decimal" : scalar
        case .average:
            guard column.isNumber(isID: isID) else { return nil }
            return scalar == "Float" ? scalar : "Decimal"
        }
    }

    func description(ofType type: String) -> String {
        switch self {
        case .extremes: "The smallest or the largest values of the fields of \(type) that have an order."
        case .sum: "The sums of the numbers of \(type)."
        case .average: "The averages of the numbers of \(type)."
        }
    }

    func description(of field: String) -> String {
        switch self {
        case .extremes: "Of `\(field)`."
        case .sum: "The sum of `\(field)`."
        case .average: "The average of `\(field)`."
        }
    }
}
