import Diagnostics
import ExactText
import GraphQLLanguage
import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import PorticoConfiguration
@testable import PorticoIdentity
import PostgresSQL
import Synchronization

/// A directory that a test writes down; it counts how often it is read.
package final class ScriptedSource: DirectorySource {
    /// By user id: role, tenant, status, status of the tenant, id of the tenant.
    package var users: [ExactString: [String?]] = [:]
    /// By tenant id.
    package var subtrees: [ExactString: [String]] = [:]
    package var failure: DirectoryFailure?
    package private(set) var readings: [String] = []
    /// When set, answers wait for ``release()``.
    package var holds = false
    private var held: [() -> Void] = []

    package init() {}

    package func rows(
        of statement: Statement, parameter: String, then: @escaping (Result<[[String?]], DirectoryFailure>) -> Void
    ) {
        readings.append(parameter)
        let isBatch = statement.text.contains("ANY ($1)")
        let isTree = statement.text.contains("RECURSIVE")
        let answer = { [self] in
            if let failure { return then(.failure(failure)) }
            if isBatch { return then(batch(parameter)) }
            then(.success(isTree ? (subtrees[parameter] ?? []).map { [$0] } : users[parameter].map { [$0] } ?? []))
        }
        if holds { held.append(answer) } else { answer() }
    }

    /// Each reading gives a list of its own unless the known one holds the same.
    package func tenants(
        of statement: Statement, below tenant: ExactString, known: TenantList?,
        then: @escaping (Result<TenantList, DirectoryFailure>) -> Void
    ) {
        rows(of: statement, parameter: tenant.text) { result in
            then(
                result.map { rows in
                    let list = TenantList(rows.compactMap { $0.first.flatMap(\.self) })
                    return known == list ? known ?? list : list
                })
        }
    }

    /// What PostgreSQL makes of several ids; one that is called so is none of the column's type.
    private func batch(_ parameter: String) -> Result<[[String?]], DirectoryFailure> {
        let ids = parameter.dropFirst().dropLast().split(separator: ",").map { String($0.dropFirst().dropLast()) }
        if ids.contains("not-an-id") { return .failure(DirectoryFailure(isBadValue: true, detail: "")) }
        return .success(
            Set(exact: ids).compactMap { id in
                let positions = ids.indices.filter { ids[$0].hasSameBytes(as: id.text) }.map { String($0 + 1) }
                return users[id].map { ["{\(positions.joined(separator: ","))}"] + $0 }
            })
    }

    package func release() {
        let all = held
        held = []
        for answer in all { answer() }
    }
}

/// Rules by role; a tenant may be broken.
package final class ScriptedRules: RulesSnapshot {
    package let sets: [ExactString: CompiledPolicy]
    let broken: Set<ExactString>
    private let asked = Mutex(0)

    /// How often rules were looked up.
    package var lookups: Int { asked.withLock { $0 } }

    package init(_ roles: [String: Reach], broken: Set<ExactString> = [], limits: RuleLimits = RuleLimits()) throws {
        let source = SourceText(name: "schema", "schema { query: Query } type Query { apiVersion: String! }")
        let schema = try SchemaBuilder.build(document: parse(source), source: source)
        var sets: [ExactString: CompiledPolicy] = [:]
        for (index, role) in roles.keys.sorted().enumerated() {
            sets[role] = CompiledPolicy(
                fingerprint: UInt64(index), role: role, reach: roles[role] ?? .tenant,
                catalog: Catalog(schema: schema, types: [:], root: [:]), schema: schema, types: [:], limits: limits)
        }
        self.sets = sets
        self.broken = broken
    }

    package func hasRole(_ role: ExactString) -> Bool { sets[role] != nil }

    package func rules(role: ExactString, tenant: ExactString?) -> RuleLookup {
        asked.withLock { $0 += 1 }
        if let tenant, broken.contains(tenant) { return .tenantUnavailable }
        return sets[role].map { .rules($0) } ?? .unknownRole
    }
}

/// Everything between a request and its viewer, with a clock that only the test moves.
package final class Desk {
    package let source = ScriptedSource()
    package var now = 1_000_000
    package var rules: ScriptedRules
    package private(set) var reports: [String] = []
    package private(set) var directory: ViewerDirectory!
    package private(set) var resolver: ViewerResolver!

    package init() throws {
        rules = try ScriptedRules(
            ["client": .tenant, "agency_owner": .subtree, "super_admin": .crossTenant, "anonymous": .tenant],
            broken: ["broken"])
        source.users = [
            "client": ["client", "t-1", "active", "active", "t-1"],
            "owner": ["agency_owner", "t-1", "active", "active", "t-1"],
            "admin": ["super_admin", "t-0", "active", "active", "t-0"],
            "disabled": ["client", "t-1", "disabled", "active", "t-1"],
            "suspended": ["client", "t-2", "active", "suspended", "t-2"],
            "orphan": ["client", "t-9", "active", nil, nil],
            "stranger": ["gardener", "t-1", "active", "active", "t-1"],
            "unlucky": ["client", "broken", "active", "active", "broken"],
        ]
        source.subtrees = ["t-1": ["t-1", "t-11", "t-12"]]
        let authentication = AuthenticationConfiguration()
        directory = ViewerDirectory(
            statements: DirectoryStatements(users: authentication.users, tenants: authentication.tenants),
            authentication: authentication, source: source,
            clock: { [unowned self] in now }, report: { [unowned self] in reports.append($0) })
        resolver = ViewerResolver(directory: directory, snapshot: { [unowned self] in rules })
    }

    package func identity(
        _ user: ExactString, tenant: ExactString? = nil, role: ExactString? = nil, others: [ExactString: String] = [:]
    ) -> Identity {
        resolver.identity(
            TokenClaims(subject: user, expiresAt: .max, tenant: tenant, roles: role.map { [$0] }, others: others))
    }

    /// The answer, or `nil` when it does not come within the call.
    package func resolve(_ identity: Identity) -> Result<Viewer, AuthenticationFailure>? {
        var answer: Result<Viewer, AuthenticationFailure>?
        resolver.resolve(identity) { answer = $0.map(\.viewer) }
        return answer
    }
}
