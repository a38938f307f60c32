import GraphQLSchema
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoReview
import TestFixtures
import Testing

@Suite struct PolicyDifferenceTests {
    @Test func theSameRulesDifferInNothing() throws {
        let difference = try PolicyDifference(old: ReviewRules.spotex(), new: ReviewRules.spotex())
        #expect(difference.isEmpty && difference.direction == [])
        #expect(difference.text() == "Nothing changes for anyone.")
    }

    @Test func aMovedRuleIsNoChange() throws {
        let difference = try PolicyDifference(
            old: ReviewRules.spotex(), new: ReviewRules.spotex([("roles:\n", "\n\n# a word\nroles:\n")]))
        #expect(difference.isEmpty)
    }

    @Test func fieldsAreGainedAndLost() throws {
        let new = try ReviewRules.spotex([
            ("fields: { except: [assigneeId, assignee] }", "fields: { except: [assignee, description] }")
        ])
        let difference = try PolicyDifference(old: ReviewRules.spotex(), new: new)
        #expect(difference.lines == ["client in every tenant: Ticket + assigneeId; - description (gain and loss)"])
        #expect(difference.direction.mayGain)
    }

    @Test func tenantsWithEqualRulesAreOneClass() throws {
        // agency-002 has already hidden the field that is taken from everybody.
        let new = try ReviewRules.spotex([
            (
                "fields: { except: [assigneeId, assignee] }",
                "fields: { except: [assigneeId, assignee, slaResponseDueAt] }"
            )
        ])
        let difference = try PolicyDifference(old: ReviewRules.spotex(), new: new)
        #expect(difference.lines == ["client in every tenant but agency-002: Ticket - slaResponseDueAt (loss)"])
        #expect(
            difference.changes[0].tenants == TenantGroup(named: ["agency-001"], hasOthers: true, except: ["agency-002"])
        )
    }

    @Test func aTenantsFileConcernsItsOwnViewers() throws {
        let new = try ReviewRules.spotex(tenants: [
            ("agency-002", "client: { Ticket: { read: { rows: { status: { ne: CLOSED } } } } }\nlimits: { depth: 6 }\n")
        ])
        let difference = try PolicyDifference(old: ReviewRules.spotex(), new: new, tenants: ["agency-002"])
        #expect(
            difference.lines == [
                "agency_agent in agency-002: depth before: 8; after: 6 (loss)",
                "agency_agent in agency-002: Payment cannot be read any more; - amount, createdAt, currency, id, paidAt, provider, providerReference, status, subscriptionId, tenant, tenantId (loss)",
                "agency_agent in agency-002: Tenant - payments (loss)",
                "agency_owner in agency-002: depth before: 8; after: 6 (loss)",
                "client in agency-002: depth before: 8; after: 6 (loss)",
                "client in agency-002: Ticket + slaResolutionDueAt, slaResponseDueAt (gain)",
                "super_admin in agency-002: depth before: 8; after: 6 (loss)",
            ])
    }

    /// What a gateway says of other roles when it cannot compare every tenant.
    @Test func someTenantsAndAllWithoutAFileAreComparedWithoutTheRest() throws {
        let new = try ReviewRules.spotex([
            (
                "fields: { except: [assigneeId, assignee] }",
                "fields: { except: [assigneeId, assignee, slaResponseDueAt] }"
            )
        ])
        let old = try ReviewRules.spotex()
        #expect(
            PolicyDifference(old: old, new: new, tenants: ["agency-001"], alsoOthers: true).lines == [
                "client in every tenant: Ticket - slaResponseDueAt (loss)"
            ])
        let hidden = PolicyDifference(old: old, new: new, tenants: ["agency-002"], alsoOthers: true)
        #expect(hidden.lines == ["client in tenants without rules of their own: Ticket - slaResponseDueAt (loss)"])
        #expect(PolicyDifference(old: old, new: new, tenants: ["agency-002"]).isEmpty)
    }

    @Test func aBadFileTakesEverythingAndAGoodOneGivesItBack() throws {
        let good = try ReviewRules.spotex(),
            bad = try ReviewRules.spotex(tenants: [("agency-002", "client: { Tickets: {} }")])
        let lost = PolicyDifference(old: good, new: bad)
        #expect(
            lost.lines.first
                == "agency_agent in agency-002: tenant its rules are wrong: its viewers are not served (loss)")
        #expect(lost.direction == .loss && PolicyDifference(old: bad, new: good).direction == .gain)
    }

    @Test func rolesComeAndGo() throws {
        let one = "roles:\n  agent: { Domain: { read: { fields: [id, name] } } }\n"
        let two = one + "  guest: { Domain: { read: { fields: [id], rows: { name: { eq: a } } } } }\n"
        let came = try PolicyDifference(old: ReviewRules.policy(one), new: ReviewRules.policy(two))
        #expect(
            came.lines == [
                "guest in every tenant: role the role is new (gain)",
                "guest in every tenant: Domain can be read now; + id; rows: name is \"a\" (gain)",
            ])
        let went = try PolicyDifference(old: ReviewRules.policy(two), new: ReviewRules.policy(one))
        #expect(
            went.lines == [
                "guest in every tenant: role the role is gone (loss)",
                "guest in every tenant: Domain cannot be read any more; - id; rows: name is \"a\" (loss)",
            ])
    }

    @Test(arguments: [("tenant", "subtree", AccessDirection.gain), ("subtree", "tenant", .loss)])
    func reachHasItsDirection(_ old: String, _ new: String, _ direction: AccessDirection) throws {
        func policy(_ reach: String) throws -> Policy {
            try ReviewRules.policy("roles: { agent: { reach: \(reach), Domain: { read: { fields: [id] } } } }")
        }
        #expect(try PolicyDifference(old: policy(old), new: policy(new)).direction == direction)
    }

    @Test func aRuleThatDeniesByRelationsCanShowMoreWhereTheReachShrinks() throws {
        func policy(_ reach: String) throws -> Policy {
            try ReviewRules.policy(
                "roles: { agent: { reach: \(reach), Site: { read: { fields: [id], rows: { tickets: { none: { status: { eq: OPEN } } } } } } } }"
            )
        }
        #expect(try PolicyDifference(old: policy("subtree"), new: policy("tenant")).direction.mayGain)
    }

    @Test func anIsolationThatIsTakenAwayIsAGain() throws {
        let files = try ProjectFiles.read(folder: Fixture.folder)
        let resolvers = files.resolvers.map { source in
            let text = String(decoding: source.bytes, as: UTF8.self)
            return source.name.hasSuffix("/Domain.yaml")
                ? .init(name: source.name, text.replacing("isolation: tenantId", with: "isolation: none")) : source
        }
        let open = try CatalogLoader.load(schemaFile: files.schema, resolvers: resolvers)
        let roles =
            "roles: { agent: { Domain: { read: { fields: [id] } } }, admin: { crossTenant: true, Domain: { read: { fields: [id] } } } }"
        let difference = try PolicyDifference(
            old: ReviewRules.policy(roles), new: ReviewRules.policy(roles, catalog: open))
        #expect(
            difference.lines == [
                "agent in every tenant: Domain isolation before: tenantId; isolation after: none (gain)"
            ])
    }

    @Test func aTableIsNoWiderThanItIsAskedToBe() throws {
        let new = try ReviewRules.spotex([
            (
                "rows: { creatorId: { eq: $viewer.id } }",
                "rows: { or: [{ creatorId: { eq: $viewer.id } }, { siteId: { isNull: true } }] }"
            ), ("    reach: subtree", "    reach: tenant"),
        ])
        let difference = try PolicyDifference(old: ReviewRules.spotex(), new: new)
        for width in [80, 100, 160] {
            let text = difference.text(width: width)
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= width }, "\(text)")
            #expect(text.contains("reach") && text.contains("client") && text.contains("gain"))
        }
    }

    @Test func theSameStandsInJSON() throws {
        let new = try ReviewRules.spotex([
            ("fields: { except: [assigneeId, assignee] }", "fields: { except: [assignee] }")
        ])
        let buffer = ResponseBuffer()
        try PolicyDifference(old: ReviewRules.spotex(), new: new).json.write(into: buffer)
        let expected =
            #"{"gains":true,"direction":"gain","changes":[{"role":"client","tenants":["agency-001","agency-002"],"tenantsWithoutFile":true,"direction":"gain","#
            + #""change":"type","type":"Ticket","presence":"stays","gained":["assigneeId"],"lost":[],"rebound":[],"rows":null,"isolation":null}]}"#
        #expect(String(decoding: buffer.takeBytes(), as: UTF8.self) == expected)
    }

    /// One file edited among ten thousand is compared without looking at the others.
    @Test func onlyTheTenantsAskedForAreCompared() throws {
        func policy(_ last: String) throws -> Policy {
            let tenants = (0..<2_000).map { ("t\($0)", $0 == 7 ? last : "limits: { depth: \(2 + $0 % 20) }") }
            return try ReviewRules.policy(
                "roles: { agent: { Domain: { read: { fields: [id, name] } } } }", tenants: tenants)
        }
        let old = try policy("{}"), new = try policy("agent: { Domain: { read: { hide: [name] } } }")
        #expect(PolicyDifference(old: old, new: new, tenants: ["t7"]).lines == ["agent in t7: Domain - name (loss)"])
        #expect(old.compiledCount == 1 && new.compiledCount == 1)
        #expect(PolicyDifference(old: old, new: new).lines == ["agent in t7: Domain - name (loss)"])
    }
}
