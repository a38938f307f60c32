import PorticoCatalog
import PorticoConfiguration
import PorticoProject
import PorticoServer
import PostgresMigrations
import PostgresSQL

/// The users of the development database, for whom tokens are printed.
enum DevUsers {
    struct User: Equatable {
        var id: String
        var role: String
        var tenant: String?
    }

    enum Found: Equatable {
        case all([User])
        /// More than requested: their number.
        case tooMany(Int)
        /// The table or columns of it are missing: PostgreSQL's message.
        case noTable(String)
    }

    /// The active users of the configured table, by id.
    static func read(_ table: UserTableColumns, on database: Database, atMost limit: Int) throws(SQLFailure) -> Found {
        do throws(SQLFailure) {
            return try found(table, on: database, atMost: limit)
        } catch {
            // Undefined tables, columns and schemas: a project without sign-in needs none of them.
            guard ["42P01", "42703", "3F000"].contains(error.sqlState) else { throw error }
            return .noTable(error.message)
        }
    }

    private static func found(
        _ table: UserTableColumns, on database: Database, atMost limit: Int
    ) throws(SQLFailure) -> Found {
        let name = TableName(configured: table.table).quoted
        let condition =
            table.status.map { "WHERE \(quoteIdentifier($0.column))::text = $1" } ?? "WHERE $1::text IS NULL"
        let active = [table.status?.active]
        let count =
            try database.rows("SELECT count(*) FROM \(name) \(condition)", active).first?[0].flatMap { Int($0) } ?? 0
        guard count <= limit else { return .tooMany(count) }
        let rows = try database.rows(
            """
            SELECT \(quoteIdentifier(table.id))::text, \(quoteIdentifier(table.role))::text, \(quoteIdentifier(table.tenant))::text FROM \(name) \(condition) ORDER BY 1
            """, active)
        return .all(rows.map { User(id: $0[0] ?? "", role: $0[1] ?? "", tenant: $0[2]) })
    }
}
