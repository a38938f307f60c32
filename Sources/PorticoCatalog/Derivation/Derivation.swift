import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// Derives the complete document that clients see from the short one of `schema.graphql`.
///
/// Each derived part has its file: ``ListArguments``, ``FilterTypes``, ``OperatorTypes``,
/// ``OrderTypes``, ``DerivedFields``, ``AggregateTypes``, ``GroupTypes``, ``ConnectionTypes``,
/// ``NodeTypes``, ``AccessTypes``. Only what a list needs is derived. Every definition has the
/// range of its origin, where a name clash is reported.
struct Derivation {
    private(set) var document: Document
    /// Names of derived types, for hiding fields of the types behind them.
    private(set) var types: [String: DerivedType] = [:]
    /// The fields derived from lists, by type and name.
    private(set) var fields: [String: [String: DerivedField]] = [:]
    /// The key in the global ids of a type, by the type's name.
    private(set) var nodeKeys: [String: Key] = [:]
    private(set) var accessTypes: Set<String> = []
    private(set) var problems: [Diagnostic] = []

    /// `schema` is that of the short document.
    init(document: Document, schema: Schema, bindings: [String: TypeBinding], file: String, nodeField: String) {
        let listed = Self.listedTypes(schema)
        var filters = FilterTypes(schema: schema, bindings: bindings, file: file)
        let orders = OrderTypes(schema: schema, bindings: bindings)
        for type in listed { filters.require(type) }
        var beside = DerivedFields(schema: schema, orders: orders, file: file)
        let nodes = NodeTypes(schema: schema, bindings: bindings, file: file, field: nodeField)
        let access = AccessTypes(schema: schema, bindings: bindings)
        var definitions = document.definitions.filter { !ListDirective.isDefinition($0) }.map { definition in
            ListArguments.added(to: access.added(to: nodes.added(to: beside.added(to: definition))), orders: orders)
        }
        let ordered = listed.compactMap { type in orders.definition(of: type).map { (type, $0) } }
        for (type, definition) in filters.definitions {
            definitions.append(.typeSystem(.type(definition)))
            types[definition.name.value] = type
        }
        for (type, definition) in ordered {
            definitions.append(.typeSystem(.type(definition)))
            types[definition.name.value] = .order(of: type)
        }
        definitions += filters.operators.definitions.map { .typeSystem(.type($0)) }
        definitions +=
            (ConnectionTypes(schema: schema).definitions(of: listed) + nodes.definitions + access.definitions).map {
                .typeSystem(.type($0))
            }
        let aggregates = AggregateTypes(schema: schema, bindings: bindings)
        let computed = listed.flatMap(aggregates.definitions)
        for (type, definition) in computed {
            definitions.append(.typeSystem(.type(definition)))
            types[definition.name.value] = type
        }
        if computed.contains(where: { $1.uses(GroupTypes.datePartName) }) {
            definitions.append(.typeSystem(.type(GroupTypes.datePart)))
        }
        definitions += AggregateTypes.missingScalars(in: computed.map(\.1), schema: schema).map {
            .typeSystem(.type($0))
        }
        if !ordered.isEmpty { definitions.append(.typeSystem(.type(OrderTypes.direction))) }
        let named: [(DerivedType?, TypeDefinition)] =
            filters.definitions + ordered.map { (.order(of: $0), $1) } + computed
        let origins = named.compactMap { origin, definition in origin.map { ($0, definition) } }
        let added = definitions.dropFirst(document.definitions.count { !ListDirective.isDefinition($0) }).compactMap(
            Self.typeName)
        self.document = Document(definitions: definitions)
        fields = beside.all
        nodeKeys = nodes.keys
        accessTypes = access.types
        problems =
            filters.problems + beside.problems + nodes.problems
            + Self.taken(Set(added.map(\.value)), in: document, file: file)
            + Self.doubled(added, of: origins, in: document, file: file)
    }

    /// Reports types of the short document that have the name of a derived type.
    private static func taken(_ derived: Set<String>, in document: Document, file: String) -> [Diagnostic] {
        document.definitions.compactMap(typeName).filter { derived.contains($0.value) }.map { name in
            Diagnostic(
                "The name `\(name.value)` is taken: a type of that name is derived for the lists.", file: file,
                range: name.range, hint: "Give this type another name: the names of derived types are fixed.")
        }
    }

    /// Reports names derived twice: `CustomerListFilter` of CustomerList, and of lists of Customer.
    private static func doubled(
        _ derived: [Name], of origins: [(DerivedType, TypeDefinition)], in document: Document, file: String
    ) -> [Diagnostic] {
        var seen: Set<String> = []
        return derived.compactMap { name in
            if seen.insert(name.value).inserted { return nil }
            let owners = origins.filter { $0.1.name.value == name.value }.map(\.0.type)
            let place = document.definitions.lazy.compactMap(typeName).first { $0.value == owners.last }
            return Diagnostic(
                "`\(name.value)` is derived twice\(owners.isEmpty ? "" : ", for \(owners.joined(separator: " and for "))").",
                file: file, range: place?.range ?? name.range,
                hint: "Give one of the two types another name: the names of derived types are fixed.")
        }
    }

    private static func typeName(_ definition: Definition) -> Name? {
        if case .typeSystem(.type(let type)) = definition { type.name } else { nil }
    }

    /// The types of which there is a list, in the order of the document.
    private static func listedTypes(_ schema: Schema) -> [String] {
        var found: Set<String> = []
        for type in schema.types.values {
            for field in type.fields ?? FieldMap([], name: \.name) where field.isDerivedList {
                found.insert(field.type.name)
            }
        }
        return schema.typeOrder.filter(found.contains)
    }
}

func derivedDescription(_ text: String) -> StringValue { StringValue(text, isBlock: true) }

/// An optional argument or input field of a derived definition.
func derivedInput(
    _ name: String, _ type: TypeReference, _ description: String, range: SourceRange
) -> InputValueDefinition {
    InputValueDefinition(
        description: derivedDescription(description), name: Name(name, range: range), type: type, range: range)
}

extension TypeReference {
    static func derived(_ name: String, range: SourceRange) -> TypeReference { .named(Name(name, range: range)) }
    /// `[Name!]`
    static func derivedList(_ name: String, range: SourceRange) -> TypeReference {
        .list(.nonNull(.derived(name, range: range), range), range)
    }
}
