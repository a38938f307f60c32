import ExactText
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoGateway
import PorticoIdentity
import PorticoPolicyTesting
import PorticoProject
import PorticoReview
import PorticoServer
import SocketLoop

/// The rules under test, unchanged or mutated, and a gateway that uses them.
final class TestSubject {
    /// A viewer and its rules, or why there is none.
    typealias Resolved = Result<(viewer: Viewer, rules: CompiledPolicy), NoViewer>

    struct NoViewer: Error { var reason: String }

    private static let late = NoViewer(reason: "The database did not answer in time.")

    let catalog: Catalog
    let policy: Policy
    private let transaction: TestTransaction
    private let host: GatewayHost
    private let lookup: ViewerLookup

    /// - Parameter host: Shared with other rules on the same catalog.
    init(
        catalog: Catalog, policy: Policy, _ project: Project, _ transaction: TestTransaction, now: [UInt8]?,
        host: GatewayHost? = nil
    ) {
        self.catalog = catalog
        self.policy = policy
        self.transaction = transaction
        var settings = GatewaySettings()
        settings.now = now
        self.host =
            host
            ?? GatewayHost(catalog: catalog, pool: transaction.pool, reactor: transaction.reactor, settings: settings)
        lookup = ViewerLookup(
            authentication: project.configuration.authentication, policy: policy, pool: transaction.pool,
            reactor: transaction.reactor)
    }

    func with(_ policy: Policy, _ project: Project) -> TestSubject {
        TestSubject(catalog: catalog, policy: policy, project, transaction, now: nil, host: host)
    }

    // MARK: Viewers

    func resolve(_ stated: StatedViewer) -> Resolved {
        switch stated.identity {
        case .user(let id):
            var result: Result<(viewer: Viewer, rules: CompiledPolicy), ViewerLookup.Failure>?
            lookup.viewer(TokenIssuer.Bearer(user: id), claims: stated.claims) { result = $0 }
            transaction.wait { result != nil }
            guard let result else { return .failure(Self.late) }
            return result.mapError {
                NoViewer(reason: [$0.message, $0.detail].compactMap(\.self).joined(separator: " "))
            }
        case .stated(let id, let role, let tenant, let tenants):
            let viewer = Viewer(
                id: id.map { ExactString($0) }, role: ExactString(role), tenant: tenant.map { ExactString($0) },
                tenants: tenants ?? [], claims: stated.claims)
            return tenants == nil ? resolve(viewer) : rules(of: viewer)
        }
    }

    /// The viewer with the tenants that it reaches under these rules.
    func resolve(_ viewer: Viewer) -> Resolved {
        rules(of: viewer).flatMap { found in
            guard let tenant = viewer.tenant else { return .success(found) }
            var result: Result<TenantList, ViewerLookup.Failure>?
            lookup.tenants(of: tenant, reach: found.rules.reach) { result = $0 }
            transaction.wait { result != nil }
            switch result {
            case .success(let tenants)?: return .success((viewer.reaching(tenants), found.rules))
            case .failure(let failure)?: return .failure(NoViewer(reason: failure.message))
            case nil: return .failure(Self.late)
            }
        }
    }

    func rules(of viewer: Viewer) -> Resolved {
        switch policy.rules(role: viewer.role, tenant: viewer.tenant) {
        case .rules(let rules): .success((viewer, rules))
        case .unknownRole: .failure(NoViewer(reason: "The role \(viewer.role) has no rules."))
        case .tenantUnavailable:
            .failure(NoViewer(reason: "The rules of the tenant \(viewer.tenant?.text ?? "") are wrong."))
        }
    }

    // MARK: Questions

    func ask(_ query: StatedQuery, _ viewer: Viewer, _ rules: CompiledPolicy) throws -> CaseAnswer {
        let request = GraphQLRequest(query: query.document, operationName: query.operation, variables: query.variables)
        let response = host.respond(to: request, as: viewer, rules, within: TestTransaction.patience)
        try transaction.checkConnection()
        guard let response else { throw CommandFailure.notInOrder("the database did not answer in time.") }
        let failures = response.observation.failures + (response.observation.outage.map { [$0] } ?? [])
        // A failed statement aborts the transaction until the rollback to the savepoint.
        if !failures.isEmpty { try transaction.recover() }
        return try CaseAnswer(
            response.buffer.takeBytes(), outcome: response.outcome, document: query.document, failures: failures)
    }
}
