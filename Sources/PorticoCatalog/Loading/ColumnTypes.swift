import ExactText
import GraphQLSchema

extension ColumnType {
    /// The type with this PostgreSQL name, such as `int8` or `text[]`; enums are named separately.
    public init?(named name: String) {
        if name.hasSuffix("[]") {
            guard let element = ColumnType(named: String(name.dropLast(2))), element.isElement else { return nil }
            self = .array(element)
            return
        }
        guard let type = Self.byName[name] else { return nil }
        self = type
    }

    /// The short names that ``init(named:)`` knows.
    static let names = byName.keys.filter {
        !["char", "smallint", "integer", "bigint", "real", "decimal", "boolean"].contains($0)
    }.sorted()

    private static let byName: [String: ColumnType] = [
        "text": .text, "varchar": .varchar, "bpchar": .bpchar, "char": .bpchar, "citext": .citext, "uuid": .uuid,
        "int2": .int2, "smallint": .int2, "int4": .int4, "integer": .int4, "int8": .int8, "bigint": .int8,
        "float4": .float4, "real": .float4, "float8": .float8, "numeric": .numeric, "decimal": .numeric, "bool": .bool,
        "boolean": .bool,
        "timestamptz": .timestamptz, "timestamp": .timestamp, "date": .date, "json": .json, "jsonb": .jsonb,
    ]

    /// PostgreSQL's name, for messages.
    public var displayName: String {
        if case .array(let element) = self { return element.displayName + "[]" }
        if case .enum(let binding) = self { return binding.sqlType ?? "text" }
        return Self.names.first { Self.byName[$0] == self } ?? "text"
    }

    /// Whether an array may have such elements.
    var isElement: Bool {
        switch self {
        case .json, .jsonb, .array: false
        case .text, .varchar, .bpchar, .citext, .uuid, .int2, .int4, .int8, .float4, .float8, .numeric, .bool,
            .timestamptz, .timestamp, .date, .enum:
            true
        }
    }

    /// Whether relations may compare such columns, and a primary key may consist of them.
    var isKey: Bool {
        switch self {
        case .text, .varchar, .bpchar, .citext, .uuid, .int2, .int4, .int8: true
        case .float4, .float8, .numeric, .bool, .timestamptz, .timestamp, .date, .json, .jsonb, .enum, .array: false
        }
    }

    /// Whether rows can be related by columns of these two types: PostgreSQL compares integers of
    /// any width, and texts of any kind by the type of the column that is looked up.
    func joins(_ other: ColumnType) -> Bool {
        let alike: [[ColumnType]] = [[.text, .varchar, .bpchar, .citext], [.int2, .int4, .int8]]
        return isKey && (self == other || alike.contains { $0.contains(self) && $0.contains(other) })
    }

    /// The column types for a scalar, the default first; empty for an unknown scalar.
    public static func allowed(for scalar: String) -> [ColumnType] {
        switch scalar {
        case "ID": [.text, .varchar, .bpchar, .citext, .uuid, .int2, .int4, .int8]
        case "String": [.text, .varchar, .bpchar, .citext]
        case "Int": [.int4, .int2]
        case "Float": [.float8, .float4]
        case "Boolean": [.bool]
        case "DateTime": [.timestamptz, .timestamp]
        case "Date": [.date]
        case "Decimal": [.numeric]
        case "BigInt": [.int8, .int4, .int2]
        case "JSON": [.jsonb, .json]
        default: []
        }
    }

    /// The scalars of ``allowed(for:)``.
    public static let scalars = [
        "ID", "String", "Int", "Float", "Boolean", "DateTime", "Date", "Decimal", "BigInt", "JSON",
    ]
}

extension EnumBinding {
    /// Values shown as `IN_PROGRESS` and stored as `in_progress`, unless `labels` overrides them.
    init(_ type: EnumType, sqlType: String?, labels: [ExactString: String] = [:]) {
        self.init(
            name: type.name, sqlType: sqlType,
            values: type.values.map { EnumLabel(value: $0.name, label: labels[$0.name] ?? $0.name.lowercased()) })
    }
}
