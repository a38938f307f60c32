import GraphQLSchema
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoGateway
import PorticoProject
import PostgresMigrations
import PostgresSQL

/// Queries the gateway as one user for a foreign tenant's rows by key: none may come back.
struct IsolationProbe {
    enum Limits {
        /// Keys queried for each type. Guards against a database of millions of rows.
        static let keys = 100
    }

    struct Finding: Equatable {
        var type: String
        /// Number of the tenant's rows that were queried.
        var asked: Int
        /// The keys that came back.
        var seen: [String]
    }

    let catalog: Catalog
    let database: Database
    let gateway: LocalGateway

    /// One finding for each type whose rows belong to a tenant and for which the viewer's schema
    /// has a list. Throws if the gateway gave no answer.
    func run(tenant: String, as viewer: Viewer, _ rules: CompiledPolicy) throws -> [Finding] {
        var findings: [Finding] = []
        for (field, root) in catalog.root.sorted(by: { $0.key < $1.key }) {
            guard case .list(let name) = root, let type = catalog.types[name] else { continue }
            let keys = try keys(of: type, tenant: tenant)
            guard !keys.isEmpty else { continue }
            let isVisible =
                rules.schema.queryType.fields[field] != nil
                && type.key.columns.allSatisfy { rules.types[name]?.fields.contains($0.field) == true }
            let seen = isVisible ? try ask(field, type, keys, viewer, rules) : []
            findings.append(Finding(type: name, asked: keys.count, seen: seen))
        }
        return findings
    }

    private func ask(
        _ field: String, _ type: TypeBinding, _ keys: [[String]], _ viewer: Viewer, _ rules: CompiledPolicy
    ) throws -> [String] {
        guard case .object(let object)? = rules.schema.type(type.name) else { return [] }
        let fields = type.key.columns.compactMap { object.fields[$0.field] }
        let first = min(keys.count, rules.limits[.first])
        var seen: [String] = []
        var start = 0
        while start < keys.count, first > 0 {
            let part = keys[start..<min(start + first, keys.count)]
            start += first
            let names = fields.map(\.name).joined(separator: " ")
            let query =
                "query Isolation($rows: \(type.name)Filter!) { rows: \(field)(where: $rows, first: \(first)) { \(names) } }"
            let request = GraphQLRequest(
                query: Array(query.utf8), variables: [JSONMember(key: "rows", value: Self.filter(fields, Array(part)))])
            let response = try gateway.respond(to: request, as: viewer, rules)
            let body = response.buffer.takeBytes()
            guard case .data = response.outcome, let answer = try? parseJSON(body),
                case .array(let rows)? = answer["data"]?["rows"], answer["errors"] == nil
            else {
                let reason = response.observation.failures.first ?? String(decoding: body.prefix(400), as: UTF8.self)
                throw CommandFailure.notInOrder("the gateway gave no answer for \(field): \(reason)")
            }
            for row in rows { seen.append(fields.map { row[$0.name]?.string ?? "" }.joined(separator: ", ")) }
        }
        return seen
    }

    /// The rows with these keys.
    private static func filter(_ fields: [FieldType], _ keys: [[String]]) -> JSONValue {
        func operand(_ field: FieldType, _ text: String) -> JSONValue {
            field.type.name == "Int" ? .number(text) : .string(text)
        }
        func test(_ field: FieldType, _ operation: String, _ value: JSONValue) -> JSONMember {
            JSONMember(key: field.name, value: .object([JSONMember(key: operation, value: value)]))
        }
        if fields.count == 1 { return .object([test(fields[0], "in", .array(keys.map { operand(fields[0], $0[0]) }))]) }
        let rows = keys.map { key in JSONValue.object(zip(fields, key).map { test($0, "eq", operand($0, $1)) }) }
        return .object([JSONMember(key: "or", value: .array(rows))])
    }

    /// The keys of the tenant's rows, found by the type's isolation path without the gateway.
    private func keys(of type: TypeBinding, tenant: String) throws(SQLFailure) -> [[String]] {
        let columns = type.key.columns.map { "t0.\(quoteIdentifier($0.column))::text" }.joined(separator: ", ")
        var text = "SELECT \(columns) FROM \(type.table.quoted) t0"
        let owner: String
        switch type.isolation {
        case .none, .unstated: return []
        case .column(let column): owner = "t0.\(quoteIdentifier(column.column))"
        case .path(let relations, let column):
            for (index, relation) in relations.enumerated() {
                guard let target = catalog.types[relation.target] else { return [] }
                let ties = relation.pairs.map {
                    "t\(index + 1).\(quoteIdentifier($0.remote.column)) = t\(index).\(quoteIdentifier($0.local.column))"
                }
                text += " JOIN \(target.table.quoted) t\(index + 1) ON \(ties.joined(separator: " AND "))"
            }
            owner = "t\(relations.count).\(quoteIdentifier(column.column))"
        }
        return try database.rows("\(text) WHERE \(owner)::text = $1 ORDER BY 1 LIMIT \(Limits.keys)", [tenant])
            .map { $0.compactMap(\.self) }
    }
}
