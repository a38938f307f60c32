import ExactText
import PorticoAccess
import TestIdentity
import Testing
@testable import PorticoConfiguration
@testable import PorticoIdentity

/// The user's row is the authority.
struct ViewerResolverTests {
    @Test func theRowMakesTheViewer() throws {
        let desk = try Desk()
        let identity = desk.identity("client", tenant: "t-1", role: "CLIENT", others: ["plan": "pro"])
        #expect(
            desk.resolve(identity)
                == .success(
                    Viewer(id: "client", role: "client", tenant: "t-1", tenants: ["t-1"], claims: ["plan": "pro"])))
        #expect(
            desk.resolve(desk.identity("owner"))
                == .success(Viewer(id: "owner", role: "agency_owner", tenant: "t-1", tenants: ["t-1", "t-11", "t-12"])))
    }

    @Test(
        arguments: [
            ("nobody", nil, nil, .userNotActive),
            ("disabled", nil, nil, .userNotActive),
            ("suspended", nil, nil, .tenantNotActive),
            ("orphan", nil, nil, .tenantNotActive),
            ("stranger", nil, nil, .roleWithoutRules),
            ("unlucky", nil, nil, .rulesUnavailable),
            ("client", "t-2", nil, .claimDiffers("tenant")),
            ("client", nil, "agency_owner", .claimDiffers("role")),
            // Who is not active learns nothing about claims or tenants.
            ("disabled", "t-2", nil, .userNotActive),
        ] as [(ExactString, ExactString?, ExactString?, AuthenticationFailure)])
    func refused(user: ExactString, tenant: ExactString?, role: ExactString?, failure: AuthenticationFailure) throws {
        let desk = try Desk()
        #expect(desk.resolve(desk.identity(user, tenant: tenant, role: role)) == .failure(failure))
    }

    @Test func statusesSayWhatKindOfRefusalItIs() {
        #expect(AuthenticationFailure.userNotActive.status == 401)
        #expect(AuthenticationFailure.claimDiffers("role").status == 401)
        #expect(AuthenticationFailure.tenantNotActive.status == 403)
        #expect(AuthenticationFailure.rulesUnavailable.status == 503)
        #expect(AuthenticationFailure.directoryUnavailable.status == 503)
    }

    @Test func aRowIsReadOnceWithinItsAge() throws {
        let desk = try Desk()
        let identity = desk.identity("client")
        for _ in 0..<3 { _ = desk.resolve(identity) }
        _ = desk.resolve(desk.identity("client"))
        desk.now += 3000
        _ = desk.resolve(identity)
        #expect(desk.source.readings == ["client"])
    }

    /// Where each of very many tenants has rules of its own, the policy forgets some of them:
    /// those who come again must not wait for their compilation.
    @Test func rulesAreKeptWithTheCredential() throws {
        let desk = try Desk()
        let identity = desk.identity("client")
        for _ in 0..<3 {
            _ = desk.resolve(identity)
            desk.now += 60_000
        }
        #expect(desk.source.readings == ["client", "client", "client"] && desk.rules.lookups == 1)
        desk.source.users["client"]?[0] = "super_admin"
        #expect(try desk.resolve(identity)?.get().role == "super_admin" && desk.rules.lookups == 2)
        desk.source.users["client"]?[1] = "t-2"
        desk.source.users["client"]?[4] = "t-2"
        desk.now += 60_000
        #expect(try desk.resolve(identity)?.get().tenant == "t-2" && desk.rules.lookups == 3)
        let former = desk.rules
        desk.rules = try ScriptedRules(["client": .tenant])
        #expect(desk.resolve(identity) == .failure(.roleWithoutRules))
        #expect(former.lookups == 3 && desk.rules.lookups == 1)
    }

    @Test func aRowThatIsUsedLateIsReadAheadWithoutAnybodyWaiting() throws {
        let desk = try Desk()
        let identity = desk.identity("client")
        _ = desk.resolve(identity)
        desk.now += 3001
        desk.source.holds = true
        #expect(try desk.resolve(identity)?.get().id == "client")
        #expect(try desk.resolve(identity)?.get().id == "client")
        #expect(desk.source.readings.count == 2)
        desk.source.users["client"]?[2] = "disabled"
        desk.source.release()
        #expect(desk.resolve(identity) == .failure(.userNotActive))
    }

    @Test func aRowIsNeverUsedBeyondItsAge() throws {
        let desk = try Desk()
        let identity = desk.identity("client")
        _ = desk.resolve(identity)
        desk.source.holds = true
        desk.now += 3001
        _ = desk.resolve(identity)
        desk.now += 2000
        // The reading that began ahead has not come back: who asks now has to wait for it.
        #expect(desk.resolve(identity) == nil)
        #expect(desk.source.readings.count == 2)
    }

    @Test func thoseWhoWaitForOneRowWaitTogether() throws {
        let desk = try Desk()
        desk.source.holds = true
        var answers = 0
        for _ in 0..<5 { desk.resolver.resolve(desk.identity("client")) { _ in answers += 1 } }
        #expect(desk.source.readings == ["client"])
        desk.source.release()
        #expect(answers == 5)
    }

    @Test func aDatabaseThatIsDownIsNotAnAnswer() throws {
        let desk = try Desk()
        let identity = desk.identity("client")
        _ = desk.resolve(identity)
        desk.source.failure = DirectoryFailure(isBadValue: false, detail: "down")
        desk.now += 4000
        #expect(try desk.resolve(identity)?.get().id == "client")  // young enough, although the reading ahead fails
        desk.now += 2000
        #expect(desk.resolve(identity) == .failure(.directoryUnavailable))
        #expect(desk.reports.contains("down"))
        desk.source.failure = nil
        #expect(try desk.resolve(identity)?.get().id == "client")
    }

    @Test func anIdThatCannotBeOneIsNobody() throws {
        let desk = try Desk()
        desk.source.failure = DirectoryFailure(isBadValue: true, detail: "invalid input syntax for type uuid")
        #expect(desk.resolve(desk.identity("not-a-uuid")) == .failure(.userNotActive))
        #expect(desk.reports.isEmpty)
    }

    @Test func whoIsCreatedNowIsKnownSoon() throws {
        let desk = try Desk()
        #expect(desk.resolve(desk.identity("new")) == .failure(.userNotActive))
        desk.source.users["new"] = ["client", "t-1", "active", "active", "t-1"]
        desk.now += 1001
        #expect(try desk.resolve(desk.identity("new"))?.get().id == "new")
    }

    @Test func newRulesCountAtOnce() throws {
        let desk = try Desk()
        let identity = desk.identity("client")
        _ = desk.resolve(identity)
        desk.rules = try ScriptedRules(["super_admin": .crossTenant])
        #expect(desk.resolve(identity) == .failure(.roleWithoutRules))
    }

    @Test func aTenantThatMovesBelowIsReachedWithinTheAge() throws {
        let desk = try Desk()
        let identity = desk.identity("owner")
        _ = desk.resolve(identity)
        desk.source.subtrees["t-1"]?.append("t-13")
        #expect(try desk.resolve(identity)?.get().tenants.count == 3)
        desk.now += 5001
        #expect(try desk.resolve(identity)?.get().tenants.count == 4)
    }

    /// What statements are told of the tenants hangs on the list: as long as the tree is the same,
    /// nothing is encoded anew.
    @Test func aTreeThatDidNotChangeKeepsItsList() throws {
        let desk = try Desk()
        let identity = desk.identity("owner")
        let first = try #require(try desk.resolve(identity)?.get()).tenantList
        desk.now += 5001
        #expect(try desk.resolve(identity)?.get().tenantList === first)
        #expect(
            try desk.resolve(desk.identity("owner"))?.get().tenantList === first, "all viewers of the tenant share it")
        desk.source.subtrees["t-1"]?.append("t-13")
        desk.now += 5001
        let second = try #require(try desk.resolve(identity)?.get()).tenantList
        #expect(second !== first && second.ids.count == 4)
    }

    @Test func anEndlessSubtreeIsRefused() throws {
        let desk = try Desk()
        desk.source.subtrees["t-1"] = (0...DirectoryStatements.mostTenants).map { "t\($0)" }
        #expect(desk.resolve(desk.identity("owner")) == .failure(.directoryUnavailable))
        #expect(desk.reports.count == 1)
    }

    @Test func theCacheIsBounded() throws {
        var readings = 0
        let cache = FreshCache<Int>(freshness: Freshness(entries: 8), clock: { 0 }) { _, then in
            readings += 1
            then(.success(1))
        }
        for index in 0..<100 { cache.get(cache.entry("user-\(index)")) { _ in } }
        #expect(cache.count <= 8)
        #expect(readings == 100)
    }

    @Test func theStatementsNameWhatTheConfigurationNames() {
        var users = UserTableColumns(), tenants = TenantTableColumns()
        users.table = "app.people"
        users.id = "pi\"d"
        users.status = nil
        tenants.status = StatusColumn(column: "state", active: "open")
        let statements = DirectoryStatements(users: users, tenants: tenants)
        #expect(
            statements.user?.text == """
                SELECT u."role"::text, u."tenant_id"::text, NULL::text, t."state"::text, t."id"::text FROM "app"."people" u \
                LEFT JOIN "tenants" t ON t."id" = u."tenant_id" WHERE u."pi""d" = $1 LIMIT 1
                """)
        #expect(
            statements.subtree?.text == """
                WITH RECURSIVE below (id) AS (SELECT t."id" FROM "tenants" t WHERE t."id" = $1 UNION \
                SELECT c."id" FROM "tenants" c JOIN below b ON c."parent_id" = b.id \
                WHERE (SELECT n."parent_id" FROM "tenants" n WHERE n."parent_id" >= $1 ORDER BY n."parent_id" LIMIT 1) = $1) SELECT id::text FROM below LIMIT 100001
                """)
        tenants.parent = nil
        #expect(DirectoryStatements(users: users, tenants: tenants).subtree == nil)
    }
}
