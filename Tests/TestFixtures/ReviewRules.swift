import Diagnostics
import Foundation
import PorticoAccess
import PorticoCatalog

/// Rules on the schema of this repository, stated by tests.
package enum ReviewRules {
    package static func policy(
        _ roles: String, tenants: [(String, String)] = [], catalog: Catalog = Fixture.catalog
    ) throws -> Policy {
        try Policy.load(
            catalog: catalog, roles: SourceText(name: "roles.yaml", roles),
            tenants: tenants.map { SourceText(name: "tenants/\($0.0).yaml", $0.1) })
    }

    /// The repository's own, edited: each pair is a text that stands there and what takes its
    /// place.
    package static func spotex(
        _ edits: [(String, String)] = [], tenants extra: [(String, String)] = []
    ) throws -> Policy {
        let files = try ProjectFiles.read(folder: Fixture.folder)
        var roles = String(decoding: files.roles.bytes, as: UTF8.self)
        for (old, new) in edits {
            guard roles.contains(old) else { throw ReviewRulesFailure(description: "roles.yaml has no \"\(old)\"") }
            roles = roles.replacing(old, with: new)
        }
        let replaced = Set(extra.map { "config/access/tenants/\($0.0).yaml" })
        let tenants =
            files.tenants.filter { !replaced.contains($0.name) }
            + extra.map { SourceText(name: "config/access/tenants/\($0.0).yaml", $0.1) }
        return try Policy.load(
            catalog: Fixture.catalog, roles: SourceText(name: files.roles.name, roles), tenants: tenants)
    }
}

private struct ReviewRulesFailure: Error, CustomStringConvertible {
    let description: String
}
