import Diagnostics
import ExactText
import GraphQLSchema
import PorticoCatalog
import YAMLTree

/// The places of a binding's parts: in its resolver file if stated, else in the schema.
public struct BindingPlaces {
    public typealias Place = (file: String, range: SourceRange?)

    private let file: String
    private let source: SourceText?
    private let schemaFile: String
    private let object: ObjectType?

    /// - Parameter source: The resolver file of the type, if readable.
    public init(_ type: TypeBinding, source: SourceText?, schema: Schema, schemaFile: String) {
        file = type.file
        self.schemaFile = schemaFile
        self.source = source
        if case .object(let object)? = schema.type(type.name) { self.object = object } else { object = nil }
    }

    /// Parsed only if a place is needed, which is rare.
    private var root: [ExactString: YAMLMember] {
        Self.members(source.flatMap { (try? parseYAML($0)).flatMap(\.self) })
    }

    /// A key of the file's top level, such as `table`.
    public func key(_ name: String) -> Place { (file, root[name].map { $0.value.range } ?? SourceRange(0, 0)) }

    /// The column behind a field, or behind a name under `columns`.
    public func column(_ field: String) -> Place {
        let root = root
        for section in ["fields", "columns"] {
            guard let member = Self.members(root[section]?.value)[field] else { continue }
            return (file, Self.members(member.value)["column"]?.value.range ?? member.keyRange)
        }
        if let field = object?.fields[field] { return (schemaFile, field.range) }
        return (file, SourceRange(0, 0))
    }

    /// The type of a column, if the file states one.
    public func columnType(_ field: String) -> Place {
        let root = root
        for section in ["fields", "columns"] {
            guard let member = Self.members(root[section]?.value)[field] else { continue }
            let inner = Self.members(member.value)
            if let stated = inner["type"] ?? inner["enum"] ?? inner["labels"] { return (file, stated.value.range) }
        }
        return column(field)
    }

    public func relation(_ field: String) -> Place {
        if let member = Self.members(root["relations"]?.value)[field] { return (file, member.keyRange) }
        if let field = object?.fields[field] { return (schemaFile, field.range) }
        return (file, SourceRange(0, 0))
    }

    private static func members(_ node: YAMLNode?) -> [ExactString: YAMLMember] {
        guard case .mapping(let members)? = node?.content else { return [:] }
        return Dictionary(members.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
