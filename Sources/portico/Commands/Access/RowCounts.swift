import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import PorticoProject
import PorticoReview
import PostgresMigrations
import PostgresSQL

/// Counts in the database which rows viewers gain and lose, by the planner's own conditions: one
/// read-only statement for each viewer, type and direction.
struct RowCounts {
    enum Limits {
        /// Rows that are counted for one viewer, type and direction; beyond it «1000 or more».
        /// Guards against a change that shows a table of millions.
        static let rows = 1_000
        /// Milliseconds of one statement, after which the rows are not counted. Guards against
        /// conditions that no index supports.
        static let milliseconds = 10_000
        /// Viewers of one role in one group of tenants. Guards against reading what all users see.
        static let viewersOfClass = 3
        /// Viewers altogether, for the same reason.
        static let viewers = 60
        /// Ids that are shown with a count.
        static let examples = 3
    }

    private let before: RuleVersion
    private let after: RuleVersion
    private let difference: PolicyDifference
    private let project: Project
    private let database: Database
    private let gateways: (before: LocalGateway, after: LocalGateway)

    init(
        _ before: RuleVersion, _ after: RuleVersion, _ difference: PolicyDifference, _ project: Project,
        _ database: Database
    ) throws(CommandFailure) {
        (self.before, self.after, self.difference, self.project, self.database) = (
            before, after, difference, project, database
        )
        gateways = (try LocalGateway(before.api, project), try LocalGateway(after.api, project))
    }

    /// - Parameter users: Whose rows are counted; by default a sample of those affected.
    func count(users: [String]) throws -> RowReport {
        var report = RowReport()
        if project.configuration.authentication.users == nil {
            let reason = "there is no table (`authentication: { users: null }`) to take them from"
            report.notes.append("Rows are counted for no user: \(reason).")
        }
        let now = try database.rows("SELECT now()::text").first?.first.flatMap(\.self) ?? "now"
        let sample = users.isEmpty ? try self.sample(&report) : users.map(Optional.some)
        for user in sample {
            let old = viewer(user, gateways.before, before), new = viewer(user, gateways.after, after)
            guard old != nil || new != nil else {
                if let user { report.notes.append("There is no viewer \(user) under either version.") }
                continue
            }
            report.viewers += 1
            for type in Set(old?.rules.types.keys.map(\.self) ?? []).union(new?.rules.types.keys.map(\.self) ?? [])
                .sorted()
            { try compare(type, user, old, new, Array(now.utf8), &report) }
        }
        return report
    }

    private func viewer(_ user: String?, _ gateway: LocalGateway, _ version: RuleVersion) -> ReviewedViewer? {
        guard let (viewer, rules) = try? gateway.viewer(user) else { return nil }
        return ReviewedViewer(catalog: version.api.catalog, viewer: viewer, rules: rules)
    }

    private func compare(
        _ type: String, _ user: String?, _ old: ReviewedViewer?, _ new: ReviewedViewer?, _ now: [UInt8],
        _ report: inout RowReport
    ) throws {
        let role = (new ?? old)?.viewer.role.text ?? "", tenant = (new ?? old)?.viewer.tenant?.text
        var line = RowReport.Line(role: role, user: user, tenant: tenant, type: type)
        do {
            if let new { line.gained = try found(type, new, old, now) }
            if let old { line.lost = try found(type, old, new, now) }
        } catch let failure as SQLFailure where !failure.sqlState.isEmpty {
            let reason =
                failure.sqlState == "57014" ? "it takes more than \(Limits.milliseconds / 1_000) s" : failure.message
            report.notes.append("Rows of \(type) are not counted for \(user ?? role): \(reason).")
            return
        } catch let error as ClientError {
            report.notes.append("Rows of \(type) are not counted for \(user ?? role): \(error.reason)")
            return
        }
        if line.gained.count > 0 || line.lost.count > 0 { report.lines.append(line) }
    }

    private func found(
        _ type: String, _ version: ReviewedViewer, _ other: ReviewedViewer?, _ now: [UInt8]
    ) throws -> RowReport.Found {
        guard let gains = try RowGains(of: type, seenUnder: version, notUnder: other, limit: Limits.rows, now: now)
        else { return RowReport.Found() }
        let parameters = gains.parameters.map { parameter -> String? in
            if case .text(let bytes) = parameter { String(decoding: bytes, as: UTF8.self) } else { nil }
        }
        let rows = try database.rows(gains.statement.text, parameters, milliseconds: Limits.milliseconds)
        let keys = rows.compactMap { $0.first.flatMap(\.self) }
        return RowReport.Found(
            count: keys.count, isMore: keys.count == Limits.rows, examples: Array(keys.prefix(Limits.examples)))
    }

    // MARK: Viewers

    /// Active users of each affected role and group of tenants; `nil` for the anonymous viewer.
    private func sample(_ report: inout RowReport) throws -> [String?] {
        var users: [String?] = []
        var known: Set<String> = []
        var classes: Set<TenantClass> = []
        for change in difference.changes
        where classes.insert(TenantClass(role: change.role, tenants: change.tenants)).inserted {
            if change.role == Viewer.anonymousRole {
                users.append(nil)
                continue
            }
            for user in try self.users(change.role, change.tenants) where known.insert(user).inserted {
                users.append(user)
            }
        }
        if users.count > Limits.viewers {
            report.notes.append("Of \(users.count) viewers, \(Limits.viewers) are looked at: name others by --as.")
            users = Array(users.prefix(Limits.viewers))
        }
        return users
    }

    private struct TenantClass: Hashable {
        var role: String
        var tenants: TenantGroup
    }

    private func users(_ role: String, _ tenants: TenantGroup) throws(SQLFailure) -> [String] {
        guard let table = project.configuration.authentication.users else { return [] }
        func column(_ name: String) -> String { "u.\(quoteIdentifier(name))" }
        let name = TableName(configured: table.table).quoted
        let test =
            tenants.hasOthers
            ? "coalesce(\(column(table.tenant))::text <> ALL ($2::text[]), true)"
            : "\(column(table.tenant))::text = ANY ($2::text[])"
        var parameters = [role, Database.array((tenants.hasOthers ? tenants.except : tenants.named).map(\.text))]
        var text = "SELECT \(column(table.id))::text FROM \(name) u WHERE \(column(table.role))::text = $1 AND \(test)"
        if let status = table.status {
            text += " AND \(column(status.column))::text = $3"
            parameters.append(status.active)
        }
        text += " ORDER BY \(column(table.id)) LIMIT \(Limits.viewersOfClass)"
        return try database.rows(text, parameters, milliseconds: Limits.milliseconds).compactMap { $0[0] }
    }
}
