import ExactText
import PorticoAccess
import TestCluster
import Testing

/// Two tenants, and two users, whose ids are one text in Unicode, on a real PostgreSQL.
@Suite(.onBlockingThreads) struct ExactTenantsTests {
    private static let database = Result {
        try SpotexDatabase(
            extra: """
                INSERT INTO tenants (id, parent_id, name, domain) VALUES (U&'caf\\00E9', NULL, 'composed', 'one.test'), (U&'cafe\\0301', NULL, 'decomposed', 'two.test');
                INSERT INTO users (id, tenant_id, email, password_hash, name, role) VALUES
                    ('Kevin', U&'caf\\00E9', 'k1@x.test', '!', 'in ASCII', 'super_admin'), (U&'\\212Aevin', U&'cafe\\0301', 'k2@x.test', '!', 'with a KELVIN SIGN', 'client');
                """)
    }

    private func viewer(_ id: String, _ role: String, _ tenant: String) -> Viewer {
        Viewer(id: id, role: role, tenant: tenant, tenants: [tenant])
    }

    @Test(arguments: [false, true]) func eachSeesItsOwn(_ inReverse: Bool) async throws {
        let database = try Self.database.get()
        let pairs = [("caf\u{E9}", "composed"), ("cafe\u{301}", "decomposed")]
        for (tenant, name) in inReverse ? pairs.reversed() : pairs {
            for _ in 0..<2 {
                let owner = viewer("o", "agency_owner", tenant)
                let answer = try await database.ask("{ tenants { name } }", as: owner)
                #expect(
                    String(decoding: answer.body, as: UTF8.self) == "{\"data\":{\"tenants\":[{\"name\":\"\(name)\"}]}}")
            }
        }
    }

    @Test func oneStatementForBothGivesEachItsOwn() async throws {
        let database = try Self.database.get()
        let names = await withTaskGroup(of: (Int, String).self) { group in
            for index in 0..<8 {
                let tenant = index % 2 == 0 ? "caf\u{E9}" : "cafe\u{301}"
                group.addTask {
                    let answer = try? await database.ask(
                        "{ tenants { name } }", as: viewer("o\(index)", "agency_owner", tenant))
                    return (index, answer.map { String(decoding: $0.body, as: UTF8.self) } ?? "")
                }
            }
            return await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
        }
        for (index, text) in names {
            #expect(text.contains(index % 2 == 0 ? "\"composed\"" : "\"decomposed\""), "\(text)")
        }
    }

    @Test func theViewersOwnRowIsItsOwn() async throws {
        let database = try Self.database.get()
        let one = try await database.ask("{ viewer { name } }", as: viewer("Kevin", "client", "caf\u{E9}"))
        let other = try await database.ask("{ viewer { name } }", as: viewer("\u{212A}evin", "client", "cafe\u{301}"))
        #expect(
            String(decoding: one.body, as: UTF8.self).contains("in ASCII")
                && String(decoding: other.body, as: UTF8.self).contains("KELVIN"))
    }

    /// The name of an operation is looked up in the cache by its bytes, too.
    @Test func anOperationIsChosenByTheBytesOfItsName() async throws {
        let database = try Self.database.get()
        let owner = viewer("o", "agency_owner", "caf\u{E9}")
        let rules = try database.rules(owner),
            query = Array("query K { tenants { name } } query Other { apiVersion }".utf8)
        let good = await database.gateway.respond(
            to: .init(query: query, operationName: "K"), viewer: owner, rules: rules)
        #expect(good.outcome == .data)
        let other = await database.gateway.respond(
            to: .init(query: query, operationName: "\u{212A}"), viewer: owner, rules: rules)
        #expect(other.outcome == .requestError(.validationError))
    }
}
