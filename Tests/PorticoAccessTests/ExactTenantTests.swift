import ExactText
import PorticoCatalog
import Testing
@testable import PorticoAccess

/// Tenants, roles and rules whose names or literals are one text in Unicode, and are two in bytes.
@Suite struct ExactTenantTests {
    private static let composed = "caf\u{E9}", decomposed = "cafe\u{301}"
    private static let hides = "client: { Ticket: { read: { hide: [subject] } } }"

    private func showsSubject(_ policy: Policy, _ tenant: String) -> Bool? {
        policy.ruleSet("client", tenant)?.types["Ticket"]?.fields.contains("subject")
    }

    @Test func aFileIsForTheTenantWithItsBytesAlone() throws {
        for (own, other) in [(Self.composed, Self.decomposed), (Self.decomposed, Self.composed)] {
            let policy = try Spotex.policy(tenants: [(own, Self.hides)])
            #expect(showsSubject(policy, own) == false && showsSubject(policy, other) == true)
            #expect(policy.tenantBytes(ExactString(own)) != nil && policy.tenantBytes(ExactString(other)) == nil)
            #expect(policy.tenants == [ExactString(own)])
        }
        let both = try Spotex.policy(tenants: [(Self.composed, Self.hides), (Self.decomposed, "limits: { depth: 7 }")])
        #expect(showsSubject(both, Self.composed) == false && showsSubject(both, Self.decomposed) == true)
        #expect(
            both.ruleSet("client", Self.decomposed)?.limits[.depth] == 7
                && both.ruleSet("client", Self.composed)?.limits[.depth] == 30)
    }

    @Test func aWrongFileClosesItsOwnTenant() throws {
        let policy = try Spotex.policy(tenants: [(Self.composed, "nonsense: {}")])
        #expect(policy.ruleSet("client", Self.composed) == nil && policy.ruleSet("client", Self.decomposed) != nil)
    }

    @Test func editsReachTheirOwnTenant() throws {
        let one = ExactString(Self.composed), other = ExactString(Self.decomposed)
        var rules = try Edited.live([one: Edited.hidesSubject])
        let update = rules.apply(Edited.edits([other: Edited.hidesStatus]))
        #expect(update.changes.map(\.source) == [.tenant(other)])
        #expect(rules.knownTenants == [one, other])
        #expect(rules.apply(Edited.edits([one: nil as String?])).changes.map(\.source) == [.tenant(one)])
        #expect(showsSubject(rules.policy, Self.composed) == true && rules.knownTenants == [other])
    }

    /// The sets of rules are shared by their content, which is not the same where a literal finds
    /// other rows.
    @Test func literalsOfRulesAreTold() throws {
        func rows(_ name: String) -> String {
            "client: { Ticket: { read: { rows: { subject: { eq: \"\(name)\" } } } } }"
        }
        let policy = try Spotex.policy(tenants: [
            ("a", rows(Self.composed)), ("b", rows(Self.decomposed)), ("c", rows("Kevin")), ("d", rows("\u{212A}evin")),
        ])
        let sets = try ["a", "b", "c", "d"].map { try #require(policy.ruleSet("client", $0)) }
        #expect(Set(sets.map { ObjectIdentifier($0) }).count == 4 && Set(sets.map(\.fingerprint)).count == 4)
        let texts = sets.map { set -> [UInt8] in
            guard let condition = set.types["Ticket"]?.rows?.parts.last?.condition,
                case .compare(_, _, .literal(.string(let text))) = condition
            else { return [] }
            return Array(text.utf8)
        }
        #expect(texts == [Self.composed, Self.decomposed, "Kevin", "\u{212A}evin"].map { Array($0.utf8) })
        // A file that changes from one to the other says something else.
        var live = try Edited.live(["a": rows(Self.composed)])
        #expect(live.apply(Edited.edits(["a": rows(Self.decomposed)])).isChange)
    }

    @Test func rolesAreKnownByTheirBytes() throws {
        let policy = try Edited.policy(roles: "roles: { Keeper: { Ticket: { read: { fields: all } } } }")
        guard case .rules = policy.rules(role: "Keeper", tenant: nil) else { Issue.record("not known"); return }
        guard case .unknownRole = policy.rules(role: "\u{212A}eeper", tenant: nil) else {
            Issue.record("known by another name"); return
        }
        #expect(policy.reach(of: "\u{212A}eeper") == nil && policy.widestRules(role: "\u{212A}eeper") == nil)
    }

    @Test func viewersAreEqualByBytes() {
        func viewer(_ name: String) -> Viewer {
            Viewer(id: name, role: "client", tenant: name, tenants: [name], claims: ["c": name])
        }
        #expect(viewer(Self.composed) != viewer(Self.decomposed) && viewer(Self.composed) == viewer(Self.composed))
        #expect(viewer("Kevin").fairnessKey != viewer("\u{212A}evin").fairnessKey)
        #expect(
            Viewer(id: "a", role: "r", tenant: nil, tenants: [Self.composed])
                != Viewer(id: "a", role: "r", tenant: nil, tenants: [Self.decomposed]))
        #expect(viewer("x").claims["c"] == "x")
        #expect(Set([ViewerValue.claim(ExactString(Self.composed)), .claim(ExactString(Self.decomposed))]).count == 2)
    }
}

/// Tenants whose files cannot be read: what they narrow is unknown.
@Suite struct UnreadableTenantTests {
    private static func unreadable(_ tenant: ExactString) -> UnreadableFile {
        UnreadableFile(name: RuleSource.tenant(tenant).path, reason: "it is a pipe, not a file")
    }

    @Test func atTheStartItIsNotServedAndOthersAre() throws {
        let policy = try Policy.load(
            catalog: Spotex.catalog.get(), roles: Edited.text(Edited.roles, .roles).source, tenants: [],
            unreadable: [
                Self.unreadable("a"),
                UnreadableFile(name: "config/access/tenants/\u{FFFD}.yaml", reason: "x", namesTenant: false),
            ])
        #expect(
            policy.ruleSet("client", "a") == nil && policy.ruleSet("client", "b") != nil
                && policy.ruleSet("client", "\u{FFFD}") != nil)
        #expect(policy.tenantProblems["a"]?.items.map(\.message) == ["It cannot be read: it is a pipe, not a file."])
        var rules = PolicyReloadState(policy)
        #expect(!rules.apply(RuleEdits(unreadable: ["a": Self.unreadable("a")])).isChange, "it is known")
        #expect(
            rules.apply(Edited.edits(roles: Edited.widerRoles)).isChange && rules.policy.ruleSet("client", "a") == nil)
        #expect(
            rules.policy.tenantProblems["a"]?.items.map(\.message) == ["It cannot be read: it is a pipe, not a file."])
        #expect(
            rules.apply(Edited.edits(["a": Edited.hidesSubject])).isChange && rules.policy.ruleSet("client", "a") != nil
        )
    }

    @Test func laterItsRulesDoNotGoOn() throws {
        var rules = try Edited.live(["a": Edited.hidesSubject, "b": Edited.hidesSubject])
        let update = rules.apply(RuleEdits(unreadable: ["a": Self.unreadable("a")]))
        #expect(update.closed == ["a"] && update.isChange && update.refusals.map(\.isUnserved) == [true])
        #expect(
            rules.policy.ruleSet("client", "a") == nil && rules.policy.ruleSet("client", "b") != nil
                && rules.wrongTenants == 1)
        // Taken away, it is as good as none.
        #expect(
            rules.apply(Edited.edits(["a": nil as String?])).isChange && rules.policy.ruleSet("client", "a") != nil
                && rules.wrongTenants == 0)
    }
}
