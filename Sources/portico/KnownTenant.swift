import Diagnostics
import ExactText
import PorticoCatalog
import PorticoServer
import PostgresMigrations
import PostgresSQL

extension API {
    /// Makes sure that a tenant named on the command line exists: a file under
    /// `config/access/tenants/` names it, or a row of the database does.
    ///
    /// Without this, a mistyped tenant would be shown the role's rules as they are, which looks
    /// like an answer.
    /// - Throws: Wrong usage with a did-you-mean, which also says where the tenant was looked for.
    func requireTenant(_ tenant: String, _ project: Project) throws(CommandFailure) {
        let named = policy.tenants.map(\.text)
        if policy.tenants.contains(ExactString(tenant)) { return }
        // Without tables of users and tenants a token alone says which tenants there are.
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

/// Where the database says which tenants there are: the tenants' table, or else the users' column.
private struct TenantDirectory {
    enum Limits {
        /// Milliseconds for one question. Stands against a database that is busy with other things.
        static let patience = 10_000
        /// Tenants among which a similar name is looked for: as many as a suggestion takes.
        static let suggested = 1_000
    }

    let table: TableName
    private let column: String

    /// `nil` where there is neither.
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
            return try database.readOnly(milliseconds: Limits.patience) { () throws(SQLFailure) in
                try database.rows(text, parameters)
            }
        } catch {
            throw CommandFailure(error)
        }
    }
}
