import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// The input and output of `groupBy` for one type: `TicketGroupKey` with the enums
/// `TicketGroupField` and `DatePart`, and `TicketGroup` with `TicketGroupValues`.
struct GroupTypes {
    private let type: String
    private let range: SourceRange
    /// The fields that rows may be grouped by.
    private let keys: [FieldType]
    /// Those that `per` applies to.
    private let dates: Set<String>

    static let datePartName = "DatePart"
    private static let fieldSuffix = "GroupField"

    init(type: String, fields: FieldMap, binding: TypeBinding, range: SourceRange) {
        self.type = type
        self.range = range
        keys = fields.filter { binding.column($0.name)?.type.isGroupable == true }
        dates = Set(keys.map(\.name).filter { binding.column($0)?.type.hasDateParts == true })
    }

    /// Whether a plan depends on this enum's value, which decides the statement's columns.
    static func decidesColumns(_ name: String) -> Bool { name == datePartName || name.hasSuffix(fieldSuffix) }

    private func reference(_ name: String) -> TypeReference { .derived(name, range: range) }
    private func name(_ suffix: String) -> String { "\(type)\(suffix)" }

    /// `groupBy`, if there are fields to group by.
    var fields: [FieldDefinition] {
        if keys.isEmpty { return [] }
        let arguments = [
            InputValueDefinition(
                description: derivedDescription(
                    "The rows of a group are equal in all of these; at least one, each field once."),
                name: Name("keys", range: range),
                type: .nonNull(.derivedList(name("GroupKey"), range: range), range), range: range),
            derivedInput(
                "first", reference("Int"),
                "At most this many groups; above the server's highest number it is an error.", range: range),
        ]
        return [
            FieldDefinition(
                description: derivedDescription(
                    "The rows in groups, ordered by the keys, smallest first and null last."),
                name: Name("groupBy", range: range), arguments: arguments,
                type: .nonNull(.list(.nonNull(reference(name("Group")), range), range), range), range: range)
        ]
    }

    /// `values` are the fields that a group shares with the aggregate.
    func definitions(values: [FieldDefinition]) -> [(DerivedType?, TypeDefinition)] {
        if keys.isEmpty { return [] }
        let key = FieldDefinition(
            description: derivedDescription("What the rows of the group have in common."),
            name: Name("key", range: range), type: reference(name("GroupValues")), range: range)
        return [
            (
                nil,
                definition(
                    "Group", "Rows of \(type) that are equal in their keys, and values computed of them.",
                    .object(interfaces: [], fields: [key] + values))
            ),
            (
                .values(of: type),
                definition(
                    "GroupValues", "The keys of a group; null where a field is no key of it.",
                    .object(interfaces: [], fields: keys.map(value)))
            ),
            (.groupKey(of: type), definition("GroupKey", "A field to group by.", .inputObject(fields: keyFields))),
            (
                .groupField(of: type),
                definition(
                    Self.fieldSuffix, "The fields that rows of \(type) can be grouped by.",
                    .enum(
                        values: keys.map { field in
                            EnumValueDefinition(
                                description: derivedDescription("By `\(field.name)`."),
                                name: Name(groupFieldName(of: field.name), range: field.range))
                        }))
            ),
        ]
    }

    private func definition(_ suffix: String, _ description: String, _ kind: TypeDefinition.Kind) -> TypeDefinition {
        TypeDefinition(
            description: derivedDescription(description), name: Name(name(suffix), range: range), kind: kind,
            range: range)
    }

    private func value(_ field: FieldType) -> FieldDefinition {
        let description =
            "The `\(field.name)` of all rows of the group"
            + (dates.contains(field.name) ? "; with `per` the start of their period." : ".")
        return FieldDefinition(
            description: derivedDescription(description), name: Name(field.name, range: field.range),
            type: .derived(field.type.name, range: field.range), range: field.range)
    }

    private var keyFields: [InputValueDefinition] {
        let field = InputValueDefinition(
            description: derivedDescription("The field."), name: Name("field", range: range),
            type: .nonNull(reference(name(Self.fieldSuffix)), range), range: range)
        let per = derivedInput(
            "per", reference(Self.datePartName), "By whole periods instead of points of time: for dates only.",
            range: range)
        return dates.isEmpty ? [field] : [field, per]
    }

    /// The periods of `per`, for all types.
    static let datePart = TypeDefinition(
        description: derivedDescription("A period of the calendar, in UTC."), name: Name(datePartName),
        kind: .enum(
            values: DatePart.allCases.map { part in
                EnumValueDefinition(description: derivedDescription(description(of: part)), name: Name(part.rawValue))
            }))

    private static func description(of part: DatePart) -> String {
        switch part {
        case .day: "From midnight on."
        case .week: "An ISO week, from Monday on."
        case .month: "From the first of the month on."
        case .year: "From the first of January on."
        }
    }
}

extension TypeDefinition {
    /// Whether a field of an input object has this type.
    func uses(_ name: String) -> Bool {
        if case .inputObject(let fields) = kind { fields.contains { $0.type.namedType.value == name } } else { false }
    }
}
