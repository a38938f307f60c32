import Diagnostics
import GraphQLLanguage

/// Section 3.3.1, Root Operation Types.
extension SchemaCheck {
    mutating func rootTypes() {
        guard let schema = draft.schema else {
            defaultRootTypes()
            return
        }
        var kinds: [OperationKind: OperationTypeDefinition] = [:]
        var users: [String: OperationKind] = [:]
        for operation in schema.operationTypes {
            if let first = kinds[operation.kind] {
                problems.addRepeated(
                    "The root type of \(operation.kind.plural) is stated more than once.", at: operation.range,
                    first: first.range)
                continue
            }
            kinds[operation.kind] = operation
            let name = operation.type.value
            switch form(name) {
            case .object?: break
            case nil:
                unknownType(operation.type) { $0 == .object }
                continue
            case .some(let form):
                problems.add(
                    "The root type of \(operation.kind.plural) must be an object, but \"\(name)\" is \(form.withArticle).",
                    at: operation.type.range)
                continue
            }
            if let other = users[name] {
                problems.add(
                    "Type \"\(name)\" cannot be the root of both \(other.plural) and \(operation.kind.plural).",
                    at: operation.type.range)
            }
            users[name] = operation.kind
        }
        if kinds[.query] == nil {
            problems.add(
                "The schema definition states no root type of queries.", at: schema.range,
                hint: "Write \"schema { query: … }\".")
        }
    }

    /// Without a schema definition, types named Query, Mutation and Subscription are the roots.
    private mutating func defaultRootTypes() {
        for kind in OperationKind.allCases {
            guard let type = draft.types[kind.defaultTypeName] else { continue }
            if type.form != .object {
                problems.add(
                    "The root type of \(kind.plural) must be an object, but \"\(type.name.value)\" is \(type.form.withArticle).",
                    at: type.name.range)
            }
        }
        if draft.types[OperationKind.query.defaultTypeName] == nil {
            problems.add(
                "The schema has no root type of queries.", at: .none,
                hint: "Define a type \"Query\", or state another with \"schema { query: … }\".")
        }
    }
}

extension OperationKind {
    var plural: String {
        switch self {
        case .query: "queries"
        case .mutation: "mutations"
        case .subscription: "subscriptions"
        }
    }

    /// Section 3.3.1, Default Root Operation Type Names.
    var defaultTypeName: String {
        switch self {
        case .query: "Query"
        case .mutation: "Mutation"
        case .subscription: "Subscription"
        }
    }
}
