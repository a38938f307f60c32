import Diagnostics
import Foundation
import GraphQLLanguage
import GraphQLSchema
import Logging
import PorticoAccess
import PorticoCatalog
@testable import PorticoConfiguration
@testable import PorticoPolicy
@testable import PorticoTelemetry

/// A project's folder with nothing but rules, which a test may spoil.
final class RuleProject {
    let path: String
    static let roles = "roles: { anonymous: { reach: tenant }, client: { reach: tenant, limits: { depth: 10 } } }"
    static let narrow = "limits: { depth: 8 }"
    static let narrower = "limits: { depth: 7 }"
    static let wrong = "limits: { dept: 7 }"

    init(roles: String? = RuleProject.roles, tenants: [String: String] = [:]) throws {
        path = NSTemporaryDirectory() + "portico-rules-\(UInt64.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: path + "/config/access", withIntermediateDirectories: true)
        if let roles { try write(roles, to: "roles.yaml") }
        for (tenant, text) in tenants { try write(text, to: "tenants/\(tenant).yaml") }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/config/access/\(name)" }

    /// Writes a file below `config/access/` in place, and the folders that it needs.
    func write(_ text: String, to name: String) throws {
        let folder = URL(fileURLWithPath: file(name)).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try text.write(toFile: file(name), atomically: false, encoding: .utf8)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: file(name)) }

    func move(_ name: String, to other: String) throws {
        guard rename(file(name), file(other)) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    func policy() throws -> Policy {
        let source = SourceText(name: "schema", "schema { query: Query } type Query { apiVersion: String! }")
        let schema = try SchemaBuilder.build(document: parse(source), source: source)
        let catalog = Catalog(schema: schema, types: [:], root: ["apiVersion": .constant("\"1.0\"")])
        let tenants = ((try? FileManager.default.contentsOfDirectory(atPath: file("tenants"))) ?? []).filter {
            $0.hasSuffix(".yaml")
        }.sorted()
        func text(_ name: String) throws -> SourceText {
            SourceText(
                name: "config/access/\(name)", bytes: Array(try Data(contentsOf: URL(fileURLWithPath: file(name)))))
        }
        return try Policy.load(
            catalog: catalog, roles: text("roles.yaml"), tenants: tenants.map { try text("tenants/\($0)") })
    }

    /// Keeps the rules in a store what this project's files say.
    func reloader(
        _ store: PolicyStore, _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) -> PolicyReloader {
        var configuration = GatewayConfiguration()
        change(&configuration)
        return PolicyReloader(
            store, project: path, configuration: configuration, metrics: ServerMetrics(),
            logger: Logger(label: "rules", factory: { _ in SwiftLogNoOpLogHandler() }))
    }
}

extension Policy {
    /// How deep clients of a tenant may ask; `nil` where they are not served.
    func depth(_ tenant: String?) -> Int? {
        guard case .rules(let rules) = rules(role: "client", tenant: tenant) else { return nil }
        return rules.limits[.depth]
    }
}
