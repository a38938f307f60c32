import Diagnostics
import Foundation
import GraphQLLanguage
import GraphQLValidation
import PorticoAccess
import PorticoCatalog
import PorticoGateway
import PorticoPlanning
import PostgresClient
import TestCluster

/// The project of this repository on a private, seeded PostgreSQL, with a gateway of its own: what
/// tests of the whole pipeline ask.
final class SpotexDatabase: Sendable {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    let catalog: Catalog
    let policy: Policy
    let gateway: EmbeddedGateway
    let url: String
    let name: String
    let cluster: TestCluster

    /// One for all tests that only read.
    static let shared: Result<SpotexDatabase, any Error> = Result { try SpotexDatabase() }

    /// A database of its own, for tests that write or break things. `extra` is SQL that runs after
    /// the seed.
    init(extra: String = "", settings: GatewaySettings = settings) throws {
        let files = try ProjectFiles.read(folder: Self.folder.path(percentEncoded: false))
        catalog = try CatalogLoader.load(schemaFile: files.schema, resolvers: files.resolvers)
        policy = try Policy.load(catalog: catalog, roles: files.roles, tenants: files.tenants)
        cluster = try TestCluster.shared()
        name = "spotex_\(UInt32.random(in: .min ... .max))"
        url = try cluster.createDatabase(name: name)
        let migrations = Self.folder.appending(path: "migrations")
        for folder in try FileManager.default.contentsOfDirectory(atPath: migrations.path(percentEncoded: false))
            .sorted()
        {
            let file = migrations.appending(path: folder).appending(path: "migration.sql")
            if let sql = try? String(contentsOf: file, encoding: .utf8) { try cluster.psql(sql, database: name) }
        }
        try cluster.psql(String(contentsOf: migrations.appending(path: "seed.sql"), encoding: .utf8), database: name)
        if !extra.isEmpty { try cluster.psql(extra, database: name) }
        gateway = EmbeddedGateway(catalog: catalog, connection: try ConnectionSettings(url), settings: settings)
        _ = gateway.start()
    }

    /// Its connections are the cluster's, which all tests share.
    deinit {
        let gateway = gateway
        Task { await gateway.stop() }
    }

    /// With a fixed key for cursors, so that they are the same in every run.
    static var settings: GatewaySettings {
        var settings = GatewaySettings()
        settings.cursors = CursorKey(secret: Array("a secret of the tests, 32 bytes long".utf8))
        return settings
    }

    /// The viewer that a row of the seed's users is.
    static func viewer(_ user: String) -> Viewer {
        switch user {
        case "user-admin-001":
            Viewer(id: user, role: "super_admin", tenant: "spotex-platform-001", tenants: ["spotex-platform-001"])
        case "user-agency-001": Viewer(id: user, role: "agency_owner", tenant: "agency-001", tenants: ["agency-001"])
        case "user-agency-002": Viewer(id: user, role: "agency_owner", tenant: "agency-002", tenants: ["agency-002"])
        case "user-client-001": Viewer(id: user, role: "client", tenant: "agency-001", tenants: ["agency-001"])
        default: .anonymous
        }
    }

    func rules(_ viewer: Viewer) throws -> CompiledPolicy {
        guard case .rules(let rules) = policy.rules(role: viewer.role, tenant: viewer.tenant) else {
            throw SpotexFailure(description: "no rules for \(viewer.role)")
        }
        return rules
    }

    /// The plan that the gateway would run for a request.
    func plan(
        _ query: String, variables: String = "{}", as viewer: Viewer
    ) throws -> (AuthorizedPlan, ValidatedOperation) {
        let source = SourceText(name: "", query)
        let rules = try rules(viewer)
        let operation = try Validator(schema: rules.schema).operation(
            try parse(source, allow: .executable), source: source, named: nil)
        let values = try coerceVariables(operation, JSONText.members(variables))
        let planner = Planner(catalog: catalog, rules: rules, scope: TenantScope(viewer, reach: rules.reach))
        return (
            try planner.plan(
                operation, shapes: VariableShapes(operation, byValue: query.contains("__")), variables: values),
            operation
        )
    }

    func ask(_ query: String, as viewer: Viewer, variables: String = "{}") async throws -> EmbeddedGateway.Answer {
        let request = try GraphQLRequest(query: Array(query.utf8), variables: JSONText.members(variables))
        return await gateway.respond(to: request, viewer: viewer, rules: try rules(viewer))
    }

    /// The response's text.
    func answer(_ query: String, as user: String, variables: String = "{}") async throws -> String {
        String(decoding: try await ask(query, as: Self.viewer(user), variables: variables).body, as: UTF8.self)
    }
}

struct SpotexFailure: Error, CustomStringConvertible {
    let description: String
}
