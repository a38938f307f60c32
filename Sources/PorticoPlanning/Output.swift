import Diagnostics
import GraphQLSchema
import PorticoCatalog
import PostgresSQL

/// The shape of an object in the answer: its fields in response order, with their sources.
public final class ObjectOutput: Sendable {
    public let type: String
    public let fields: [OutputField]

    init(type: String, fields: [OutputField]) {
        self.type = type
        self.fields = fields
    }

    /// Approximate bytes.
    var weight: Int {
        fields.reduce(100) { sum, field in
            switch field.value {
            case .fixed(let bytes): sum + 100 + bytes.count
            case .object(_, let output), .embedded(_, let output), .list(_, let output, _),
                .connection(_, .items(_, let output)):
                sum + 100 + output.weight
            case .failed(let failure): sum + 150 + failure.error.message.utf8.count
            case .cell, .connection, .nodeID: sum + 150
            }
        }
    }
}

public struct OutputField: Sendable {
    public let responseKey: String
    /// What precedes the value: the opening brace or comma, the quoted key, and the colon.
    public let prefix: [UInt8]
    public let value: OutputValue
    public let isNonNull: Bool
    /// Of the field in the document.
    public let range: SourceRange
}

public enum OutputValue: Sendable {
    /// JSON that is the same in every answer of the plan.
    case fixed([UInt8])
    case cell(column: Int, CellForm)
    /// The row of a load that belongs to the parent's row, or null.
    case object(load: Int, ObjectOutput)
    /// An object that is not a row but belongs to this one, never null. Its values come from the
    /// load's row for this row, or from this row without a load; loads below it depend on this row.
    case embedded(load: Int?, ObjectOutput)
    /// The rows of a load that belong to the parent's row.
    case list(load: Int, ObjectOutput, itemsNonNull: Bool)
    /// A part of a connection, by its index in ``AuthorizedPlan/pages``.
    case connection(page: Int, ConnectionPart)
    /// An error in every answer of the plan.
    case failed(FieldFailure)
    /// The global id of a row, made of its type's name and cells.
    case nodeID(type: String, columns: [Int])
}

/// Why a field never has a value: an argument that cannot be coerced (GraphQL, section 6.4.1).
public struct FieldFailure: Sendable {
    public let error: ClientError
    /// Whether the enclosing object has no value, because its fields cannot be determined.
    public let isOfObject: Bool
}

/// Parts that only connections have.
public enum ConnectionPart: Sendable {
    /// `edges` or `nodes`: the rows of the page, in the list's order.
    case items(load: Int, ObjectOutput)
    /// The cursor of the row being written.
    case cursor
    case startCursor(load: Int), endCursor(load: Int)
    /// Whether there are rows beyond the page in reading direction.
    case hasMore(load: Int)
    /// Whether there are rows on the other side.
    case hasOtherSide(load: Int)
}

/// How a cell in PostgreSQL's binary form becomes JSON.
public indirect enum CellForm: Sendable, Equatable {
    case string
    /// Text whose trailing blanks are not significant.
    case paddedString
    case int2, int4, int8
    /// Integers of type ID or BigInt: strings in JSON.
    case quotedInt2, quotedInt4, quotedInt8
    case float4, float8
    case bool
    case timestamptz, timestamp, date
    case numeric
    case uuid
    case json, jsonb
    case enumeration([EnumText])
    case array(CellForm, elementsNonNull: Bool)

    /// The form of a column's cells for a field of the given type.
    static func of(_ column: ColumnType, as type: WrappedType) -> CellForm {
        var quoted: Bool { ["ID", "BigInt", "String"].contains(type.name) }
        switch column {
        case .text, .varchar, .citext: return .string
        case .bpchar: return .paddedString
        case .uuid: return .uuid
        case .int2: return quoted ? .quotedInt2 : .int2
        case .int4: return quoted ? .quotedInt4 : .int4
        case .int8: return quoted ? .quotedInt8 : .int8
        case .float4: return .float4
        case .float8: return .float8
        case .numeric: return .numeric
        case .bool: return .bool
        case .timestamptz: return .timestamptz
        case .timestamp: return .timestamp
        case .date: return .date
        case .json: return .json
        case .jsonb: return .jsonb
        case .enum(let binding): return .enumeration(binding.texts)
        case .array(let element):
            guard case .list(let inner) = type.nullable else {
                return .array(of(element, as: type), elementsNonNull: false)
            }
            return .array(of(element, as: inner), elementsNonNull: inner.isNonNull)
        }
    }
}

extension ColumnType {
    /// The binary form that PostgreSQL sends.
    var binaryForm: BinaryForm {
        switch self {
        case .text, .varchar, .bpchar, .citext, .enum: BinaryForm(.text)
        case .uuid: BinaryForm(.uuid)
        case .int2: BinaryForm(.int2)
        case .int4: BinaryForm(.int4)
        case .int8: BinaryForm(.int8)
        case .float4: BinaryForm(.float4)
        case .float8: BinaryForm(.float8)
        case .numeric: BinaryForm(.numeric)
        case .bool: BinaryForm(.bool)
        case .timestamptz: BinaryForm(.timestamptz)
        case .timestamp: BinaryForm(.timestamp)
        case .date: BinaryForm(.date)
        case .json: BinaryForm(.json)
        case .jsonb: BinaryForm(.jsonb)
        case .array(let element): BinaryForm(element.binaryForm.element, isArray: true)
        }
    }
}
