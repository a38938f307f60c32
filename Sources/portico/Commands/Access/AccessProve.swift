import ArgumentParser
import Diagnostics
import PorticoAccess
import PorticoCatalog
import PorticoDatabase
import PorticoProject
import PorticoProof
import PorticoReview
import PostgresMigrations
import PostgresSQL

struct AccessProve: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract:
            "Prove that no role without crossTenant reaches a row outside its viewers' tenants, by any operation that its schema allows.",
        discussion: """
            It needs no database; with one it also asks whether the paths that isolation follows lead to one row each, and end at a tenant. The exit status is 1 when something is not proven: \
            then a query and a row are shown. `portico serve` and `portico dev` do the same when they start.
            """)

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let project = try Project(options)
        let api = try API(project)
        api.noteTenantProblems(project)
        let report = IsolationProof(catalog: api.catalog).prove(api.policy)
        let widening = wideningTenants(api)
        let paths = try PathFacts.examine(report.paths, api, project)
        Terminal.print(table(report))
        Terminal.print("")
        for line in notes(report, api, paths) { Terminal.print(line) }
        let failures = report.failures(limit: .max) + widening + paths.failures
        for failure in failures { Terminal.print("\n\(failure)") }
        if failures.isEmpty {
            Terminal.print("\nproven: no answer to any of them depends on a row outside $viewer.tenants")
        } else {
            Terminal.print("\nnot proven: \(failures.count) finding\(failures.count == 1 ? "" : "s")")
            throw CommandFailure.reported
        }
    }

    private func table(_ report: ProofReport) -> String {
        var table = TextTable(head: ["role", "reach", "operations", "statements", ""])
        for part in report.parts {
            let reach = part.role == nil ? "any" : part.reach == .subtree ? "subtree" : "tenant"
            table.add([
                part.role ?? "(what rules may add)", reach, "\(part.operations)", "\(part.statements)",
                part.isProven ? "proven" : "NOT PROVEN",
            ])
        }
        for role in report.crossTenant { table.add([role, "all", "-", "-", "crossTenant: nothing to prove"]) }
        return table.text(width: 120)
    }

    private func notes(_ report: ProofReport, _ api: API, _ paths: PathFacts) -> [String] {
        let tenants =
            "\(api.files.tenants.count) file\(api.files.tenants.count == 1 ? "" : "s") of tenants: each only narrows its roles, for which the proof holds"
        let exempt =
            report.exempt.isEmpty
            ? "every type states whose its rows are"
            : "exempt by `isolation: none`, because their rows belong to no tenant: \(report.exempt.joined(separator: ", "))"
        return [tenants, exempt] + paths.notes
    }

    /// The tenants whose rules are wider than their roles', which the reader should refuse.
    private func wideningTenants(_ api: API) -> [String] {
        var seen: Set<UInt64> = []
        var found: [String] = []
        for source in api.files.tenants {
            for role in api.policy.roles {
                guard case .rules(let rules) = api.policy.rules(role: role, tenant: source.stem),
                    seen.insert(rules.fingerprint).inserted, let wide = api.policy.widestRules(role: role)
                else { continue }
                if !IsolationProof.narrows(rules, wide) {
                    found.append(
                        "The rules of \(role) in the tenant \(source.stem) are wider than those of the role: the proof does not hold for them."
                    )
                }
            }
        }
        return found
    }
}

/// What the proof needs from the database: that each step of an isolation path leads to at most one
/// row, else a row could belong to two tenants; and that each path ends at a tenant.
struct PathFacts {
    private(set) var notes: [String] = []
    private(set) var failures: [String] = []

    static func examine(
        _ relations: [RelationBinding], _ api: API, _ project: Project
    ) throws(CommandFailure) -> PathFacts {
        var result = PathFacts()
        let names = relations.map { "\($0.source).\($0.field)" }.joined(separator: ", ")
        let database: Database
        do throws(CommandFailure) {
            database = try project.connect()
        } catch {
            if !relations.isEmpty {
                result.notes.append("not looked at, for want of a database: whether \(names) lead to one row each")
            }
            result.notes.append("taken on trust, for want of a database: that the paths of isolation end at tenants")
            return result
        }
        do throws(SQLFailure) {
            let tables = try DatabaseCatalog(of: database)
            for relation in relations { try result.examine(relation, api.catalog, tables, database) }
            if result.failures.isEmpty, !relations.isEmpty {
                result.notes.append("the paths of isolation lead to one row each, by unique indexes: \(names)")
            }
            result.examineEnds(api.expectation(project), tables)
        } catch {
            throw CommandFailure(error)
        }
        return result
    }

    private mutating func examineEnds(_ expectation: DatabaseExpectation, _ tables: DatabaseCatalog) {
        guard let paths = expectation.ends(in: tables) else {
            return notes.append(
                "taken on trust, for want of a table of tenants: that the paths of isolation end at tenants")
        }
        let confirmed = paths.confirmed, trusted = paths.trusted
        if !confirmed.isEmpty {
            notes.append("the paths of isolation end at tenants, by foreign keys: \(confirmed.joined(separator: ", "))")
        }
        for path in trusted {
            notes.append("taken on trust: that the isolation of \(path.type) ends at a tenant (\(path.reason))")
        }
        failures += paths.diagnostics([:], schemaFile: "").map {
            [$0.message, $0.hint].compactMap(\.self).joined(separator: " ")
        }
    }

    private mutating func examine(
        _ relation: RelationBinding, _ catalog: Catalog, _ tables: DatabaseCatalog, _ database: Database
    ) throws(SQLFailure) {
        guard let target = catalog.types[relation.target], let table = tables.table(target.table) else { return }
        let names = relation.remotes.map(\.column)
        if table.uniqueIndexes.contains(where: { !$0.isEmpty && $0.allSatisfy(names.contains) }) { return }
        let columns = names.map { "\(quoteIdentifier($0))::text" }.joined(separator: ", ")
        let twice = try database.rows(
            "SELECT concat_ws(', ', \(columns)) FROM \(target.table.quoted) GROUP BY \(columns) HAVING count(*) > 1 LIMIT 1",
            milliseconds: 10_000)
        let shown =
            twice.first?[0].map { " Today the value \"\($0)\" stands twice." } ?? " Today no value stands twice."
        failures.append(
            "The isolation of \(relation.source) leads over \(relation.field), and nothing keeps \(target.table.name).\(names.joined(separator: ", ")) unique: a row could belong to two tenants, and each would see it.\(shown)"
        )
    }
}

extension API {
    /// Refuses what cannot be proven: a gateway that might leak rows must not start.
    func prove() throws(CommandFailure) {
        let report = IsolationProof(catalog: catalog).prove(policy, isBrief: true)
        guard !report.isProven else { return }
        throw .notInOrder(
            "the gateway does not start, because it cannot be proven that no role without crossTenant reaches another tenant's rows; `portico access prove` tells all.\n\n\(report.failures().joined(separator: "\n\n"))"
        )
    }
}
