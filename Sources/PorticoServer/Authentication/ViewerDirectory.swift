import ExactText
import PorticoAccess
import PostgresSQL

/// A user's row and its tenant's, as last read.
struct DirectoryUser: Sendable, Equatable {
    var role: ExactString
    var tenant: ExactString?
    var isActive: Bool
    /// A tenant that does not exist is not active.
    var isTenantActive: Bool
}

/// Runs the directory's statements; the pool does, and in tests a script. A row is its columns as
/// text.
protocol DirectorySource: AnyObject {
    func rows(
        of statement: Statement, parameter: String, then: @escaping (Result<[[String?]], DirectoryFailure>) -> Void)

    /// The tenants that the statement finds for a tenant; `known` itself where they are what it
    /// holds.
    func tenants(
        of statement: Statement, below tenant: ExactString, known: TenantList?,
        then: @escaping (Result<TenantList, DirectoryFailure>) -> Void)
}

/// Why the directory could not be read.
struct DirectoryFailure: Error, Equatable {
    /// The id cannot be one of the column's type: there is no such row.
    var isBadValue: Bool
    /// For the operator.
    var detail: String
}

/// Users, and the tenants below a tenant, each read at most 5 s ago.
final class ViewerDirectory {
    /// What a user's row is looked up by.
    enum Key: Sendable {
        case user
        /// There is no table of users: of the user's tenant alone is looked up whether it is
        /// active.
        case tenant
        /// Nor one of tenants.
        case nothing
    }

    let key: Key
    /// By ``key``; of a tenant without users, role and user are empty.
    let users: FreshCache<DirectoryUser>
    let subtrees: FreshCache<TenantList>

    /// What was read before, for the next reading.
    private final class Known {
        weak var cache: FreshCache<TenantList>?
    }

    /// - Parameters:
    ///   - clock: Milliseconds that never go back.
    ///   - atEndOfTurn: Runs something at the end of the loop's turn: users that are asked for in
    ///     one are read together.
    ///   - report: Called with what the operator should know when a reading fails.
    init(
        statements: DirectoryStatements, authentication: AuthenticationConfiguration, source: any DirectorySource,
        freshness: Freshness = Freshness(),
        clock: @escaping () -> Int, atEndOfTurn: @escaping (@escaping () -> Void) -> Void = { $0() },
        report: @escaping (String) -> Void
    ) {
        let readings = UserReadings(statements: statements, source: source, atEndOfTurn: atEndOfTurn)
        key = authentication.users != nil ? .user : authentication.tenants != nil ? .tenant : .nothing
        let userStatus = authentication.users?.status, tenantStatus = authentication.tenants?.status
        let hasTenants = authentication.tenants != nil
        users = FreshCache(freshness: freshness, clock: clock) { id, then in
            readings.read(id) { result in
                then(
                    Self.answer(result.map { $0.map { [$0] } ?? [] }, report: report) { rows in
                        rows.first.flatMap {
                            Self.user($0, userStatus: userStatus, tenantStatus: tenantStatus, hasTenants: hasTenants)
                        }
                    })
            }
        }
        let known = Known()
        subtrees = FreshCache(freshness: freshness, clock: clock) { tenant, then in
            guard let statement = statements.subtree else { return then(.success(TenantList([tenant.text]))) }
            // A tree that did not change keeps its list, and what statements are told of it: most
            // have not.
            let former = known.cache?.entry(tenant).value
            source.tenants(of: statement, below: tenant, known: former) { result in
                if case .success(let list) = result, list.ids.count > DirectoryStatements.mostTenants {
                    report(
                        "more than \(DirectoryStatements.mostTenants) tenants below \(tenant): its subtree is refused")
                    return then(.failure(.directoryUnavailable))
                }
                then(Self.answer(result, report: report) { $0 })
            }
        }
        known.cache = subtrees
    }

    private static func answer<Read, Value>(
        _ result: Result<Read, DirectoryFailure>, report: (String) -> Void, _ make: (Read) -> Value?
    ) -> FreshCache<Value>.Answer {
        switch result {
        case .success(let rows): return .success(make(rows))
        case .failure(let failure) where failure.isBadValue: return .success(nil)
        case .failure(let failure):
            report(failure.detail)
            return .failure(.directoryUnavailable)
        }
    }

    private static func user(
        _ row: [String?], userStatus: StatusColumn?, tenantStatus: StatusColumn?, hasTenants: Bool
    ) -> DirectoryUser? {
        guard row.count == 5, let role = row[0] else { return nil }
        let isActive = userStatus.map { row[2]?.hasSameBytes(as: $0.active) == true } ?? true
        let tenantExists = !hasTenants || row[4] != nil || row[1] == nil
        let isTenantActive =
            tenantExists && (row[1] == nil || tenantStatus.map { row[3]?.hasSameBytes(as: $0.active) == true } ?? true)
        return DirectoryUser(
            role: ExactString(role), tenant: row[1].map { ExactString($0) }, isActive: isActive,
            isTenantActive: isTenantActive)
    }
}
