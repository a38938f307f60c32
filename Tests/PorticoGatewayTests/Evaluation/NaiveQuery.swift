import JSONBytes

/// A query as data: written out for the gateway, and evaluated here.
struct NaiveQuery {
    var root: [NaiveSelection]
    /// Filters that are sent as variables, with their types.
    var variables: [(name: String, type: String, value: JSONValue)] = []

    var text: String {
        let declared = variables.map { "$\($0.name): \($0.type)" }.joined(separator: ", ")
        return "query\(declared.isEmpty ? "" : "(\(declared))") { \(root.map(\.text).joined(separator: " ")) }"
    }

    var variablesText: String { JSONValue.object(variables.map { JSONMember(key: $0.name, value: $0.value) }).compact }
}

indirect enum NaiveSelection {
    case typename(key: String)
    case scalar(key: String, field: NaiveModel.Field)
    /// `ticket(id:)`
    case getter(key: String, type: String, id: String, [NaiveSelection])
    case viewer(key: String, [NaiveSelection])
    case one(key: String, NaiveModel.Relation, [NaiveSelection])
    /// Of the query root where there is no relation.
    case list(key: String, NaiveModel.Relation?, type: String, NaiveArguments, [NaiveSelection])
    case page(key: String, NaiveModel.Relation?, type: String, NaiveArguments, [NaivePagePart])
    case totals(key: String, NaiveModel.Relation?, type: String, NaiveArguments, [NaiveTotal])

    var key: String {
        switch self {
        case .typename(let key), .scalar(let key, _), .getter(let key, _, _, _), .viewer(let key, _),
            .one(let key, _, _), .list(let key, _, _, _, _), .page(let key, _, _, _, _),
            .totals(let key, _, _, _, _):
            key
        }
    }

    var text: String {
        switch self {
        case .typename(let key): named(key, "__typename")
        case .scalar(let key, let field): named(key, field.name)
        case .getter(let key, let type, let id, let inner):
            "\(named(key, NaiveModel.entity(type).getter))(id: \(JSONValue.string(id).compact)) \(Self.block(inner))"
        case .viewer(let key, let inner): "\(named(key, "viewer")) \(Self.block(inner))"
        case .one(let key, let relation, let inner): "\(named(key, relation.name)) \(Self.block(inner))"
        case .list(let key, let relation, let type, let arguments, let inner):
            "\(named(key, list(relation, type)))\(arguments.text) \(Self.block(inner))"
        case .page(let key, let relation, let type, let arguments, let parts):
            "\(named(key, list(relation, type) + "Connection"))\(arguments.text) { \(parts.map(\.text).joined(separator: " ")) }"
        case .totals(let key, let relation, let type, let arguments, let parts):
            "\(named(key, list(relation, type) + "Aggregate"))\(arguments.text) { \(parts.map(\.text).joined(separator: " ")) }"
        }
    }

    static func block(_ inner: [NaiveSelection]) -> String { "{ \(inner.map(\.text).joined(separator: " ")) }" }
    private func named(_ key: String, _ name: String) -> String { key == name ? name : "\(key): \(name)" }
    private func list(_ relation: NaiveModel.Relation?, _ type: String) -> String {
        relation?.name ?? NaiveModel.entity(type).list
    }
}

struct NaiveArguments {
    var filter: NaiveCondition?
    /// The variable that the filter is sent in.
    var variable: String?
    var order: [(field: String, direction: String)] = []
    var first: Int?
    var last: Int?
    var offset: Int?

    var text: String {
        var parts: [String] = []
        if let variable {
            parts.append("where: $\(variable)")
        } else if let filter {
            parts.append("where: \(filter.graphQL)")
        }
        if !order.isEmpty {
            parts.append("orderBy: [\(order.map { "{\($0.field): \($0.direction)}" }.joined(separator: ", "))]")
        }
        if let first { parts.append("first: \(first)") }
        if let last { parts.append("last: \(last)") }
        if let offset { parts.append("offset: \(offset)") }
        return parts.isEmpty ? "" : "(\(parts.joined(separator: ", ")))"
    }
}

enum NaivePagePart {
    case total
    case nodes([NaiveSelection])
    case edges([NaiveSelection])
    case info

    var text: String {
        switch self {
        case .total: "totalCount"
        case .nodes(let inner): "nodes \(NaiveSelection.block(inner))"
        case .edges(let inner): "edges { node \(NaiveSelection.block(inner)) }"
        case .info: "pageInfo { hasNextPage hasPreviousPage }"
        }
    }
}

/// A part of an aggregate, or of a group.
indirect enum NaiveTotal {
    case count
    case least([NaiveModel.Field])
    case greatest([NaiveModel.Field])
    case sum([NaiveModel.Field])
    case average([NaiveModel.Field])
    case groups([NaiveGroupKey], first: Int?, shown: [NaiveModel.Field], [NaiveTotal])

    var text: String {
        func block(_ fields: [NaiveModel.Field]) -> String { "{ \(fields.map(\.name).joined(separator: " ")) }" }
        switch self {
        case .count: return "count"
        case .least(let fields): return "min \(block(fields))"
        case .greatest(let fields): return "max \(block(fields))"
        case .sum(let fields): return "sum \(block(fields))"
        case .average(let fields): return "avg \(block(fields))"
        case .groups(let keys, let first, let shown, let parts):
            let arguments = "keys: [\(keys.map(\.text).joined(separator: ", "))]\(first.map { ", first: \($0)" } ?? "")"
            return "groupBy(\(arguments)) { key \(block(shown)) \(parts.map(\.text).joined(separator: " ")) }"
        }
    }
}

struct NaiveGroupKey: Hashable {
    var field: NaiveModel.Field
    var per: String?

    var text: String { "{field: \(field.groupName)\(per.map { ", per: \($0)" } ?? "")}" }

    func value(_ row: NaiveWorld.Row) -> NaiveValue {
        if let per, case .time(let time) = row[field.name] { return .time(NaiveValue.truncated(time, to: per)) }
        return row[field.name]
    }
}
