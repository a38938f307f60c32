import PorticoCatalog
import PostgresSQL

enum AggregateValue: Hashable {
    case count
    case min(ColumnBinding), max(ColumnBinding)
    case sum(ColumnBinding), average(ColumnBinding)

    /// Never raises, whatever the rows hold: a value that cannot be summed within the type's range
    /// makes the sum NaN, which becomes null with an error in the answer.
    func expression(_ row: RowReference) -> Expression {
        switch self {
        case .count: .aggregate(.count, nil)
        case .min(let column): .aggregate(.min, row.column(column))
        case .max(let column): .aggregate(.max, row.column(column))
        case .sum(let column): .aggregate(.sum, Self.summand(column, row))
        case .average(let column):
            // Quotients of numerics have at least 16 digits after the point, most of them zeros.
            column.type.isFloat
                ? .aggregate(.avg, Self.summand(column, row))
                : .call(.trimScale, [.aggregate(.avg, Self.summand(column, row))])
        }
    }

    /// PostgreSQL sums integers in a wider type: bigint for smaller ones, numeric for bigint.
    private static func summand(_ column: ColumnBinding, _ row: RowReference) -> Expression {
        let value = row.column(column)
        switch column.type {
        case .numeric: return bounded(value, .negativeNumericBound, .numericBound, "numeric")
        case .float8: return bounded(value, .negativeDoubleBound, .doubleBound, "float8")
        case .float4: return bounded(.cast(value, "float8"), .negativeDoubleBound, .doubleBound, "float8")
        case .int2, .int4, .int8, .text, .varchar, .bpchar, .citext, .uuid, .bool, .timestamptz, .timestamp, .date,
            .json, .jsonb, .enum, .array:
            return value
        }
    }

    /// The value, or NaN if it is out of bounds; null stays null, which sums ignore. NaN and
    /// infinity compare greater than every bound.
    private static func bounded(_ value: Expression, _ low: Literal, _ high: Literal, _ type: String) -> Expression {
        let outside = Expression.or([
            .binary(value, .less, .cast(.literal(low), type)), .binary(value, .greater, .cast(.literal(high), type)),
        ])
        return .choice(outside, then: .cast(.literal(.notANumber), type), otherwise: value)
    }

    /// The result's binary form.
    var binaryForm: BinaryForm {
        switch self {
        case .count: BinaryForm(.int8)
        case .min(let column), .max(let column): column.type.binaryForm
        case .sum(let column):
            switch column.type {
            case .int2, .int4: BinaryForm(.int8)
            case .float4, .float8: BinaryForm(.float8)
            default: BinaryForm(.numeric)
            }
        case .average(let column): BinaryForm(column.type.isFloat ? .float8 : .numeric)
        }
    }

    /// The form of the value's cell; extremes have the column's own form.
    func form(_ own: CellForm) -> CellForm {
        switch self {
        case .count: return .int8
        case .min, .max: return own
        case .sum, .average:
            switch binaryForm.element {
            case .int8: return .quotedInt8
            case .float8: return .float8
            default: return .numeric
            }
        }
    }
}

extension ColumnType {
    fileprivate var isFloat: Bool { self == .float4 || self == .float8 }
}
