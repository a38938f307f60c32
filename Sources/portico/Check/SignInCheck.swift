import Diagnostics
import PorticoCatalog
import PorticoServer

/// The tables that say who users are and how tenants stand below each other, as the configuration names them, against those that are there.
enum SignInCheck {
    static func diagnostics(_ authentication: AuthenticationConfiguration, against database: DatabaseCatalog) -> [Diagnostic] {
        let users = authentication.users
        var wanted: [(table: String, columns: [String?], key: String)] = [
            (users.table, [users.id, users.role, users.tenant, users.status?.column], "authentication.users"),
        ]
        if let tenants = authentication.tenants {
            wanted.append((tenants.table, [tenants.id, tenants.parent, tenants.status?.column], "authentication.tenants"))
        }
        var problems: [Diagnostic] = []
        for (name, columns, key) in wanted {
            guard let table = database.table(TableName(configured: name)) else {
                let hint = didYouMean(suggestion(for: name, among: database.visibleNames))
                problems.append(Diagnostic("The database has no table \(name), which `\(key)` names.", file: GatewayConfiguration.path, hint: hint))
                continue
            }
            for column in columns.compactMap(\.self) where table.columns[column] == nil {
                let hint = didYouMean(suggestion(for: column, among: table.columns.keys.sorted()))
                problems.append(Diagnostic("The table \(name) has no column \(column), which `\(key)` names.", file: GatewayConfiguration.path, hint: hint))
            }
        }
        return problems
    }
}
