import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// `interface Node { nodeId: ID! }`, implemented by every type with a table whose key is a field,
/// and `node(nodeId: ID!): Node` at the root.
///
/// Relay's Global Object Identification, with the id under another name because `id` is usually
/// each type's plain key; a project whose keys have other names may call it `id` (``QueryFile``).
/// If the document has its own type `Node` or root field `node`, nothing is derived.
struct NodeTypes {
    let schema: Schema
    let bindings: [String: TypeBinding]
    let file: String
    /// The name of the field and of the argument.
    let field: String
    private(set) var problems: [Diagnostic] = []
    /// The object types that implement the interface, with the key that their ids hold.
    private(set) var keys: [String: Key] = [:]

    static let interface = "Node"
    /// The names that ``field`` may have, the default first.
    static let fields = ["nodeId", "id"]
    static let root = "node"

    init(schema: Schema, bindings: [String: TypeBinding], file: String, field: String) {
        self.schema = schema
        self.bindings = bindings
        self.file = file
        self.field = field
        guard schema.type(Self.interface) == nil, schema.queryType.fields[Self.root] == nil else { return }
        for type in schema.typeOrder {
            guard let binding = bindings[type], binding.key.columns.allSatisfy({ binding.column($0.field) != nil }),
                let fields = schema.type(type)?.fields
            else { continue }
            if let taken = fields[field] {
                let hint =
                    "It is derived as the global id of \(type): call the field something else, or state an interface `Node` of your own."
                problems.report("The name `\(field)` of \(type) is taken.", file: file, range: taken.range, hint: hint)
            } else {
                keys[type] = binding.key
            }
        }
    }

    var isDerived: Bool { !keys.isEmpty }

    /// Adds `nodeId` to a type's definition, or `node` to the query root's.
    func added(to definition: Definition) -> Definition {
        guard isDerived, case .typeSystem(.type(var type)) = definition,
            case .object(var interfaces, var fields) = type.kind
        else { return definition }
        let name = type.name.value, range = type.name.range
        if keys[name] != nil {
            interfaces.append(Name(Self.interface, range: range))
            fields.append(id(range))
        } else if name == schema.queryType.name {
            fields.append(root(range))
        } else {
            return definition
        }
        type.kind = .object(interfaces: interfaces, fields: fields)
        return .typeSystem(.type(type))
    }

    /// The interface, if it is derived.
    var definitions: [TypeDefinition] {
        guard isDerived else { return [] }
        return [
            TypeDefinition(
                description: derivedDescription("A row that can be found by a global id, whatever its type."),
                name: Name(Self.interface), kind: .interface(interfaces: [], fields: [id(.none)]))
        ]
    }

    private func id(_ range: SourceRange) -> FieldDefinition {
        FieldDefinition(
            description: derivedDescription("A global id, for `node`; it means nothing else."),
            name: Name(field, range: range), type: .nonNull(.derived("ID", range: range), range), range: range)
    }

    private func root(_ range: SourceRange) -> FieldDefinition {
        FieldDefinition(
            description: derivedDescription(
                "The row that a global id stands for; null where there is none that the viewer may see."),
            name: Name(Self.root, range: range),
            arguments: [
                InputValueDefinition(
                    description: derivedDescription("As `\(field)` of a row gave it."), name: Name(field, range: range),
                    type: .nonNull(.derived("ID", range: range), range), range: range)
            ],
            type: .derived(Self.interface, range: range), range: range)
    }
}
