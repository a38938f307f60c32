/// The values computable from a type's columns (interface, section 3), in schema and statements.
extension ColumnType {
    /// Whether the column has a minimum and a maximum; with `isID`, an `ID` field has no order.
    public func hasExtremes(isID: Bool) -> Bool { comparisons(isID: isID).contains(.lt) }

    /// Whether the column can be summed and averaged; an `ID` is not a number.
    public func isNumber(isID: Bool) -> Bool {
        if isID { return false }
        switch self {
        case .int2, .int4, .int8, .float4, .float8, .numeric: return true
        case .text, .varchar, .bpchar, .citext, .uuid, .bool, .timestamptz, .timestamp, .date, .json, .jsonb, .enum,
            .array:
            return false
        }
    }

    /// Whether rows can be grouped by the column: its values have equality and an order.
    public var isGroupable: Bool { isOrderable }

    /// Whether groups may be whole days, weeks, months or years.
    public var hasDateParts: Bool {
        switch self {
        case .timestamptz, .timestamp, .date: true
        case .text, .varchar, .bpchar, .citext, .uuid, .int2, .int4, .int8, .float4, .float8, .numeric, .bool, .json,
            .jsonb, .enum, .array:
            false
        }
    }
}

/// The periods of groups of dates; the raw value is the schema's enum value.
public enum DatePart: String, Sendable, Hashable, CaseIterable {
    case day = "DAY"
    /// An ISO week, starting on Monday.
    case week = "WEEK"
    case month = "MONTH"
    case year = "YEAR"
}

extension Catalog {
    /// Whether a plan depends on this enum's value: a direction, a field to group by, a period.
    public static func isStructural(enum name: String) -> Bool {
        name == OrderTypes.directionName || GroupTypes.decidesColumns(name)
    }
}

/// `CREATED_AT` for `createdAt`: a field as an enum value.
func groupFieldName(of field: String) -> String { snakeCase(field).uppercased() }
