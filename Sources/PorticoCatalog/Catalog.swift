import ExactText
import GraphQLSchema
import Synchronization

/// How one API maps to its database: the complete schema including everything derived, and a
/// binding for each type and root field.
///
/// Immutable; made by `CatalogLoader` from `schema.graphql` and `resolvers/`.
public final class Catalog: Sendable {
    /// Unique among all catalogs of this process.
    public let version = Catalog.versions.wrappingAdd(1, ordering: .relaxed).newValue
    /// The full schema: what a viewer who may read everything sees.
    public let schema: Schema
    /// The object types that have a table, by name.
    public let types: [String: TypeBinding]
    public let root: [String: RootBinding]
    /// The types that were derived from object types, by name.
    public let derived: [String: DerivedType]
    /// The fields derived from list fields, by parent type and name. They have no bindings.
    public let derivedFields: [String: [String: DerivedField]]
    /// The types whose rows have a global id, with its key; empty if `Node` is not derived.
    public let nodeKeys: [String: Key]
    /// The name of the global id as field and argument: `nodeId` or `id`.
    public let nodeField: String
    /// The types that have the derived field `_access`, which has no binding.
    public let accessTypes: Set<String>

    public init(
        schema: Schema, types: [String: TypeBinding], root: [String: RootBinding], derived: [String: DerivedType] = [:],
        derivedFields: [String: [String: DerivedField]] = [:],
        nodeKeys: [String: Key] = [:], nodeField: String = "nodeId", accessTypes: Set<String> = []
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
    /// The field for what the viewer may do with a type's rows, its type, and that type's fields.
    public static let accessField = AccessTypes.field
    public static let accessType = AccessTypes.name
    public static let accessRead = AccessTypes.readField
    public static let accessGrant = AccessTypes.grantField
}
