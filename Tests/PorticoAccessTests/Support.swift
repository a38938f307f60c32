import Diagnostics
import Foundation
import GraphQLSchema
import PorticoAccess
import PorticoCatalog

/// The API of this repository.
enum Spotex {
    static let files = Result {
        try ProjectFiles.read(
            folder: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().path)
    }
    static let catalog = Result {
        try CatalogLoader.load(schemaFile: try files.get().schema, resolvers: try files.get().resolvers)
    }

    static func policy() throws -> Policy {
        try Policy.load(catalog: catalog.get(), roles: files.get().roles, tenants: files.get().tenants)
    }

    /// The repository's roles with these files of tenants, by the tenant's id.
    static func policy(tenants: [(String, String)], limits: RuleLimits = RuleLimits()) throws -> Policy {
        let sources = tenants.map { SourceText(name: "tenants/\($0.0).yaml", $0.1) }
        return try Policy.load(catalog: catalog.get(), limits: limits, roles: files.get().roles, tenants: sources)
    }

    /// What is wrong with a `roles.yaml`, as `line:column message → hint`.
    static func problems(roles text: String, catalog other: Catalog? = nil) throws -> [String] {
        let catalog = try other ?? catalog.get(), source = SourceText(name: "roles.yaml", text)
        do throws(Diagnostics) {
            _ = try Policy.load(catalog: catalog, roles: source, tenants: [])
            return []
        } catch { return described(error, source) }
    }

    /// What is wrong with the file of a tenant.
    static func problems(tenant text: String) throws -> [String] {
        let policy = try policy(tenants: [("t", text)])
        return policy.tenantProblems["t"].map { described($0, SourceText(name: "tenants/t.yaml", text)) } ?? []
    }
}

func described(_ diagnostics: Diagnostics, _ source: SourceText) -> [String] {
    diagnostics.items.map { item in
        let place = item.range.map { source.position(at: Int($0.start)) }
        let file = item.file == source.name ? "" : "\(item.file):"
        return "\(file)\(place.map { "\($0.line):\($0.column)" } ?? "?") \(item.message)"
            + (item.hint.map { " → \($0)" } ?? "")
    }
}

extension Policy {
    func ruleSet(_ role: String, _ tenant: String?) -> CompiledPolicy? {
        if case .rules(let set) = rules(role: role, tenant: tenant) { set } else { nil }
    }
}

/// A condition in a short notation of its own.
func show(_ condition: Condition<RuleOperand>) -> String {
    switch condition {
    case .all(let items): "all(\(items.map(show).joined(separator: ", ")))"
    case .any(let items): "any(\(items.map(show).joined(separator: ", ")))"
    case .not(let inner): "not(\(show(inner)))"
    case .compare(let column, let comparison, let operand): "\(column.field) \(comparison.rawValue) \(show(operand))"
    case .toOne(let relation, let inner): "\(relation.field)(\(show(inner)))"
    case .toMany(let relation, let quantifier, let inner): "\(quantifier) \(relation.field)(\(show(inner)))"
    }
}

private func show(_ operand: RuleOperand) -> String {
    switch operand {
    case .literal(let value): show(value)
    case .viewer(.claim(let name)): "$claims.\(name)"
    case .viewer(let value): "$\(value)"
    case .now: "$now"
    }
}

private func show(_ value: InputValue) -> String {
    switch value {
    case .string(let text): "\"\(text)\""
    case .enumValue(let name): name
    case .boolean(let flag): "\(flag)"
    case .int(let number): "\(number)"
    case .json(let text): text
    case .list(let items): "[\(items.map(show).joined(separator: " "))]"
    default: "\(value)"
    }
}
