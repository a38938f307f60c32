import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// The operators on one field: `StringFilter`, `IDFilter`, `StringArrayFilter` …
///
/// A name stands for one set of operators, whatever the column.
struct OperatorTypes {
    let schema: Schema
    private var found: [String: TypeDefinition] = [:]

    init(schema: Schema) { self.schema = schema }

    /// Scalars in the order of ``ColumnType/scalars``, then enums in the order of the document.
    var definitions: [TypeDefinition] {
        let bases =
            ColumnType.scalars + schema.typeOrder.filter { if case .enum? = schema.type($0) { true } else { false } }
        let names = bases.flatMap { ["\($0)Filter", "\($0)ArrayFilter"] } + [Self.nullName]
        return names.compactMap { found[$0] }
    }

    /// For columns whose only operator is `isNull`.
    private static let nullName = "NullFilter"

    /// The filter's field for a column.
    mutating func input(for field: FieldType, column: ColumnBinding) -> InputValueDefinition {
        let base = field.type.name
        let name: String
        switch column.type {
        case .array: name = "\(base)ArrayFilter"
        case .json: name = Self.nullName
        default: name = "\(base)Filter"
        }
        if found[name] == nil { found[name] = definition(name, base: base, column: column, range: field.range) }
        return derivedInput(
            field.name, .derived(name, range: field.range), "What holds of `\(field.name)`.", range: field.range)
    }

    private func definition(_ name: String, base: String, column: ColumnBinding, range: SourceRange) -> TypeDefinition {
        let comparisons = column.type.comparisons(isID: base == "ID")
        let subject =
            if case .array = column.type { "a list of \(base)" } else {
                name == Self.nullName ? "a value that cannot be compared" : "a value of type \(base)"
            }
        return TypeDefinition(
            description: derivedDescription(
                "What must hold of \(subject): every operator that is given, at least one."),
            name: Name(name, range: range),
            kind: .inputObject(
                fields: comparisons.map { comparison in
                    let use = FilterOperandUse(column: column, comparison: comparison, typeName: base)
                    return derivedInput(
                        comparison.rawValue, Self.type(of: use, range: range), Self.description(of: use), range: range)
                }), range: range)
    }

    private static func type(of use: FilterOperandUse, range: SourceRange) -> TypeReference {
        switch use.form {
        case .value: .derived(use.typeName, range: range)
        case .list: .derivedList(use.typeName, range: range)
        case .flag: .derived("Boolean", range: range)
        case .text: .derived("String", range: range)
        }
    }

    private static func description(of use: FilterOperandUse) -> String {
        switch use.comparison {
        case .eq: "Equal to this."
        case .ne: "Different from this; not true of null."
        case .in: "One of these; false for an empty list."
        case .notIn: "None of these; true for an empty list, otherwise not true of null."
        case .distinctFrom: "Different from this, or null; of null: not null."
        case .notDistinctFrom: "Equal to this; of null: null."
        case .isNull: "Null where `true`, not null where `false`."
        case .lt: "Less than this."
        case .lte: "Less than this, or equal to it."
        case .gt: "Greater than this."
        case .gte: "Greater than this, or equal to it."
        case .contains:
            use.form == .text
                ? "Holds this text; upper and lower case differ." : "Holds this value, as PostgreSQL's `@>`."
        case .startsWith: "Begins with this text; upper and lower case differ."
        case .endsWith: "Ends with this text; upper and lower case differ."
        case .iContains: "Holds this text in upper or lower case."
        case .like: "Matches this pattern: `%` any text, `_` any character, `\\` takes the next one literally."
        case .iLike: "As `like`, in upper or lower case."
        case .has: "Holds this element."
        case .hasAny: "Holds at least one of these elements."
        case .hasAll: "Holds all of these elements."
        case .isEmpty: "Without elements where `true`, with some where `false`."
        case .hasKey: "Is an object with this key."
        }
    }
}
