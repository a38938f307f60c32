import Diagnostics
import GraphQLLanguage
import GraphQLSchema
import PorticoCatalog

/// Which types and fields of the whole schema a document names, even if a viewer would be refused.
///
/// Filters, orders and group keys count as the fields they name; variables, by their types.
public struct OperationMentions: Sendable, Equatable {
    public struct FieldName: Sendable, Hashable {
        public var type: String
        public var field: String
    }

    public private(set) var types: Set<String> = []
    public private(set) var fields: Set<FieldName> = []
    /// The object types behind paths of response keys, including those in fragments.
    public private(set) var typeAt: [ResponsePath: String] = [:]
    /// It introspects, and so may reveal everything.
    public private(set) var asksForSchema = false

    private init() {}

    /// Of all operations of a document; empty if it cannot be parsed.
    public init(_ document: [UInt8], catalog: Catalog) {
        self.init()
        guard let parsed = try? parse(SourceText(name: "", bytes: document), allow: .executable) else { return }
        var walk = Walk(catalog: catalog, document: parsed)
        for case .operation(let operation) in parsed.definitions {
            for variable in operation.variables { walk.mention(inputType: variable.type.namedType.value) }
            walk.selections(operation.selectionSet, on: catalog.schema.rootType(operation.kind)?.name ?? "", at: [])
        }
        self = walk.mentions
    }

    /// Of every field of one type.
    public init(type: TypeBinding) {
        types = [type.name]
        fields = Set(type.fields.keys.map { FieldName(type: type.name, field: $0) })
    }

    /// Nested as deep as the parser allowed.
    private struct Walk {
        let catalog: Catalog
        let fragments: [String: FragmentDefinition]
        var mentions = OperationMentions()
        /// Each fragment is visited once, however often it is spread.
        private var visited: Set<String> = []

        init(catalog: Catalog, document: Document) {
            self.catalog = catalog
            var fragments: [String: FragmentDefinition] = [:]
            for case .fragment(let fragment) in document.definitions { fragments[fragment.name.value] = fragment }
            self.fragments = fragments
        }

        mutating func selections(_ set: SelectionSet, on parent: String, at path: [String]) {
            for selection in set.selections {
                switch selection {
                case .field(let field): self.field(field, on: parent, at: path)
                case .inlineFragment(let fragment):
                    selections(fragment.selectionSet, on: fragment.typeCondition?.value ?? parent, at: path)
                case .fragmentSpread(let spread):
                    guard let fragment = fragments[spread.name.value], visited.insert(spread.name.value).inserted else {
                        continue
                    }
                    selections(fragment.selectionSet, on: fragment.typeCondition.value, at: path)
                }
            }
        }

        private mutating func field(_ field: Field, on parent: String, at path: [String]) {
            let name = field.name.value
            if name == "__schema" || name == "__type" { mentions.asksForSchema = true }
            guard let type = catalog.schema.type(parent), let definition = catalog.schema.field(name, of: type) else {
                return
            }
            mention(parent)
            mentions.fields.insert(FieldName(type: parent, field: name))
            if let derived = catalog.derived[parent] { mention(name, of: derived) }
            // A field derived from a list leads to its rows.
            if let list = catalog.derivedFields[parent]?[name]?.list {
                mentions.fields.insert(FieldName(type: parent, field: list))
                if let rows = type.fields?[list]?.type.name { mention(rows) }
            }
            let result = definition.type.name, place = path + [field.responseKey.value]
            mention(result)
            mentions.typeAt[ResponsePath(place.joined(separator: "."))] = result
            for argument in field.arguments {
                if let input = definition.arguments[argument.name.value] { value(argument.value, as: input.type.name) }
            }
            if let set = field.selectionSet { selections(set, on: result, at: place) }
        }

        private mutating func value(_ value: Value, as type: String) {
            mention(inputType: type)
            switch value {
            case .list(let items, _): for item in items { self.value(item, as: type) }
            case .object(let members, _):
                guard case .inputObject(let input)? = catalog.schema.type(type) else { return }
                for member in members {
                    if let derived = catalog.derived[type] { mention(member.name.value, of: derived) }
                    if let field = input.fields[member.name.value] { self.value(member.value, as: field.type.name) }
                }
            case .enumValue(let name): if let derived = catalog.derived[type] { mention(name.value, of: derived) }
            case .variable, .int, .float, .string, .boolean, .null: break
            }
        }

        private mutating func mention(_ type: String) {
            if catalog.types[type] != nil { mentions.types.insert(type) }
            if let derived = catalog.derived[type] { mentions.types.insert(derived.type) }
        }

        mutating func mention(inputType type: String) { mention(type) }

        /// A member of a derived type stands for a field.
        private mutating func mention(_ member: String, of derived: DerivedType) {
            let type = derived.type
            mentions.types.insert(type)
            guard let binding = catalog.types[type] else { return }
            if binding.fields[member] != nil {
                mentions.fields.insert(FieldName(type: type, field: member))
            } else if case .groupField = derived, let column = binding.groupColumn(member) {
                mentions.fields.insert(FieldName(type: type, field: column.field))
            }
        }
    }
}

extension DerivedType {
    fileprivate var type: String {
        switch self {
        case .filter(let type), .listFilter(let type), .order(let type), .aggregate(let type), .values(let type),
            .groupKey(let type), .groupField(let type):
            type
        }
    }
}
