import ExactText
import GraphQLSchema
import HTTPWire
import PorticoAccess
import TLSTransport
import TestCluster
import TestHTTP
import TestIdentity
import Testing
@testable import PorticoConfiguration
@testable import PorticoGateway
@testable import PorticoHTTP
@testable import PorticoIdentity

/// Users, tenants and roles that are one text in Unicode, and two in PostgreSQL: none is ever
/// served as the other.
@Suite(.onBlockingThreads) struct ExactIdentityTests {
    private static let kevin: ExactString = "Kevin", kelvin: ExactString = "\u{212A}evin"
    private static let composed: ExactString = "caf\u{E9}", decomposed: ExactString = "cafe\u{301}"

    private func desk() throws -> Desk {
        let desk = try Desk()
        desk.source.users[Self.kevin] = ["super_admin", "t-0", "active", "active", "t-0"]
        desk.source.users[Self.kelvin] = ["client", "t-1", "active", "active", "t-1"]
        desk.source.users["one"] = ["client", Self.composed.text, "active", "active", Self.composed.text]
        desk.source.users["other"] = ["client", Self.decomposed.text, "active", "active", Self.decomposed.text]
        desk.source.subtrees = [Self.composed: ["sub-1"], Self.decomposed: ["sub-2"]]
        return desk
    }

    @Test func usersAreReadUnderTheirOwnId() throws {
        for order in [[Self.kevin, Self.kelvin], [Self.kelvin, Self.kevin]] {
            let desk = try desk()
            let roles = try order.map { try #require(desk.resolve(desk.identity($0))).get() }
            #expect(roles.map(\.role) == order.map { $0 == Self.kevin ? "super_admin" : "client" })
            #expect(roles.map(\.id) == order)
            #expect(desk.directory.users.count == 2)
        }
    }

    @Test func tenantsOfUsersAreTold() throws {
        let desk = try desk()
        let viewers = try ["one", "other"].map { try #require(desk.resolve(desk.identity($0))).get() }
        #expect(viewers.map(\.tenant) == [Self.composed, Self.decomposed])
        #expect(
            viewers.map { $0.tenants.map { Array($0.utf8) } } == [
                [Array(Self.composed.text.utf8)], [Array(Self.decomposed.text.utf8)],
            ])
        #expect(viewers[0] != viewers[1] && AdmissionOwner(viewers[0]) != AdmissionOwner(viewers[1]))
        var trees: [[String]] = []
        for tenant in [Self.composed, Self.decomposed] {
            desk.directory.subtrees.get(desk.directory.subtrees.entry(tenant)) {
                trees.append((try? $0.get())??.ids ?? [])
            }
        }
        #expect(trees == [["sub-1"], ["sub-2"]])
    }

    @Test func claimsThatDifferInBytesDiffer() throws {
        let desk = try desk()
        #expect(desk.resolve(desk.identity("one", tenant: Self.decomposed)) == .failure(.claimDiffers("tenant")))
        #expect((try? desk.resolve(desk.identity("one", tenant: Self.composed))?.get()) != nil)
        desk.source.users["keeper"] = ["Keeper", "t-1", "active", "active", "t-1"]
        #expect(desk.resolve(desk.identity("keeper", role: "\u{212A}eeper")) == .failure(.claimDiffers("role")))
        #expect(
            desk.resolve(desk.identity("keeper", role: "\u{212A}EEPER")) == .failure(.claimDiffers("role")),
            "the KELVIN SIGN has no small letter here")
        #expect(
            desk.resolve(desk.identity("keeper", role: "KEEPER")) == .failure(.roleWithoutRules), "the claim agrees")
    }

    @Test func aStatusIsItsBytes() throws {
        var authentication = AuthenticationConfiguration()
        authentication.users?.status = StatusColumn(column: "status", active: "OK")
        let source = ScriptedSource()
        source.users = ["a": ["client", nil, "OK", nil, nil], "b": ["client", nil, "O\u{212A}", nil, nil]]
        let directory = ViewerDirectory(
            statements: DirectoryStatements(users: authentication.users, tenants: nil), authentication: authentication,
            source: source, clock: { 0 }, report: { _ in })
        var active: [Bool?] = []
        for user: ExactString in ["a", "b"] {
            directory.users.get(directory.users.entry(user)) { active.append((try? $0.get())?.isActive) }
        }
        #expect(active == [true, false])
    }

    /// Over real sockets, from tokens to what the gateway is given.
    @Test func tokensOfTwoUsersAreTwo() async throws {
        let office = try await Office.office()
        office.desk.source.users[Self.kevin] = ["super_admin", "t-0", "active", "active", "t-0"]
        office.desk.source.users[Self.kelvin] = ["client", "t-1", "active", "active", "t-1"]
        for _ in 0..<2 {
            for (user, role) in [(Self.kevin, "super_admin"), (Self.kelvin, "client")] {
                #expect(try office.post(authorization: Office.token(user.text)).status == 200)
                #expect(office.service.requests.last?.access.viewer.id == user)
                #expect(office.service.requests.last?.access.viewer.role.text == role)
            }
        }
    }

    @Test func keysAndCertificatesStandForTheirOwnUser() async throws {
        let keys = APIKeyTable(bindings: [APIKeyBinding(user: Self.kelvin, sha256: [UInt8](repeating: 0, count: 32))])
        #expect(keys.bindings[0] != APIKeyBinding(user: Self.kevin, sha256: [UInt8](repeating: 0, count: 32)))
        let table = CertificateTable(bindings: [
            CertificateBinding(user: Self.kevin, sign: .subject("CN=Kevin")),
            CertificateBinding(user: Self.kelvin, sign: .subject("CN=\u{212A}evin")),
        ])
        #expect(table.user(of: ClientCertificate(subject: "CN=Kevin", sha256: [])) == Self.kevin)
        #expect(table.user(of: ClientCertificate(subject: "CN=\u{212A}evin", sha256: [])) == Self.kelvin)
        let one = CertificateTable(bindings: [CertificateBinding(user: Self.kevin, sign: .subject("CN=Kevin"))])
        #expect(one.user(of: ClientCertificate(subject: "CN=\u{212A}evin", sha256: [])) == nil)
        let twins = CertificateTable(bindings: [
            CertificateBinding(user: Self.kevin, sign: .subject("CN=x")),
            CertificateBinding(user: Self.kelvin, sign: .name(.dns("x.test"))),
        ])
        #expect(
            twins.user(of: ClientCertificate(subject: "CN=x", names: [.dns("x.test")], sha256: [])) == nil,
            "it stands for two users")
    }

    @Test func aKidIsItsBytes() async throws {
        let keys = try KeySet([
            try await key(kid: "K"),
            try await key(kid: "\u{212A}", .hs256, .secret("another secret of more than 32 bytes")),
        ])
        #expect(keys.count == 2 && keys.key(kid: "K", algorithm: "HS256")?.kid == "K")
        let one = try KeySet([try await key(kid: "K"), try await key()])
        #expect(one.key(kid: "\u{212A}", algorithm: "HS256") == nil)
    }

    @Test func requirementsOfTokensAreBytes() async throws {
        let verifier = TokenVerifier(
            keys: try KeySet([try await key()]), requirements: TokenRequirements(issuer: "K", audience: ["K"]))
        func outcome(_ issuer: String, _ audience: String) async -> Result<ExactString, TokenFailure> {
            await verifier.verify(
                Array(Tokens.hmac(payload: Tokens.payload("\"iss\":\"\(issuer)\",\"aud\":\"\(audience)\"")).utf8),
                now: Tokens.now
            ).map(\.subject)
        }
        #expect(await outcome("K", "K") == .success("user-1"))
        #expect(await outcome("\u{212A}", "K") == .failure(.wrongIssuer))
        #expect(await outcome("K", "\u{212A}") == .failure(.wrongAudience))
    }

    @Test func accountsOfTenantsAreApart() {
        var table = AdmissionTable()
        let rule = AdmissionRule(.tenant, concurrent: 1)
        for tenant in [Self.composed, Self.decomposed] {
            guard case .admitted(let taken) = table.admit(.tenant(tenant), [rule], now: 0) else {
                Issue.record("refused for the other"); continue
            }
            #expect(taken.count == 1)
        }
        #expect(table.count == 2)
        #expect(AdmissionRule.Scope.role("K") != .role("\u{212A}"))
    }

    @Test func documentsAreKnownByTheBytesOfTheirIds() throws {
        let documents = TrustedDocuments(byID: ["K": Array("{ a }".utf8), "\u{212A}": Array("{ b }".utf8)])
        #expect(documents.text(id: "K") == Array("{ a }".utf8) && documents.text(id: "\u{212A}") == Array("{ b }".utf8))
        #expect(TrustedDocuments(byID: ["K": []]).text(id: "\u{212A}") == nil)
        #expect(!TrustedOnly.roles([.init(name: "K", range: .none)]).restricts("\u{212A}"))
    }
}
