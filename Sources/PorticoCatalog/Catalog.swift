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
    public let nodeKeys: [String: Key]
    /// The field that gives the global id of a row, and the argument that takes it: `nodeId` or
    /// `id`.
    public let nodeField: String
    /// The types that have the derived field `_access`. No binding mentions it.
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
    /// The field that says what the viewer may do with rows of a type, its type, and that type's
    /// fields.
    public static let accessField = AccessTypes.field
    public static let accessType = AccessTypes.name
    public static let accessRead = AccessTypes.readField
    public static let accessGrant = AccessTypes.grantField
}
