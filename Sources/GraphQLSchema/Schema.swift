import ExactText
import GraphQLLanguage

/// A complete, valid schema (section 3): immutable, shared by all requests of its viewers.
///
/// Made by `SchemaBuilder` from a valid type-system document, or from another schema by
/// ``Schema/restricted(suggestsNames:to:implementing:inputField:enumValue:directive:)``. ``types``
/// and ``directives`` include the specified directives, introspection's types (section 4) and those
/// specified scalars that are used (section 3.5: the others are not part of a schema).
public final class Schema: Sendable {
    public let description: String?
    /// All types by name, including introspection's.
    public let types: [String: NamedType]
    /// The names of ``types`` in the order of the document; the specified ones last.
    public let typeOrder: [String]
    public let directives: [String: DirectiveType]
    public let directiveOrder: [String]
    public let queryType: ObjectType
    public let mutationType: ObjectType?
    public let subscriptionType: ObjectType?
    /// For each interface and union, the names of its possible object types.
    public let possibleTypes: [String: Set<String>]
    /// For each interface, the names of the interfaces and objects that implement it, in order.
    public let implementations: [String: [String]]
    /// Whether errors may suggest names of the schema.
    public let suggestsNames: Bool

    /// - Parameters:
    ///   - types: Those of the document, in order; used specified scalars, and introspection's
    ///     types, are added.
    ///   - directives: All, including the specified ones.
    ///   - query: One of `types`, like the other roots.
    package init(
        description: String?, types: [NamedType], directives: [DirectiveType], query: ObjectType,
        mutation: ObjectType? = nil, subscription: ObjectType? = nil, suggestsNames: Bool = true
    ) {
        self.description = description
        self.suggestsNames = suggestsNames
        queryType = query
        mutationType = mutation
        subscriptionType = subscription
        let mentioned = Self.mentionedTypes(types + IntrospectionTypes.all, directives)
        let scalars = SpecifiedScalars.types.filter { mentioned.contains($0.name) }.map(NamedType.scalar)
        let all = types + scalars + IntrospectionTypes.all
        self.types = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        typeOrder = all.map(\.name)
        self.directives = Dictionary(directives.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        directiveOrder = directives.map(\.name)
        var possible: [String: Set<String>] = [:]
        var implementing: [String: [String]] = [:]
        for type in types {
            switch type {
            case .object(let object):
                for interface in object.interfaces {
                    possible[interface, default: []].insert(object.name)
                    implementing[interface, default: []].append(object.name)
                }
            case .interface(let interface):
                possible[interface.name, default: []].formUnion([])
                for parent in interface.interfaces { implementing[parent, default: []].append(interface.name) }
            case .union(let union): possible[union.name] = Set(union.members)
            case .scalar, .enum, .inputObject: break
            }
        }
        possibleTypes = possible
        implementations = implementing
    }

    /// Names of types used in fields, arguments and input fields.
    private static func mentionedTypes(_ types: [NamedType], _ directives: [DirectiveType]) -> Set<String> {
        var names: Set<String> = []
        for type in types {
            for field in type.fields?.elements ?? [] {
                names.insert(field.type.name)
                for argument in field.arguments { names.insert(argument.type.name) }
            }
            if case .inputObject(let input) = type {
                for field in input.fields { names.insert(field.type.name) }
            }
        }
        for directive in directives {
            for argument in directive.arguments { names.insert(argument.type.name) }
        }
        return names
    }

    /// The name may be external text: it matches a type's name by bytes.
    public func type(_ name: String) -> NamedType? { types[ExactString(name)] }

    /// The root type of an operation, or `nil` if the schema has none of that kind.
    public func rootType(_ kind: OperationKind) -> ObjectType? {
        switch kind {
        case .query: queryType
        case .mutation: mutationType
        case .subscription: subscriptionType
        }
    }

    /// The field that a selection of `name` on `type` refers to, including introspection's meta
    /// fields (section 4.1): `__typename` on every object, interface and union, `__schema` and
    /// `__type` on the query root. `nil` if there is none.
    public func field(_ name: String, of type: NamedType) -> FieldType? {
        guard name.hasPrefix("__") else { return type.fields?[name] }
        guard type.isComposite else { return nil }
        switch name {
        case MetaFields.typename.name: return MetaFields.typename
        case MetaFields.schema.name where type.name == queryType.name: return MetaFields.schema
        case MetaFields.type.name where type.name == queryType.name: return MetaFields.type
        default: return nil
        }
    }

    /// Whether type `object` may occur where `type` (an object, interface or union) is expected.
    public func isPossible(_ object: String, for type: String) -> Bool {
        object == type || possibleTypes[type]?.contains(object) == true
    }
}
