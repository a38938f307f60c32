import Diagnostics
import ExactText
import GraphQLSchema
import Synchronization

/// How one API maps to its database: the whole schema with everything that is derived, and a
/// binding for each type and root field.
///
/// Made by `CatalogLoader` from `schema.graphql` and `resolvers/`; immutable; knows no viewer and
/// no rule.
public final class Catalog: Sendable {
    /// A number that no other catalog of this process has.
    public let version = Catalog.versions.wrappingAdd(1, ordering: .relaxed).newValue
    /// The full schema: what a viewer who may read everything sees.
    public let schema: Schema
    /// The object types that have a table, by name.
    public let types: [String: TypeBinding]
    /// The fields of the query root, by name.
    public let root: [String: RootBinding]
    /// The types that were derived from object types, by name.
    public let derived: [String: DerivedType]
    /// The fields that were derived from list fields, by the type that has both and by name. No
    /// binding mentions them.
    public let derivedFields: [String: [String: DerivedField]]
    /// The types whose rows have a global id, each with the key that the id holds; empty where
    /// `Node` is not derived.
    public let nodeKeys: [String: ColumnBinding]
    /// The field that gives the global id of a row, and the argument that takes it: `nodeId` or
    /// `id`.
    public let nodeField: String
    /// The types that have the derived field `_access`. No binding mentions it.
    public let accessTypes: Set<String>

    public init(
        schema: Schema, types: [String: TypeBinding], root: [String: RootBinding], derived: [String: DerivedType] = [:],
        derivedFields: [String: [String: DerivedField]] = [:],
        nodeKeys: [String: ColumnBinding] = [:], nodeField: String = "nodeId", accessTypes: Set<String> = []
    ) {
        self.schema = schema
        self.types = types
        self.root = root
        self.derived = derived
        self.derivedFields = derivedFields
        self.nodeKeys = nodeKeys
        self.nodeField = nodeField
        self.accessTypes = accessTypes
    }

    private static let versions = Atomic<UInt64>(0)

    /// The derived interface of all rows that have a global id.
    public static let nodeInterface = NodeTypes.interface
    /// The field that says what the viewer may do with rows of a type, its type, and that type's
    /// fields.
    public static let accessField = AccessTypes.field
    public static let accessType = AccessTypes.name
    public static let accessRead = AccessTypes.readField
    public static let accessGrant = AccessTypes.grantField
}

/// The object type whose fields the fields of a derived type stand for.
public enum DerivedType: Sendable, Hashable {
    /// `TicketFilter`: a field for each field of the type, and `and`, `or`, `not`.
    case filter(of: String)
    /// `TicketListFilter`: `some`, `every`, `none`.
    case listFilter(of: String)
    /// `TicketOrder`: a field for each field that a list may be ordered by.
    case order(of: String)
    /// `TicketAggregate`: `count`, types of values, and `groupBy` where rows can be grouped.
    case aggregate(of: String)
    /// `TicketMinMax`, `TicketSum`, `TicketAverage`, `TicketGroupValues`: a field for some fields
    /// of the type.
    case values(of: String)
    /// `TicketGroupKey`: `field`, and `per` where one of the fields is a date.
    case groupKey(of: String)
    /// `TicketGroupField`: a value for each field that rows can be grouped by; see
    /// ``TypeBinding/groupColumn(_:)``.
    case groupField(of: String)

    /// The object type's name.
    var type: String {
        switch self {
        case .filter(let type), .listFilter(let type), .order(let type), .aggregate(let type), .values(let type),
            .groupKey(let type), .groupField(let type):
            type
        }
    }
}

/// A table's name; never from a client.
public struct TableName: Sendable, Hashable {
    public var schema: String?
    public var name: String

    public init(schema: String? = nil, name: String) {
        self.schema = schema
        self.name = name
    }
}

/// An object type and its table.
public final class TypeBinding: Sendable {
    public let name: String
    public let table: TableName
    /// The primary key: one column, not null.
    public let key: ColumnBinding
    /// By the name of the GraphQL field.
    public let fields: [String: FieldBinding]
    public let isolation: Isolation
    /// Where ``isolation`` stands in ``file``.
    public let isolationPlace: SourcePosition?
    /// Why ``isolation`` is trusted to end at a tenant although no foreign key says so; `nil` where
    /// nothing was said.
    public let isolationTrust: String?
    /// The order of a list without `orderBy`; ends with the key.
    public let defaultOrder: [OrderKey]
    /// Where the binding stands, for diagnostics.
    public let file: String
    /// Those that rows can be grouped by, by the value of the type's group field enum that stands
    /// for each.
    private let groupColumns: [String: ColumnBinding]

    public init(
        name: String, table: TableName, key: ColumnBinding, fields: [String: FieldBinding], isolation: Isolation,
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
        let groupable = fields.values.compactMap { field in
            if case .column(let column) = field, column.type.isGroupable { column } else { nil }
        }
        groupColumns = Dictionary(
            groupable.map { (groupFieldName(of: $0.field), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The column that a value of the type's group field enum stands for, such as `createdAt` for
    /// `CREATED_AT`.
    public func groupColumn(_ value: String) -> ColumnBinding? { groupColumns[ExactString(value)] }

    public func column(_ field: String) -> ColumnBinding? {
        if case .column(let column)? = fields[ExactString(field)] { column } else { nil }
    }

    public func relation(_ field: String) -> RelationBinding? {
        if case .relation(let relation)? = fields[ExactString(field)] { relation } else { nil }
    }
}

public enum FieldBinding: Sendable {
    case column(ColumnBinding)
    case relation(RelationBinding)
}

/// A field that is a column.
public struct ColumnBinding: Sendable, Hashable {
    /// The GraphQL field.
    public var field: String
    public var column: String
    public var type: ColumnType
    public var traits: ColumnTraits

    public init(field: String, column: String, type: ColumnType, traits: ColumnTraits = ColumnTraits()) {
        self.field = field
        self.column = column
        self.type = type
        self.traits = traits
    }
}

/// The types of columns that the gateway can read and compare; each has one binary form.
public indirect enum ColumnType: Sendable, Hashable {
    case text, varchar, bpchar, citext, uuid
    case int2, int4, int8
    case float4, float8
    case numeric
    case bool
    case timestamptz, timestamp, date
    case json, jsonb
    case `enum`(EnumBinding)
    case array(ColumnType)
}

/// An enum of the database and the GraphQL enum that shows it.
public struct EnumBinding: Sendable, Hashable {
    /// Of the GraphQL type.
    public var name: String
    /// Of the PostgreSQL type; `nil` where the labels are kept in a text column.
    public var sqlType: String?
    public let values: [EnumLabel]
    /// What answers are written with, a text for each of ``values``.
    public let texts: [EnumText]

    public init(name: String, sqlType: String?, values: [EnumLabel]) {
        self.name = name
        self.sqlType = sqlType
        self.values = values
        texts = values.map { EnumText(label: Array($0.label.utf8), json: Array("\"\($0.value)\"".utf8)) }
    }

    public func label(of value: String) -> String? { values.first { $0.value.hasSameBytes(as: value) }?.label }

    public static func == (left: EnumBinding, right: EnumBinding) -> Bool {
        left.name == right.name && left.sqlType == right.sqlType && left.values == right.values
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(sqlType)
    }
}

/// A value of an enum in bytes: as it comes from the database, and as it goes to the client.
public struct EnumText: Sendable, Equatable {
    public let label: [UInt8]
    public let json: [UInt8]

    package init(label: [UInt8], json: [UInt8]) {
        self.label = label
        self.json = json
    }
}

public struct EnumLabel: Sendable, Hashable {
    /// As GraphQL has it, such as `IN_PROGRESS`.
    public var value: String
    /// As the database has it, such as `in_progress`.
    public var label: String

    public init(value: String, label: String) {
        self.value = value
        self.label = label
    }

    /// A database may have two labels that are one text in Unicode.
    public static func == (left: EnumLabel, right: EnumLabel) -> Bool {
        left.value.hasSameBytes(as: right.value) && left.label.hasSameBytes(as: right.label)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(ExactString(value))
        hasher.combine(ExactString(label))
    }
}

/// A field that leads to rows of a type: those whose `remote` column equals this row's `local`
/// column.
public struct RelationBinding: Sendable, Hashable {
    public enum Cardinality: Sendable, Hashable { case one, many }

    public var field: String
    /// The type whose table holds `local`.
    public var source: String
    public var target: String
    public var cardinality: Cardinality
    public var local: ColumnBinding
    public var remote: ColumnBinding

    public init(
        field: String, source: String, target: String, cardinality: Cardinality, local: ColumnBinding,
        remote: ColumnBinding
    ) {
        self.field = field
        self.source = source
        self.target = target
        self.cardinality = cardinality
        self.local = local
        self.remote = remote
    }
}

/// How a row's tenant is found.
public enum Isolation: Sendable, Hashable {
    /// `isolation: tenantId`
    case column(ColumnBinding)
    /// `isolation: ticket.tenantId`: to-one relations from the row on, then a column of the last
    /// target.
    case path([RelationBinding], ColumnBinding)
    /// `isolation: none`: the rows belong to no tenant, and rules alone decide.
    case none
    /// Nothing stated: only roles with `crossTenant` may read the type.
    case unstated
}

public enum OrderDirection: String, Sendable, Hashable, CaseIterable {
    case ascending = "ASC"
    case descending = "DESC"
    case ascendingNullsFirst = "ASC_NULLS_FIRST"
    case ascendingNullsLast = "ASC_NULLS_LAST"
    case descendingNullsFirst = "DESC_NULLS_FIRST"
    case descendingNullsLast = "DESC_NULLS_LAST"
}

public struct OrderKey: Sendable, Hashable {
    public var column: ColumnBinding
    public var direction: OrderDirection

    public init(column: ColumnBinding, direction: OrderDirection) {
        self.column = column
        self.direction = direction
    }
}

/// What a field of the query root gives.
public enum RootBinding: Sendable, Hashable {
    /// A fixed value, as the text of one JSON value.
    case constant(String)
    /// The viewer's own row of a type.
    case viewer(type: String)
    /// One row, by the column that an argument names.
    case getter(type: String, argument: String, column: ColumnBinding)
    /// A list with `where`, `orderBy`, `first`, `offset`.
    case list(type: String)
    /// Any row, by its global id.
    case node
}
