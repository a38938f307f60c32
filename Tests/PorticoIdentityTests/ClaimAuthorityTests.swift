import Diagnostics
import ExactText
import PorticoAccess
import TestIdentity
import Testing
import YAMLTree
@testable import PorticoConfiguration
@testable import PorticoIdentity

/// `authentication: { users: null }`: the claims say who somebody is.
@Suite struct ClaimAuthorityTests {
    /// What a configuration makes of tokens, on rules and tables of the test's own.
    private final class Door {
        let configuration: AuthenticationConfiguration
        let source = ScriptedSource()
        var rules: ScriptedRules
        var now = 1_000_000
        private(set) var resolver: ViewerResolver!

        init(_ text: String) throws {
            let file = SourceText(
                name: GatewayConfiguration.path,
                "authentication:\n  users: null\n" + text.split(separator: "\n").map { "  \($0)\n" }.joined())
            configuration = try GatewayConfiguration.read(file, project: "/nowhere", environment: { _ in nil })
                .authentication
            rules = try ScriptedRules(
                ["client": .tenant, "owner": .subtree, "admin": .crossTenant, "anonymous": .tenant], broken: ["broken"])
            let directory = ViewerDirectory(
                statements: DirectoryStatements(users: configuration.users, tenants: configuration.tenants),
                authentication: configuration, source: source,
                clock: { [unowned self] in now }, report: { _ in })
            resolver = ViewerResolver(
                directory: directory, claims: configuration.requirements.claims, snapshot: { [unowned self] in rules })
        }

        func identity(_ claims: String) throws(TokenFailure) -> Identity {
            resolver.identity(
                try TokenClaims.parse(Array("{\"exp\":1,\(claims)}".utf8), names: configuration.requirements.claims))
        }

        func viewer(_ identity: Identity) throws -> Viewer {
            var answer: Result<Access, AuthenticationFailure>?
            resolver.resolve(identity) { answer = $0 }
            return try #require(answer, "it did not answer within the call").get().viewer
        }

        /// The viewer of a token with these claims.
        func viewer(_ claims: String) throws -> Viewer { try viewer(try identity(claims)) }

        func failure(_ claims: String) throws -> AuthenticationFailure? {
            do { _ = try viewer(claims) } catch let failure as TokenFailure { return .token(failure) } catch let failure
                as AuthenticationFailure
            { return failure }
            return nil
        }
    }

    private func missing(_ claim: String) -> AuthenticationFailure {
        .token(.claim("The token has no claim \"\(claim)\"."))
    }

    // MARK: Role and tenant

    @Test func theClaimsMakeTheViewer() throws {
        let door = try Door("")
        #expect(
            try door.viewer(#""sub":"u","role":"client","tenant":"t-1","plan":"pro""#)
                == Viewer(id: "u", role: "client", tenant: "t-1", tenants: ["t-1"], claims: ["plan": "pro"]))
        #expect(
            try door.viewer(#""sub":"u","role":"owner","tenant":7"#)
                == Viewer(id: "u", role: "owner", tenant: "7", tenants: ["7"]), "a number as it is written")
        #expect(
            try door.viewer(#""sub":"u","role":"admin""#) == Viewer(id: "u", role: "admin", tenant: nil, tenants: []),
            "who reaches all needs none")
        #expect(door.source.readings.isEmpty, "no table was asked")
    }

    @Test func whatIsMissingOrUnknown() throws {
        let door = try Door("")
        #expect(try door.failure(#""role":"client","tenant":"t""#) == missing("sub"))
        #expect(try door.failure(#""sub":"u","tenant":"t""#) == missing("role"))
        #expect(try door.failure(#""sub":"u","role":null,"tenant":"t""#) == missing("role"))
        #expect(try door.failure(#""sub":"u","role":"client""#) == missing("tenant"))
        #expect(try door.failure(#""sub":"u","role":"owner","tenants":["a"]"#) == missing("tenant"))
        #expect(try door.failure(#""sub":"u","role":"gardener","tenant":"t""#) == .roleWithoutRules)
        // Roles compare by bytes: there is no row that a spelling could be held against.
        #expect(try door.failure(#""sub":"u","role":"CLIENT","tenant":"t""#) == .roleWithoutRules)
        #expect(try door.failure(#""sub":"u","role":[],"tenant":"t""#) == .roleWithoutRules)
        #expect(
            try door.failure(#""sub":"u","role":true,"tenant":"t""#)
                == .token(.claim("The token's claim \"role\" is not of the right type.")))
        #expect(try door.failure(#""sub":"u","role":"client","tenant":"broken""#) == .rulesUnavailable)
        #expect(missing("role").status == 401 && AuthenticationFailure.roleWithoutRules.status == 403)
    }

    @Test func tokensMayNameNoTenantWhereTheConfigurationSaysSo() throws {
        let door = try Door("claims: { tenant: null }")
        #expect(
            try door.viewer(#""sub":"u","role":"client","tenant":"t-1""#)
                == Viewer(id: "u", role: "client", tenant: nil, tenants: [], claims: ["tenant": "t-1"]))
    }

    // MARK: Several roles

    @Test func ofSeveralRolesTheOneThatIsDefined() throws {
        let door = try Door("")
        #expect(try door.viewer(#""sub":"u","role":["offline_access","client","uma"],"tenant":"t""#).role == "client")
        #expect(try door.viewer(#""sub":"u","role":["client","client"],"tenant":"t""#).role == "client")
        #expect(
            try door.failure(#""sub":"u","role":["owner","x","client"],"tenant":"t""#)
                == .severalRoles(["client", "owner"]))
        #expect(AuthenticationFailure.severalRoles(["client", "owner"]).status == 403)
        #expect(
            AuthenticationFailure.severalRoles(["client", "owner"]).description
                == "The token names several roles (client, owner); one of them has to be chosen.")
    }

    @Test func valuesStandForRolesInTheirOrder() throws {
        let door = try Door("claims:\n  roles: { Portal.Owner: owner, staff: client, boss: owner }")
        #expect(
            try door.viewer(#""sub":"u","role":["staff","Portal.Owner"],"tenant":"t""#).role == "owner",
            "the first of the file, not of the token")
        #expect(try door.viewer(#""sub":"u","role":"staff","tenant":"t""#).role == "client")
        // A role's own name is no value unless the file says so.
        #expect(try door.failure(#""sub":"u","role":["client","admin"],"tenant":"t""#) == .roleWithoutRules)
    }

    // MARK: Tenants

    @Test func furtherTenantsAreReachedByRolesThatReachBelow() throws {
        let door = try Door("")
        let claims = #""tenant":"t-1","tenants":["t-3","t-2","t-1","t-2"],"sub":"u""#
        #expect(try door.viewer(#""role":"owner",\#(claims)"#).tenants == ["t-1", "t-2", "t-3"])
        #expect(try door.viewer(#""role":"client",\#(claims)"#).tenants == ["t-1"], "its rules bind it to its own")
        #expect(try door.viewer(#""role":"owner","tenant":"t-1","tenants":"t-2","sub":"u""#).tenants == ["t-1", "t-2"])
        #expect(try door.viewer(#""role":"owner","tenant":"t-1","tenants":[],"sub":"u""#).tenants == ["t-1"])
        #expect(door.source.readings.isEmpty)
    }

    @Test func aTableOfTenantsSaysWhatIsBelowAndWhetherTheTenantIsActive() throws {
        let door = try Door("tenants: { table: agencies }")
        door.source.users = ["t-1": ["", "t-1", nil, "active", "t-1"], "t-2": ["", "t-2", nil, "suspended", "t-2"]]
        door.source.subtrees = ["t-1": ["t-1", "t-11"]]
        #expect(try door.viewer(#""sub":"u","role":"owner","tenant":"t-1""#).tenants == ["t-1", "t-11"])
        #expect(door.source.readings == ["t-1", "t-1"], "its status, and those below it")
        #expect(
            try door.viewer(#""sub":"u","role":"owner","tenant":"t-1","tenants":["t-9"]"#).tenants == ["t-1", "t-9"],
            "the claim goes first")
        #expect(
            try door.viewer(#""sub":7,"role":"owner","tenant":"t-1","tenants":null"#).tenants == ["t-1"],
            "a null is an empty list")
        #expect(try door.failure(#""sub":"u","role":"client","tenant":"t-2""#) == .tenantNotActive)
        #expect(try door.failure(#""sub":"u","role":"client","tenant":"t-8""#) == .tenantNotActive)
        #expect(try door.failure(#""sub":"u","role":"admin","tenant":"t-8""#) == .tenantNotActive)
        #expect(try door.viewer(#""sub":"u","role":"admin""#).tenants == [])
        let statements = DirectoryStatements(users: nil, tenants: door.configuration.tenants)
        #expect(
            statements.user?.text
                == "SELECT ''::text, t.\"id\"::text, NULL::text, t.\"status\"::text, t.\"id\"::text FROM \"agencies\" t WHERE t.\"id\" = $1 LIMIT 1"
        )
        #expect(DirectoryStatements(users: nil, tenants: nil).user == nil)
    }

    @Test func aTenantThatIsSwitchedOffIsNoticed() throws {
        let door = try Door("tenants: { table: agencies, parent: null }")
        door.source.users = ["t-1": ["", "t-1", nil, "active", "t-1"]]
        let identity = try door.identity(#""sub":"u","role":"client","tenant":"t-1""#)
        #expect(try door.viewer(identity).tenant == "t-1")
        door.source.users["t-1"]?[3] = "suspended"
        #expect(try door.viewer(identity).tenant == "t-1")
        door.now += 5_001
        #expect(throws: AuthenticationFailure.tenantNotActive) { try door.viewer(identity) }
    }

    @Test func otherRulesAreAskedAnew() throws {
        let door = try Door("")
        let identity = try door.identity(#""sub":"u","role":["client","owner"],"tenant":"t""#)
        #expect(throws: AuthenticationFailure.severalRoles(["client", "owner"])) { try door.viewer(identity) }
        door.rules = try ScriptedRules(["owner": .subtree])
        #expect(try door.viewer(identity).role == "owner")
        door.rules = try ScriptedRules(["client": .tenant])
        #expect(try door.viewer(identity).role == "client")
    }

    // MARK: The table of users

    /// With a table of users the names of claims count too: what they hold has to agree with the
    /// row.
    @Test func claimsOfOtherNamesHaveToAgreeWithTheRow() throws {
        let desk = try Desk()
        let names = try GatewayConfiguration.read(
            SourceText(
                name: "c", "authentication: { claims: { role: [realm, roles], tenant: \"https://x.test/tenant\" } }"),
            project: "/", environment: { _ in nil }
        ).authentication.requirements.claims
        func viewer(_ claims: String) throws -> Result<Viewer, AuthenticationFailure>? {
            desk.resolve(
                desk.resolver.identity(
                    try TokenClaims.parse(Array("{\"sub\":\"client\",\"exp\":1,\(claims)}".utf8), names: names)))
        }
        #expect(try viewer(#""realm":{"roles":["x","CLIENT"]},"https://x.test/tenant":"t-1""#)?.get().role == "client")
        #expect(try viewer(#""realm":{"roles":["x","agency_owner"]}"#) == .failure(.claimDiffers("role")))
        #expect(try viewer(#""https://x.test/tenant":"t-2""#) == .failure(.claimDiffers("tenant")))
        #expect(try viewer(#""realm":{}"#)?.get().id == "client")
    }

    // MARK: Tokens of our own

    @Test func tokensOfOurOwnHaveTheConfiguredClaims() throws {
        let door = try Door(
            "claims: { user: oid, role: [realm_access, roles], tenant: [realm_access, tenant], roles: { Portal.Owner: owner } }"
        )
        let issuer = try TokenIssuer(secret: Tokens.secret, kid: "k", requirements: door.configuration.requirements)
        let token = issuer.token(
            TokenIssuer.Bearer(user: "u", tenant: "t-1", role: "owner"), now: Tokens.now, lifetime: 60)
        let keys = try KeySet([])
        #expect(
            TokenVerifier(keys: keys, requirements: door.configuration.requirements).namesUnknownKey(Array(token.utf8)))
        let payload = try #require(token.split(separator: ".").dropFirst().first)
        #expect(
            payload
                == Tokens.base64URL(
                    #"{"oid":"u","iat":1750000000,"exp":1750000060,"realm_access":{"tenant":"t-1","roles":"Portal.Owner"}}"#
                ))
    }

    // MARK: The configuration

    @Test func withoutAnAudienceTheOperatorIsWarned() throws {
        #expect(try Door("jwks: { url: https://issuer.test/keys }").configuration.warnings.count == 1)
        #expect(try Door("jwks: { url: https://issuer.test/keys }\naudience: portico").configuration.warnings.isEmpty)
        #expect(try Door("").configuration.warnings.isEmpty, "a key of one's own signs for nobody else")
        #expect(AuthenticationConfiguration().warnings.isEmpty)
    }
}
