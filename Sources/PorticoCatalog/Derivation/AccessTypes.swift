import GraphQLLanguage
import GraphQLSchema

/// `_access: Access!` on every type with a table: what the viewer may do with rows of the type, so
/// that a user interface can omit what would be refused.
///
/// It names only parts of the viewer's own schema and needs no database. A type with its own field
/// `_access` keeps it, and if the document has its own type `Access`, nothing is derived.
struct AccessTypes {
    let bindings: [String: TypeBinding]
    /// The types that get the field.
    let types: Set<String>

    static let name = "Access"
    static let field = "_access"
    static let readField = "read"
    static let grantField = "grant"

    init(schema: Schema, bindings: [String: TypeBinding]) {
        self.bindings = bindings
        let isTaken = schema.type(Self.name) != nil
        types =
            isTaken
            ? []
            : Set(bindings.keys.filter { type in schema.type(type)?.fields.map { $0[Self.field] == nil } ?? false })
    }

    /// Adds `_access` to a type's definition.
    func added(to definition: Definition) -> Definition {
        guard case .typeSystem(.type(var type)) = definition, types.contains(type.name.value),
            case .object(let interfaces, var fields) = type.kind
        else { return definition }
        let range = type.name.range
        fields.append(
            FieldDefinition(
                description: derivedDescription(
                    "What the viewer may do with rows of this type; the same for each of them."),
                name: Name(Self.field, range: range),
                type: .nonNull(.derived(Self.name, range: range), range), range: range))
        type.kind = .object(interfaces: interfaces, fields: fields)
        return .typeSystem(.type(type))
    }

    /// The field's type, if any type has the field.
    var definitions: [TypeDefinition] {
        guard !types.isEmpty else { return [] }
        let text = TypeReference.nonNull(.derived("String", range: .none), .none)
        return [
            TypeDefinition(
                description: derivedDescription("What the viewer may do with rows of a type."), name: Name(Self.name),
                kind: .object(
                    interfaces: [],
                    fields: [
                        FieldDefinition(
                            description: derivedDescription(
                                "The names of the type's fields that may be read, in the order of the schema, without those that are derived."
                            ),
                            name: Name(Self.readField), type: .nonNull(.list(text, .none), .none)),
                        FieldDefinition(
                            description: derivedDescription(
                                "The optional grant by which the type may be read, such as `agent.Payment.read`; null where the role may read it anyway."
                            ),
                            name: Name(Self.grantField), type: .derived("String", range: .none)),
                    ]))
        ]
    }
}
