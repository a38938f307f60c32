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
        /// More than were asked for: how many there are.
        case tooMany(Int)
    }

    /// The active users of the table that the configuration names, by id.
    static func read(_ table: UserTable, on database: Database, atMost limit: Int) throws(SQLFailure) -> Found {
        let name = table.table.split(separator: ".", maxSplits: 1).map { quoteIdentifier(String($0)) }.joined(separator: ".")
        let condition = table.status.map { "WHERE \(quoteIdentifier($0.column))::text = $1" } ?? "WHERE $1::text IS NULL"
        let active = [table.status?.active]
        let count = try database.rows("SELECT count(*) FROM \(name) \(condition)", active).first?[0].flatMap { Int($0) } ?? 0
        guard count <= limit else { return .tooMany(count) }
        let rows = try database.rows("""
            SELECT \(quoteIdentifier(table.id))::text, \(quoteIdentifier(table.role))::text, \(quoteIdentifier(table.tenant))::text FROM \(name) \(condition) ORDER BY 1
            """, active)
        return .all(rows.map { User(id: $0[0] ?? "", role: $0[1] ?? "", tenant: $0[2]) })
    }
}
