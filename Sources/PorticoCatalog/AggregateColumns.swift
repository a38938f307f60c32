/// Which values can be computed of the columns of a type (interface, section 3), for the derived
/// schema and for statements alike.
extension ColumnType {
    /// Whether such a column has a smallest and a largest value; `isID` takes away the order of an
    /// `ID` field.
    public func hasExtremes(isID: Bool) -> Bool { comparisons(isID: isID).contains(.lt) }

    /// Whether such a column can be summed and averaged; an `ID` is no number.
    public func isNumber(isID: Bool) -> Bool {
        if isID { return false }
        switch self {
        case .int2, .int4, .int8, .float4, .float8, .numeric: return true
        case .text, .varchar, .bpchar, .citext, .uuid, .bool, .timestamptz, .timestamp, .date, .json, .jsonb, .enum,
            .array:
            return false
        }
    }

    /// Whether rows can be grouped by such a column: its values are equal or not, and have an order
    /// to be listed in.
    public var isGroupable: Bool { isOrderable }

    /// Whether groups may be whole days, weeks, months or years of such a column.
    public var hasDateParts: Bool {
        switch self {
        case .timestamptz, .timestamp, .date: true
        case .text, .varchar, .bpchar, .citext, .uuid, .int2, .int4, .int8, .float4, .float8, .numeric, .bool, .json,
            .jsonb, .enum, .array:
            false
        }
    }
}

/// The periods that groups of dates may be: the raw value is the enum value of the schema.
public enum DatePart: String, Sendable, Hashable, CaseIterable {
    case day = "DAY"
    /// An ISO week, from Monday on.
    case week = "WEEK"
    case month = "MONTH"
    case year = "YEAR"
}

extension Catalog {
    /// Whether a plan depends on which value of this enum a request has: a direction, a field to
    /// group by, a period.
    public static func isStructural(enum name: String) -> Bool {
        name == OrderTypes.directionName || GroupTypes.decidesColumns(name)
    }
}

/// `CREATED_AT` of `createdAt`: a field as a value of an enum.
func groupFieldName(of field: String) -> String { snakeCase(field).uppercased() }
