import Diagnostics
import ExactText
import PorticoCatalog
import PorticoConfiguration
import PostgresMigrations
import PostgresSQL

extension API {
    /// Verifies that a tenant named on the command line exists, as a file under
    /// `config/access/tenants/` or as a row of the database.
    ///
    /// Otherwise a mistyped tenant would get the role's rules, which looks like an answer.
    /// - Throws: Wrong usage with a suggestion, and where the tenant was searched.
    package func requireTenant(_ tenant: String, _ project: Project) throws(CommandFailure) {
        let named = policy.tenants.map(\.text)
        if policy.tenants.contains(ExactString(tenant)) { return }
        // Without tables of users and tenants, only tokens define the tenants.
        guard let directory = TenantDirectory(project.configuration.authentication) else { return }
        let rows: [String], place: String
        do throws(CommandFailure) {
            let database = try project.connect()
            if try directory.has(tenant, database) { return }
            rows = try directory.some(database)
            let table = directory.table.quoted
            place = "no file in config/access/tenants/ names it, and no row of \(table) in the database does"
        } catch {
            rows = []
            place = "no file in config/access/tenants/ names it, and the database could not be asked: \(error.message)"
        }
        let known = Set(exact: named + rows).map(\.text).sorted()
        let hint =
            didYouMean(suggestion(for: tenant, among: known))
            ?? "A tenant without a file of its own has the rules of the role: leave --tenant out to see those."
        let end = place.hasSuffix(".") ? "" : "."
        throw .wrongUsage("the tenant \"\(tenant)\" is not known: \(place)\(end) \(hint)")
    }
}

/// Where the database defines tenants: the tenants' table, or else the users' column.
private struct TenantDirectory {
    enum Limits {
        /// Milliseconds for one query. Guards against a busy database.
        static let patience = 10_000
        /// Tenants among which a similar name is searched: as many as a suggestion takes.
        static let suggested = 1_000
    }

    let table: TableName
    private let column: String

    /// `nil` if there is neither.
    init?(_ authentication: AuthenticationConfiguration) {
        let stated =
            authentication.tenants.map { ($0.table, $0.id) } ?? authentication.users.map { ($0.table, $0.tenant) }
        guard let (table, column) = stated else { return nil }
        self.table = TableName(configured: table)
        self.column = quoteIdentifier(column)
    }

    func has(_ tenant: String, _ database: Database) throws(CommandFailure) -> Bool {
        try !ask("SELECT FROM \(table.quoted) WHERE \(column)::text = $1 LIMIT 1", [tenant], database).isEmpty
    }

    func some(_ database: Database) throws(CommandFailure) -> [String] {
        let list = "SELECT DISTINCT \(column)::text FROM \(table.quoted)"
        return try ask("\(list) WHERE \(column) IS NOT NULL LIMIT \(Limits.suggested)", [], database).compactMap {
            $0[0]
        }
    }

    private func ask(
        _ text: String, _ parameters: [String?], _ database: Database
    ) throws(CommandFailure) -> [[String?]] {
        do throws(SQLFailure) {
            return try database.rows(text, parameters, milliseconds: Limits.patience)
        } catch {
            throw CommandFailure(error)
        }
    }
}
