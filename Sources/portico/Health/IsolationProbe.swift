import GraphQLSchema
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoGateway
import PostgresMigrations
import PostgresSQL

/// Asks the gateway, as one user, for the rows of a tenant by their own keys, type by type: what
/// comes back should not have.
struct IsolationProbe {
    enum Limits {
        /// Keys of each type that are asked for. Stands against a database of millions of rows.
        static let keys = 100
    }

    struct Finding: Equatable {
        var type: String
        /// Rows of the tenant that were asked for.
        var asked: Int
        /// The keys that came back.
        var seen: [String]
    }

    let catalog: Catalog
    let database: Database
    let gateway: LocalGateway

    /// One finding for each type whose rows belong to a tenant and of which the viewer's schema has
    /// a list. Throws where the gateway gave no answer.
    func run(tenant: String, as viewer: Viewer, _ rules: RuleSet) throws -> [Finding] {
        var findings: [Finding] = []
        for (field, root) in catalog.root.sorted(by: { $0.key < $1.key }) {
            guard case .list(let name) = root, let type = catalog.types[name] else { continue }
            let keys = try keys(of: type, tenant: tenant)
            guard !keys.isEmpty else { continue }
            let isVisible =
                rules.schema.queryType.fields[field] != nil
                && rules.types[name]?.fields.contains(type.key.field) == true
            let seen = isVisible ? try ask(field, type, keys, viewer, rules) : []
            findings.append(Finding(type: name, asked: keys.count, seen: seen))
        }
        return findings
    }

    private func ask(
        _ field: String, _ type: TypeBinding, _ keys: [String], _ viewer: Viewer, _ rules: RuleSet
    ) throws -> [String] {
        guard case .object(let object)? = rules.schema.type(type.name), let key = object.fields[type.key.field] else {
            return []
        }
        let scalar = key.type.name
        let first = min(keys.count, rules.limits[.first])
        var seen: [String] = []
        var start = 0
        while start < keys.count, first > 0 {
            let part = keys[start..<min(start + first, keys.count)]
            start += first
            let query =
                "query Isolation($keys: [\(scalar)!]!) { rows: \(field)(where: {\(key.name): {in: $keys}}, first: \(first)) { key: \(key.name) } }"
            let values = part.map { scalar == "Int" ? JSONValue.number($0) : .string($0) }
            let request = GraphQLRequest(
                query: Array(query.utf8), variables: [JSONMember(key: "keys", value: .array(values))])
            let response = try gateway.respond(to: request, as: viewer, rules)
            let body = response.buffer.takeBytes()
            guard case .data = response.outcome, let answer = try? parseJSON(body),
                case .array(let rows)? = answer["data"]?["rows"], answer["errors"] == nil
            else {
                let reason = response.observation.failures.first ?? String(decoding: body.prefix(400), as: UTF8.self)
                throw CommandFailure.notInOrder("the gateway gave no answer for \(field): \(reason)")
            }
            for row in rows { if case .string(let key)? = row["key"] { seen.append(key) } }
        }
        return seen
    }

    /// The keys of rows that belong to the tenant, found by the isolation path of the type, without
    /// the gateway.
    private func keys(of type: TypeBinding, tenant: String) throws(SQLFailure) -> [String] {
        var text = "SELECT t0.\(quoteIdentifier(type.key.column))::text FROM \(type.table.quoted) t0"
        let owner: String
        switch type.isolation {
        case .none, .unstated: return []
        case .column(let column): owner = "t0.\(quoteIdentifier(column.column))"
        case .path(let relations, let column):
            for (index, relation) in relations.enumerated() {
                guard let target = catalog.types[relation.target] else { return [] }
                text +=
                    " JOIN \(target.table.quoted) t\(index + 1) ON t\(index + 1).\(quoteIdentifier(relation.remote.column)) = t\(index).\(quoteIdentifier(relation.local.column))"
            }
            owner = "t\(relations.count).\(quoteIdentifier(column.column))"
        }
        return try database.rows("\(text) WHERE \(owner)::text = $1 ORDER BY 1 LIMIT \(Limits.keys)", [tenant])
            .compactMap { $0[0] }
    }
}
