import GraphQLLanguage
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoGateway
import PorticoProject
import PostgresMigrations

/// All checks of one run, in the order of the report. Failing checks name missing privileges.
struct HealthRun {
    enum Limits {
        /// Milliseconds of each statement of `config/health.yaml`. Guards against harmful checks.
        static let statement = 10_000
    }

    let configuration: HealthConfiguration
    let project: Project
    let api: API
    let database: Database
    /// `nil` if the project has none.
    let migrations: MigrationFolder?
    private(set) var report = HealthReport()
    private(set) var hasAllGrants = true

    /// Throws only if the connection is lost.
    mutating func run() throws(SQLFailure) {
        if let row = try database.rows("SELECT current_setting('server_version'), current_database(), current_user")
            .first
        {
            report.add(
                .connection, "PostgreSQL", passed: true, "\(row[0] ?? ""), database \(row[1] ?? "") as \(row[2] ?? "")")
        }
        try checkGrants()
        try checkMigrations()
        try StructureCheck(database).run(configuration, migrations, into: &report)
        for count in configuration.counts { try check(count) }
        for relation in configuration.relations { try check(relation) }
        checkThroughGateway()
    }

    // MARK: Grants

    private mutating func checkGrants() throws(SQLFailure) {
        var needs: [GrantCheck.Need] = []
        for name in api.catalog.types.keys.sorted() {
            guard let type = api.catalog.types[name] else { continue }
            needs.append(GrantCheck.Need(table: type.table, columns: columns(of: type), reader: "type \(name)"))
        }
        let authentication = project.configuration.authentication
        for (text, reader) in [
            (authentication.users?.table ?? "", "sign-in"), (authentication.tenants?.table ?? "", "sign-in"),
        ] where api.policy.signsIn && !text.isEmpty {
            let table = TableName(configured: text)
            if !needs.contains(where: { $0.table.name == table.name }) {
                needs.append(GrantCheck.Need(table: table, columns: [], reader: reader))
            }
        }
        if migrations != nil {
            needs.append(GrantCheck.Need(table: TableName(name: "_prisma_migrations"), columns: [], reader: "/readyz"))
        }
        let check = try GrantCheck(needs, on: database)
        hasAllGrants = check.findings.allSatisfy { $0.outcome == .passed }
        report.findings += check.findings
    }

    private func columns(of type: TypeBinding) -> [String] {
        var columns = Set(type.key.columns.map(\.column))
        for field in type.fields.values {
            switch field {
            case .column(let column): columns.insert(column.column)
            case .computed: continue
            case .relation(let relation): columns.formUnion(relation.locals.map(\.column))
            }
        }
        if case .column(let column) = type.isolation { columns.insert(column.column) }
        return columns.sorted()
    }

    // MARK: Migrations and rows

    private mutating func checkMigrations() throws(SQLFailure) {
        guard let migrations else { return }
        do throws(MigrationError) {
            let statuses = try MigrationLedger(database.connection).status(of: migrations)
            for status in statuses {
                switch status.state {
                case .applied, .missing: break
                case .pending:
                    report.add(.migrations, status.name, passed: false, "not applied", cures: ["portico migrate"])
                case .changed:
                    report.add(
                        .migrations, status.name, passed: false, "its file has changed since it was applied",
                        cures: ["put the file back, and make the change in a new migration"])
                case .failed:
                    report.add(
                        .migrations, status.name, passed: false, "it failed",
                        cures: ["portico migrate (it says what to do)"])
                }
            }
            let applied = statuses.count { if case .applied = $0.state { true } else { false } }
            report.add(
                .migrations, "applied", passed: applied == migrations.migrations.count,
                "\(applied) of \(migrations.migrations.count)")
        } catch {
            guard case .database(let failure) = error, !failure.sqlState.isEmpty else {
                throw SQLFailure(sqlState: "", message: error.description)
            }
            report.add(.migrations, unknown: "applied", reason(failure))
        }
    }

    private mutating func check(_ count: HealthConfiguration.Count) throws(SQLFailure) {
        guard let relation = try Relation.find(TableName(configured: count.name), on: database) else {
            return report.add(.counts, count.name, passed: false, "there is no such table")
        }
        do throws(SQLFailure) {
            let found = try database.rows("SELECT count(*) FROM \(relation.quoted)").first?[0].flatMap { Int($0) } ?? 0
            let passed = count.expected.holds(found)
            report.add(
                .counts, count.name, passed: passed,
                passed ? "\(found)" : "\(found), expected \(count.expected.description)")
        } catch {
            guard !error.sqlState.isEmpty else { throw error }
            report.add(.counts, unknown: count.name, reason(error))
        }
    }

    private mutating func check(_ relation: HealthConfiguration.Relation) throws(SQLFailure) {
        do throws(SQLFailure) {
            let rows = try database.rows(relation.sql, milliseconds: Limits.statement)
            let passed = relation.rows.holds(rows.count)
            let lines = rows.prefix(relation.show).map { row in row.map { $0 ?? "NULL" }.joined(separator: " · ") }
            let found =
                "\(rows.count) row\(rows.count == 1 ? "" : "s")"
                + (passed ? "" : ", expected \(relation.rows.description)")
            report.add(.relations, relation.name, passed: passed, found, lines: lines)
        } catch {
            guard !error.sqlState.isEmpty else { throw error }
            report.add(.relations, unknown: relation.name, reason(error))
        }
    }

    /// Why a check failed. Missing privileges are the likely reason, even for unknown objects.
    private func reason(_ failure: SQLFailure) -> String { reason(failure.message) }

    private func reason(_ message: String) -> String {
        "it cannot be looked at: \(message)" + (hasAllGrants ? "" : " (what is missing stands under Grants)")
    }

    // MARK: Through the gateway

    private mutating func checkThroughGateway() {
        guard !configuration.queries.isEmpty || !configuration.isolation.isEmpty else { return }
        do {
            let gateway = try LocalGateway(api, project)
            for query in configuration.queries { check(query, gateway) }
            for isolation in configuration.isolation { check(isolation, gateway) }
        } catch {
            report.add(.queries, unknown: "gateway", Self.sentence(error))
        }
    }

    private mutating func check(_ query: HealthConfiguration.Query, _ gateway: LocalGateway) {
        do {
            let (viewer, rules) = try gateway.viewer(query.user)
            let response = try gateway.respond(
                to: GraphQLRequest(query: Array(query.document.utf8), variables: query.variables), as: viewer, rules)
            let body = response.buffer.takeBytes()
            let answer = try parseJSON(body)
            if let message = answer["errors"]?.items.first?["message"]?.string {
                let detail = response.observation.failures.first
                let name = "\(query.name) (as \(query.user))"
                return hasAllGrants
                    ? report.add(.queries, name, passed: false, detail ?? message)
                    : report.add(.queries, unknown: name, reason(detail ?? message))
            }
            let data = answer["data"] ?? .null
            var lines: [String] = [], passed = true
            for object in query.objects {
                let found = Self.count(data, object.name.split(separator: ".").map(String.init)[...])
                let holds = object.expected.holds(found)
                passed = passed && holds
                lines.append("\(object.name): \(found)" + (holds ? "" : ", expected \(object.expected.description)"))
            }
            report.add(
                .queries, "\(query.name) (as \(query.user))", passed: passed,
                "\(response.observation.loads) loads, \(response.observation.rows) rows", lines: lines)
        } catch {
            report.add(.queries, unknown: "\(query.name) (as \(query.user))", reason(Self.sentence(error)))
        }
    }

    private mutating func check(_ isolation: HealthConfiguration.Isolation, _ gateway: LocalGateway) {
        let name = "\(isolation.user) sees nothing of \(isolation.foreignTenant)"
        do {
            let (viewer, rules) = try gateway.viewer(isolation.user)
            let probe = IsolationProbe(catalog: api.catalog, database: database, gateway: gateway)
            let findings = try probe.run(tenant: isolation.foreignTenant, as: viewer, rules)
            let leaks = findings.filter { !$0.seen.isEmpty }
            let asked = findings.reduce(0) { $0 + $1.asked }
            guard asked > 0 else {
                return report.add(
                    .isolation, unknown: name, "no type has a row of \(isolation.foreignTenant) to look for")
            }
            let own =
                try viewer.tenant.map {
                    try probe.run(tenant: $0.text, as: viewer, rules).reduce(0) { $0 + $1.seen.count }
                } ?? 0
            let found =
                leaks.isEmpty
                ? "\(asked) rows of \(findings.count) types asked for by their keys, none seen; of its own, \(own) seen"
                : "it sees rows of another tenant"
            report.add(
                .isolation, name, passed: leaks.isEmpty, found,
                lines: leaks.map { "\($0.type): \($0.seen.prefix(5).joined(separator: ", "))" })
        } catch {
            report.add(.isolation, unknown: name, reason(Self.sentence(error)))
        }
    }

    /// The objects at the end of a path of fields, through lists.
    private static func count(_ value: JSONValue, _ path: ArraySlice<String>) -> Int {
        switch value {
        case .array(let items): return items.reduce(0) { $0 + count($1, path) }
        case .object:
            guard let field = path.first else { return 1 }
            return value[field].map { count($0, path.dropFirst()) } ?? 0
        case .null: return 0
        case .bool, .number, .string: return path.isEmpty ? 1 : 0
        }
    }

    private static func sentence(_ error: any Error) -> String {
        let text = CommandFailure(anyOf: error)?.message ?? "\(error)"
        return text.split(separator: "\n").first.map(String.init) ?? text
    }
}
