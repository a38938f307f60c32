import Diagnostics
import PorticoAccess
import PorticoCatalog
import TestRandom
import Testing

@testable import PorticoProof

/// Generated APIs: for any types, relations, isolation paths and rules, the planner's statements
/// are proven, and a planner that forgets one isolation is refuted.
@Suite struct RandomProjectProofTests {
    @Test func whateverTheProjectItIsProvenAndAFaultIsFound() throws {
        try FuzzRun.rounds(5, "proof of random projects") { seed in
            var random = SeededGenerator(seed: seed)
            let project = RandomProject(&random)
            let catalog = try project.catalog(),
                policy = try Policy.load(catalog: catalog, roles: project.roles, tenants: [])
            let report = IsolationProof(catalog: catalog).prove(policy, isBrief: true)
            #expect(report.failures() == [], "seed \(seed)\n\(project.description)")
            let isolated = catalog.types.values.filter { $0.isolation != .none }.sorted { $0.name < $1.name }
            guard let victim = isolated.randomElement(using: &random) else { return report.isProven }
            let faulty = IsolationProof(catalog: catalog, planning: catalog.forgetting(victim)).prove(
                policy, isBrief: true)
            let found = faulty.parts.flatMap(\.counterexamples).filter { $0.type == victim.name }
            #expect(
                !found.isEmpty && found.contains(where: \.isConfirmed),
                "seed \(seed): without the isolation of \(victim.name)\n\(project.description)")
            return report.isProven && !found.isEmpty
        }
    }
}

extension Catalog {
    /// The same, as if the type's rows belonged to no tenant.
    fileprivate func forgetting(_ victim: TypeBinding) -> Catalog {
        var types = types
        types[victim.name] = TypeBinding(
            name: victim.name, table: victim.table, key: victim.key, fields: victim.fields, isolation: .none,
            defaultOrder: victim.defaultOrder, file: victim.file)
        return Catalog(
            schema: schema, types: types, root: root, derived: derived, derivedFields: derivedFields, nodeKeys: nodeKeys
        )
    }
}

/// A few types with random relations between them, each isolated by a column, along a path, or not
/// at all, and roles with random conditions.
private struct RandomProject: CustomStringConvertible {
    private struct Kind {
        var isolation: String
        /// The types that it leads to.
        var ups: [Int] = []
    }

    private let kinds: [Kind]
    let roles: SourceText

    init(_ random: inout SeededGenerator) {
        var kinds: [Kind] = []
        for index in 0..<Int.random(in: 2...6, using: &random) {
            var kind = Kind(isolation: "tenantId")
            for other in 0..<index where Bool.random(using: &random) { kind.ups.append(other) }
            let paths = kind.ups.filter { kinds[$0].isolation != "none" }
            switch Int.random(in: 0..<5, using: &random) {
            case 0 where index > 0: kind.isolation = "none"
            case 1, 2:
                if let through = paths.randomElement(using: &random) {
                    kind.isolation = "up\(through).\(kinds[through].isolation)"
                }
            default: break
            }
            kinds.append(kind)
        }
        self.kinds = kinds
        var lines = ["roles:"]
        for (role, reach) in [("near", "tenant"), ("far", "subtree")] {
            lines += ["  \(role):", "    reach: \(reach)"]
            for (index, kind) in kinds.enumerated() where Int.random(in: 0..<6, using: &random) > 0 {
                var rows: [String] = []
                if Bool.random(using: &random) { rows.append("name: { eq: $viewer.id }") }
                for up in kind.ups where Bool.random(using: &random) {
                    rows.append(
                        Bool.random(using: &random)
                            ? "up\(up): { size: { gt: 3 } }" : "or: [{ not: { up\(up): {} } }, { size: { lt: 3 } }]")
                }
                for (other, down) in kinds.enumerated() where down.ups.contains(index) && Bool.random(using: &random) {
                    rows.append(
                        "down\(other): { \(["some", "every", "none"].randomElement(using: &random) ?? "some"): { size: { ne: 1 } } }"
                    )
                }
                let optional = Int.random(in: 0..<4, using: &random) == 0 ? ", optional: true" : ""
                lines.append(
                    "    T\(index): { read: { fields: all, rows: { \(rows.joined(separator: ", ")) }\(optional) } }")
            }
        }
        roles = SourceText(name: "roles.yaml", lines.joined(separator: "\n") + "\n")
    }

    private var schema: String {
        var text =
            "schema { query: Query }\ndirective @list on FIELD_DEFINITION\nscalar DateTime\ntype Query {\n  version: String!\n"
        for index in kinds.indices { text += "  t\(index)(id: ID!): T\(index)\n  ts\(index): [T\(index)!]! @list\n" }
        text += "}\n"
        for (index, kind) in kinds.enumerated() {
            text += "type T\(index) {\n  id: ID!\n  tenantId: ID\n  name: String\n  size: Int!\n  since: DateTime\n"
            for up in kind.ups { text += "  up\(up)Id: ID\n  up\(up): T\(up)\n" }
            for (other, down) in kinds.enumerated() where down.ups.contains(index) {
                text += "  down\(other): [T\(other)!]! @list\n"
            }
            text += "}\n"
        }
        return text
    }

    private var resolvers: [SourceText] {
        let query = SourceText(name: "resolvers/Query.yaml", "fields:\n  version: { constant: \"1\" }\n")
        return [query]
            + kinds.enumerated().map { index, kind in
                var text = "table: t\(index)\nisolation: \(kind.isolation)\n"
                let downs = kinds.indices.filter { kinds[$0].ups.contains(index) }
                if !downs.isEmpty {
                    text += "relations:\n" + downs.map { "  down\($0): { via: up\(index)Id }\n" }.joined()
                }
                return SourceText(name: "resolvers/T\(index).yaml", text)
            }
    }

    func catalog() throws -> Catalog {
        try CatalogLoader.load(schemaFile: SourceText(name: "schema.graphql", schema), resolvers: resolvers)
    }

    var description: String {
        ([schema] + resolvers.map { "\($0.name)\n" + String(decoding: $0.bytes, as: UTF8.self) } + [
            String(decoding: roles.bytes, as: UTF8.self)
        ]).joined(separator: "\n")
    }
}
