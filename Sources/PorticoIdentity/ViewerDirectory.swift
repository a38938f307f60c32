import ExactText
import PorticoAccess
import PorticoConfiguration
import PostgresSQL

/// A user's row and its tenant's, as last read.
struct DirectoryUser: Sendable, Equatable {
    var role: ExactString
    var tenant: ExactString?
    var isActive: Bool
    /// A tenant that does not exist is not active.
    var isTenantActive: Bool
}

/// Runs the directory's statements: the pool, or in tests a script. A row is its columns as text.
package protocol DirectorySource: AnyObject {
    func rows(
        of statement: Statement, parameter: String, then: @escaping (Result<[[String?]], DirectoryFailure>) -> Void)

    /// The tenants that the statement finds below a tenant; `known` itself if it is equal.
    func tenants(
        of statement: Statement, below tenant: ExactString, known: TenantList?,
        then: @escaping (Result<TenantList, DirectoryFailure>) -> Void)
}

/// Why the directory could not be read.
package struct DirectoryFailure: Error, Equatable {
    /// The id is invalid for the column's type: there is no such row.
    var isBadValue: Bool
    /// For the operator.
    var detail: String

    package init(isBadValue: Bool, detail: String) { (self.isBadValue, self.detail) = (isBadValue, detail) }
}

/// Users, and the tenants below a tenant, each read at most 5 s ago.
package final class ViewerDirectory {
    /// What a user's row is looked up by.
    enum Key: Sendable {
        case user
        /// Without a table of users, only whether the user's tenant is active.
        case tenant
        /// Without a table of tenants either.
        case nothing
    }

    let key: Key
    /// By ``key``; for a tenant without users, role and user are empty.
    let users: FreshCache<DirectoryUser>
    let subtrees: FreshCache<TenantList>

    /// The previous result, for the next reading.
    private final class Known {
        weak var cache: FreshCache<TenantList>?
    }

    /// - Parameters:
    ///   - clock: Monotonic milliseconds.
    ///   - atEndOfTurn: Runs something at the end of the loop's turn: users requested in one turn
    ///     are read together.
    ///   - report: Called with a message for the operator when a reading fails.
    package init(
        statements: DirectoryStatements, authentication: AuthenticationConfiguration, source: any DirectorySource,
        clock: @escaping () -> Int, atEndOfTurn: @escaping (@escaping () -> Void) -> Void = { $0() },
        report: @escaping (String) -> Void
    ) {
        let readings = UserReadings(statements: statements, source: source, atEndOfTurn: atEndOfTurn)
        key = authentication.users != nil ? .user : authentication.tenants != nil ? .tenant : .nothing
        let userStatus = authentication.users?.status, tenantStatus = authentication.tenants?.status
        let hasTenants = authentication.tenants != nil
        users = FreshCache(clock: clock) { id, then in
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
        subtrees = FreshCache(clock: clock) { tenant, then in
            guard let statement = statements.subtree else { return then(.success(TenantList([tenant.text]))) }
            // An unchanged tree, which is most common, keeps its list and encoded forms.
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
