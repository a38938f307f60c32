import Diagnostics
import ExactText
import PostgresSQL

public final class TypeBinding: Sendable {
    public let name: String
    public let table: TableName
    public let key: Key
    /// By the name of the GraphQL field.
    public let fields: [String: FieldBinding]
    public let isolation: Isolation
    /// The place of ``isolation`` in ``file``.
    public let isolationPlace: SourcePosition?
    /// The stated reason for trusting ``isolation`` without a foreign key to a tenant.
    public let isolationTrust: String?
    /// The order of a list without `orderBy`; ends with the key.
    public let defaultOrder: [OrderKey]
    /// The resolver file, for diagnostics.
    public let file: String
    /// The columns that rows can be grouped by, by the value of the type's group field enum.
    private let groupColumns: [String: ColumnBinding]

    public init(
        name: String, table: TableName, key: Key, fields: [String: FieldBinding], isolation: Isolation,
        isolationPlace: SourcePosition? = nil, isolationTrust: String? = nil, defaultOrder: [OrderKey], file: String
    ) {
        self.name = name
        self.table = table
        self.key = key
        self.fields = fields
        self.isolation = isolation
        self.isolationPlace = isolationPlace
        self.isolationTrust = isolationTrust
        self.defaultOrder = defaultOrder
        self.file = file
        let groupable = fields.values.compactMap { $0.column?.type.isGroupable == true ? $0.column : nil }
        groupColumns = Dictionary(
            groupable.map { (groupFieldName(of: $0.field), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The column of a value of the type's group field enum, such as `createdAt` for `CREATED_AT`.
    public func groupColumn(_ value: String) -> ColumnBinding? { groupColumns[ExactString(value)] }

    /// The column or computed value of a field.
    public func column(_ field: String) -> ColumnBinding? { fields[ExactString(field)]?.column }

    public func relation(_ field: String) -> RelationBinding? {
        if case .relation(let relation)? = fields[ExactString(field)] { relation } else { nil }
    }
}

/// What a field of a type gives.
public enum FieldBinding: Sendable {
    case column(ColumnBinding)
    /// A value computed from the row (``ColumnBinding/expression``).
    case computed(ColumnBinding)
    case relation(RelationBinding)

    /// The field's value; `nil` for a relation.
    public var column: ColumnBinding? {
        switch self {
        case .column(let column), .computed(let column): column
        case .relation: nil
        }
    }
}
