import Diagnostics
import GraphQLLanguage
import GraphQLSchema
import GraphQLValidation
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import PostgresSQL

/// Whether indexes find the remaining rows: asks PostgreSQL's planner about each narrowed type.
struct RowSupport {
    let subjects: LintSubjects
    let catalog: Catalog

    /// At the `rows` of the role, and of each tenant's file that adds some.
    func findings(_ database: any LintDatabase, tenants: [SourceText]) throws -> [LintFinding] {
        var found: [LintFinding] = []
        if let tree = subjects.roles {
            for read in tree.reads {
                guard let rows = read["rows"], let rules = subjects.policy.widestRules(role: read.role.text) else {
                    continue
                }
                found += try finding(rules, read.type, read.role.text, tree.source.name, rows.keyRange, database)
            }
        }
        for source in tenants {
            guard let tree = RuleTree(source, isOfTenant: true, catalog: catalog) else { continue }
            for read in tree.reads {
                guard let rows = read["rows"],
                    case .rules(let rules) = subjects.policy.rules(role: read.role.text, tenant: source.stem)
                else { continue }
                found += try finding(rules, read.type, read.role.text, source.name, rows.keyRange, database)
            }
        }
        return found
    }

    private func finding(
        _ rules: CompiledPolicy, _ type: TypeBinding, _ role: String, _ file: String, _ range: SourceRange,
        _ database: any LintDatabase
    ) throws -> [LintFinding] {
        guard let load = try list(of: type, rules) else { return [] }
        let answer = try database.explain(load.sql, load.parameters.map(Self.sample))
        let tables = Self.scanned(try parseJSON(Array(answer.utf8)))
        guard !tables.isEmpty else { return [] }
        let message =
            "No index finds the rows of \(type.name) that \(role) may see: PostgreSQL reads all of \(tables.sorted().joined(separator: " and ")) for a list of them."
        return [
            LintFinding(
                .unsupportedRows, message, file: file, range: range,
                hint: "Make an index on what the condition compares, or narrow by a column that has one.")
        ]
    }

    /// The load of a bare list of the type; `nil` if the root has none for these viewers.
    private func list(of type: TypeBinding, _ rules: CompiledPolicy) throws -> Load? {
        let field = rules.schema.queryType.fields.first {
            if case .list(type.name)? = catalog.root[$0.name] { true } else { false }
        }
        guard let field else { return nil }
        let source = SourceText(name: "", "{ \(field.name) { __typename } }")
        let operation = try Validator(schema: rules.schema).operation(
            try parse(source, allow: .executable), source: source, named: nil)
        let scope: TenantScope =
            switch rules.reach {
            case .tenant: .one
            case .subtree: .several
            case .crossTenant: .all
            }
        return try Planner(catalog: catalog, rules: rules, scope: scope).plan(
            operation, shapes: VariableShapes(operation, byValue: false), variables: .none
        ).loads.first
    }

    // MARK: Parameters

    /// A valid value for the parameter.
    private static func sample(_ source: ParameterSource) -> String? {
        switch source {
        case .constant(.text(let bytes)), .rule(.text(let bytes)): String(decoding: bytes, as: UTF8.self)
        case .tenant(let column): sample(column)
        case .nodeKey(_, _, let columns, let part): sample(columns[part])
        case .tenants(let column): "{\(sample(column))}"
        case .viewer(_, let form), .variable(_, let form), .elements(_, let form):
            form.isList ? "{\(sample(form.column))}" : sample(form.column)
        case .now: "2025-01-01T00:00:00Z"
        case .first, .rowsLeft, .rows: "50"
        case .offset: "0"
        case .constant, .rule, .keys, .cursor: nil
        }
    }

    private static func sample(_ column: ColumnType) -> String {
        switch column {
        case .int2, .int4, .int8, .float4, .float8, .numeric: "1"
        case .uuid: "00000000-0000-0000-0000-000000000000"
        case .bool: "true"
        case .timestamptz, .timestamp: "2025-01-01T00:00:00Z"
        case .date: "2025-01-01"
        case .json, .jsonb: "{}"
        case .enum(let binding): binding.values.first?.label ?? ""
        case .array: "{}"
        case .text, .varchar, .bpchar, .citext: "x"
        }
    }

    // MARK: The plan

    /// The tables that a plan scans completely: sequentially, or by an index without a condition.
    private static func scanned(_ plan: JSONValue) -> Set<String> {
        switch plan {
        case .array(let items): return items.reduce(into: []) { $0.formUnion(scanned($1)) }
        case .object(let members):
            var tables = members.reduce(into: Set<String>()) { found, member in
                if member.key == "Plan" || member.key == "Plans" { found.formUnion(scanned(member.value)) }
            }
            if case .string(let kind)? = plan["Node Type"], case .string(let table)? = plan["Relation Name"] {
                if kind == "Seq Scan" || ["Index Scan", "Index Only Scan"].contains(kind) && plan["Index Cond"] == nil {
                    tables.insert(table)
                }
            }
            return tables
        case .null, .bool, .number, .string: return []
        }
    }
}
