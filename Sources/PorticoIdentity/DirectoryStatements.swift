import PorticoCatalog
import PorticoConfiguration
import PostgresSQL

/// The SQL that reads users and tenants: built once from configured names; values are parameters.
package struct DirectoryStatements: Sendable {
    /// Tenants of a subtree. Guards memory and statements' parameters.
    static let mostTenants = 100_000

    /// `$1` the user's id → role, tenant, status of the user, status of the tenant, the tenant's id
    /// if the tenant exists. A status without a column is `NULL`. Without a table of users, `$1` is
    /// a tenant's id, and the role is empty; `nil` if there is no table of tenants either.
    let user: Statement?
    /// `$1` an array of such ids → positions in it that a row answers, and ``user``'s columns.
    let users: Statement?
    /// `$1` a tenant's id → the ids of it and all below it, one more than ``mostTenants`` at most;
    /// `nil` without a hierarchy of tenants.
    let subtree: Statement?

    package init(users: UserTableColumns?, tenants: TenantTableColumns?) {
        func column(_ alias: String, _ name: String) -> String { "\(alias).\(quoteIdentifier(name))" }
        func status(_ alias: String, _ column: StatusColumn?) -> String {
            column.map { "\(alias).\(quoteIdentifier($0.column))::text" } ?? "NULL::text"
        }
        var text: String?, id = ""
        if let users {
            id = column("u", users.id)
            text = "\(column("u", users.role))::text, \(column("u", users.tenant))::text, \(status("u", users.status))"
            if let tenants {
                text? += ", \(status("t", tenants.status)), \(column("t", tenants.id))::text"
                text? +=
                    " FROM \(Self.table(users.table)) u LEFT JOIN \(Self.table(tenants.table)) t"
                    + " ON \(column("t", tenants.id)) = \(column("u", users.tenant))"
            } else {
                text? += ", NULL::text, NULL::text FROM \(Self.table(users.table)) u"
            }
        } else if let tenants {
            id = column("t", tenants.id)
            text =
                "''::text, \(id)::text, NULL::text, \(status("t", tenants.status)), \(id)::text"
                + " FROM \(Self.table(tenants.table)) t"
        }
        user = text.map { Statement(text: "SELECT " + $0 + " WHERE \(id) = $1 LIMIT 1", parameterTypes: [0]) }
        self.users = text.map { text in
            Statement(
                text: "SELECT array_positions($1, \(id))::text, " + text + " WHERE \(id) = ANY ($1)",
                parameterTypes: [0])
        }
        subtree = tenants.flatMap { tenants in
            tenants.parent.map { parent in
                let table = Self.table(tenants.table), id = quoteIdentifier(tenants.id),
                    parent = quoteIdentifier(parent)
                // Most tenants have none below them, but PostgreSQL expects the average of those
                // that do, and would scan the whole table to find none. The least parent that is
                // not before the tenant, read from one page of an index, first tells whether there
                // is anything to find.
                let hasAny =
                    "(SELECT n.\(parent) FROM \(table) n WHERE n.\(parent) >= $1 ORDER BY n.\(parent) LIMIT 1) = $1"
                // UNION, not UNION ALL: terminates on cycles of parents.
                let text =
                    "WITH RECURSIVE below (id) AS (SELECT t.\(id) FROM \(table) t WHERE t.\(id) = $1"
                    + " UNION SELECT c.\(id) FROM \(table) c JOIN below b ON c.\(parent) = b.id WHERE \(hasAny))"
                    + " SELECT id::text FROM below LIMIT \(Self.mostTenants + 1)"
                return Statement(text: text, parameterTypes: [0])
            }
        }
    }

    /// `app.users` names a table of a schema; a name that contains a dot cannot be written.
    private static func table(_ name: String) -> String { TableName(configured: name).quoted }
}
