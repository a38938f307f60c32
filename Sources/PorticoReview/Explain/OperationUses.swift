import Diagnostics
import ExactText
import GraphQLLanguage
import GraphQLSchema
import GraphQLValidation
import JSONBytes
import PorticoCatalog

/// Every use of what rules govern in an operation: fields that it selects, filters, orders and
/// groups by, each with its place.
///
/// Directives are ignored: a field under `@skip` is refused like any other.
struct OperationUses {
    enum Place: String, Sendable { case selection = "select", filter = "where", order = "orderBy", group = "groupBy" }

    /// What a rule decides.
    enum Subject: Hashable {
        case field(type: String, field: String)
        /// A list, or a field derived from it.
        case type(String)
        case viewer(type: String)
        /// `node`: any type that has a global id.
        case anyNode
        /// A fixed value, visible to all.
        case constant
    }

    struct Use {
        var path: String
        var place: Place
        var range: SourceRange
        var subject: Subject
    }

    /// A list without an order of its own.
    struct UnorderedList {
        var path: String
        var range: SourceRange
        var type: String
    }

    /// Uses that are listed. Guards against nested fragments that expand to millions of fields.
    static let maximum = 5_000

    private let catalog: Catalog
    private let operation: ValidatedOperation
    private var variables: [ExactString: GivenValue] = [:]
    private(set) var uses: [Use] = []
    private(set) var unorderedLists: [UnorderedList] = []
    /// The types whose rows are requested or tested, in the order of their first mention.
    private(set) var types: [String] = []
    /// Variables in filters and orders without a value, whose field names are unknown.
    private(set) var missingVariables: [String] = []

    var isCut: Bool { uses.count >= Self.maximum }

    init(_ operation: ValidatedOperation, variables given: [JSONMember], catalog: Catalog) {
        self.operation = operation
        self.catalog = catalog
        for definition in operation.operation.variables {
            if let value = definition.defaultValue {
                variables[definition.name.value] = GivenValue(value, variables: [:])
            }
        }
        for member in given { variables[member.key] = GivenValue(member.value) }
        walk([operation.operation.selectionSet], on: operation.rootType.name, path: "")
    }

    // MARK: Selections

    /// The nodes of one response name on one type.
    private struct Merged {
        var type: String
        var nodes: [Field]
    }

    /// It recurses as deep as fields are nested, which validation bounds.
    private mutating func walk(_ sets: [SelectionSet], on type: String, path: String) {
        var merged: [Merged] = [], visited: Set<String> = []
        for set in sets { collect(set, on: type, into: &merged, &visited) }
        for field in merged where !isCut {
            let first = field.nodes[0], name = first.name.value
            guard !name.hasPrefix("__"), let parent = operation.schema.type(field.type),
                let definition = operation.schema.field(name, of: parent)
            else { continue }
            let path = path.isEmpty ? first.responseKey.value : "\(path).\(first.responseKey.value)"
            let subject = subject(name, of: field.type)
            if let subject { add(Use(path: path, place: .selection, range: first.range, subject: subject)) }
            note(argumentsOf: first, definition, path: path, subject)
            walk(field.nodes.compactMap(\.selectionSet), on: definition.type.name, path: path)
        }
    }

    private func collect(
        _ set: SelectionSet, on type: String, into merged: inout [Merged], _ visited: inout Set<String>
    ) {
        for selection in set.selections {
            switch selection {
            case .field(let field):
                if let known = merged.firstIndex(where: {
                    $0.type == type && $0.nodes[0].responseKey.value == field.responseKey.value
                }) {
                    merged[known].nodes.append(field)
                } else {
                    merged.append(Merged(type: type, nodes: [field]))
                }
            case .fragmentSpread(let spread):
                guard visited.insert(spread.name.value).inserted, let fragment = operation.fragments[spread.name.value]
                else { continue }
                collect(fragment.selectionSet, on: fragment.typeCondition.value, into: &merged, &visited)
            case .inlineFragment(let fragment):
                collect(fragment.selectionSet, on: fragment.typeCondition?.value ?? type, into: &merged, &visited)
            }
        }
    }

    private mutating func add(_ use: Use) {
        uses.append(use)
        switch use.subject {
        case .field(let type, let field):
            note(type)
            if let relation = catalog.types[type]?.relation(field) { note(relation.target) }
        case .type(let type), .viewer(let type): note(type)
        case .anyNode, .constant: break
        }
    }

    private mutating func note(_ type: String) { if !types.contains(type) { types.append(type) } }

    /// `nil` for a part of the enclosing field, such as `pageInfo`, which has no rule of its own.
    private func subject(_ field: String, of type: String) -> Subject? {
        let list = catalog.derivedFields[type]?[field]?.list ?? field
        if type == operation.schema.queryType.name {
            return switch catalog.root[list] {
            case .constant?: .constant
            case .viewer(let type)?: .viewer(type: type)
            case .getter(let type, let arguments)?: arguments.first.map { .field(type: type, field: $0.name) }
            case .list(let type)?: .type(type)
            case .node?: .anyNode
            case nil: nil
            }
        }
        if let binding = catalog.types[type] {
            if binding.fields[list] != nil { return .field(type: type, field: list) }
            return field == catalog.nodeField
                ? catalog.nodeKeys[type].map { .field(type: type, field: $0.first.field) } : nil
        }
        if case .values(let source)? = catalog.derived[type], catalog.types[source]?.fields[field] != nil {
            return .field(type: source, field: field)
        }
        return nil
    }

    // MARK: Arguments

    private mutating func note(argumentsOf field: Field, _ definition: FieldType, path: String, _ subject: Subject?) {
        var isOrdered = false
        for argument in field.arguments {
            guard let input = definition.arguments[argument.name.value] else { continue }
            let value = GivenValue(argument.value, variables: variables), before = uses.count
            note(value, of: input.type.name, path: "\(path)(\(argument.name.value): ", name: "")
            if argument.name.value == "orderBy", uses.count > before { isOrdered = true }
        }
        guard !isOrdered, definition.arguments["orderBy"] != nil, let type = listed(subject) else { return }
        unorderedLists.append(UnorderedList(path: path, range: field.range, type: type))
    }

    private func listed(_ subject: Subject?) -> String? {
        switch subject {
        case .type(let type)?: type
        case .field(let type, let field)?: catalog.types[type]?.relation(field)?.target
        case .viewer?, .anyNode?, .constant?, nil: nil
        }
    }

    /// It recurses as deep as the value is nested.
    private mutating func note(_ value: GivenValue, of type: String, path: String, name: String) {
        switch value {
        case .other: return
        case .missing(let variable):
            guard speaksOfFields(type), !missingVariables.contains(variable) else { return }
            missingVariables.append(variable)
        case .list(let items): for item in items where !isCut { note(item, of: type, path: path, name: name) }
        case .text(let text, let range):
            guard case .groupField(let source)? = catalog.derived[type],
                let column = catalog.types[source]?.groupColumn(text)
            else { return }
            add(
                Use(
                    path: "\(path)\(text))", place: .group, range: range,
                    subject: .field(type: source, field: column.field)))
        case .object(let members):
            guard case .inputObject(let input)? = operation.schema.type(type) else { return }
            for member in members where !isCut {
                guard let field = input.fields[member.name] else { continue }
                let isCombination = ["and", "or", "not"].contains(member.name)
                let name = name.isEmpty ? member.name : "\(name).\(member.name)"
                func add(_ place: Place, _ source: String) {
                    let subject = Subject.field(type: source, field: member.name)
                    self.add(Use(path: "\(path)\(name))", place: place, range: member.range, subject: subject))
                }
                switch catalog.derived[type] {
                case .filter(let source)? where !isCombination: add(.filter, source)
                case .order(let source)?: add(.order, source)
                default: break
                }
                note(member.value, of: field.type.name, path: path, name: name)
            }
        }
    }

    private func speaksOfFields(_ type: String) -> Bool {
        switch catalog.derived[type] {
        case .filter?, .listFilter?, .order?, .groupKey?, .groupField?: true
        case .aggregate?, .values?, nil: false
        }
    }
}
