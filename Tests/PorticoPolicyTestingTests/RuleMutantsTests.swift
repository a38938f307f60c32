import Diagnostics
import ExactText
import PorticoAccess
import PorticoCatalog
import TestFixtures
import Testing
import YAMLTree

@testable import PorticoPolicyTesting

@Suite struct RuleMutantsTests {
    private static let roles = """
        roles:
          boss:
            reach: subtree
            Ticket: { read: { fields: all } }
          helper:
            TicketMessage:
              read:
                fields: { except: [internal, body] }
                rows: { internal: { eq: false }, or: [{ authorId: { eq: $viewer.id } }, { ticket: { creatorId: { eq: $viewer.id } } }] }
            Payment: { read: { fields: [id, tenantId, subscriptionId, amount, currency, status, provider, providerReference, paidAt], optional: true } }
        """
    private static let tenant =
        "grants: [helper.Payment.read]\nhelper: { TicketMessage: { read: { hide: [authorId] } } }\nlimits: { depth: 5, requestsPerSecond: 3 }\n"

    private static func mutants() throws -> ([RuleMutant], RuleTexts) {
        let texts = try TestingFixture.texts(roles, tenants: [("t1", tenant), ("t2", tenant)])
        return (RuleMutants(texts, hasHierarchy: true).all, texts)
    }

    private static func effects(_ kinds: RuleMutant.Kind...) throws -> [String] {
        try mutants().0.filter { kinds.contains($0.kind) }.map { "\($0.origin.line):\($0.origin.column) \($0.effect)" }
    }

    @Test func everyPartOfAConditionIsDroppedOnce() throws {
        let found1 = try Self.effects(.conditionDropped, .alternativeDropped)
        #expect(
            found1 == [
                "9:9 helper's TicketMessage: every row within reach",
                "9:17 helper's TicketMessage: `internal` is not asked for",
                "9:42 helper's TicketMessage: `or` is not asked for",
                "9:47 helper's TicketMessage: no row for `{\"authorId\": {\"eq\": $viewer.id}}` alone",
                "9:81 helper's TicketMessage: no row for `{\"ticket\": {\"creatorId\": {\"eq\": $viewer.id}}}` alone",
                "9:93 helper's TicketMessage: `creatorId` is not asked for behind `ticket`",
            ])
    }

    @Test func everyFieldThatIsKeptBackIsShownOnce() throws {
        let found2 = try Self.effects(.fieldAdded, .hideRemoved)
        #expect(
            found2 == [
                "8:28 helper may read TicketMessage.internal", "8:38 helper may read TicketMessage.body",
                "10:32 helper may read Payment.createdAt", "10:32 helper may read Payment.subscription",
                "10:32 helper may read Payment.tenant",
                "2:43 helper may read TicketMessage.authorId",
            ])
    }

    @Test func rightsAndReachAreWidenedAndIsolationIsTakenAway() throws {
        let found3 = try Self.effects(.optionalGranted)
        #expect(found3 == ["10:127 every helper may read Payment, also where no tenant grants it"])
        let found4 = try Self.effects(.reachWidened)
        #expect(found4 == ["3:5 boss reaches every tenant", "5:3 helper reaches the tenants below its own"])
        let found5 = try Self.effects(.grantRemoved)
        #expect(found5 == ["1:10 `helper.Payment.read` is not granted"])
        let found6 = try Self.effects(.limitRemoved)
        #expect(found6 == ["3:11 the tenant has no limit `depth` of its own"])
        #expect(try Self.effects(.isolationRemoved).count == 10)
        // `anonymous` need not be stated: what it is denied is tried anyway.
        #expect(try Self.effects(.typeAdded).filter { $0.contains("anonymous") }.count == 10)
        #expect(try Self.effects(.typeAdded).filter { $0.contains("boss") }.count == 9)
    }

    /// The files of every mutant load, and differ from the original rules.
    @Test func everyMutantLoads() throws {
        let (mutants, texts) = try Self.mutants()
        let base = try Policy.load(catalog: Fixture.catalog, roles: texts.files.roles, tenants: texts.files.tenants)
        var changed = 0
        for mutant in mutants {
            let files = mutant.files(of: texts)
            let catalog =
                mutant.changesCatalog
                ? try CatalogLoader.load(schemaFile: files.schema, resolvers: files.resolvers) : Fixture.catalog
            let policy = try Policy.load(catalog: catalog, roles: files.roles, tenants: files.tenants)
            #expect(policy.tenantProblems.isEmpty, "\(mutant.effect)")
            if mutant.changesCatalog { continue }
            let roles = mutant.roles?.sorted() ?? policy.roles
            if EffectiveRules(policy, roles: roles, tenants: ["t1"])
                != EffectiveRules(base, roles: roles, tenants: ["t1"])
            {
                changed += 1
            }
        }
        // Relations to types that cannot be read change nothing: `subscription` and `tenant` of
        // payments.
        #expect(changed == mutants.count { !$0.changesCatalog } - 2)
    }

    @Test func equalFilesOfTenantsAreChangedTogether() throws {
        let (mutants, texts) = try Self.mutants()
        let mutant = try #require(mutants.first { $0.kind == .hideRemoved })
        #expect(mutant.tenants == ["t1", "t2"])
        #expect(
            mutant.files(of: texts).tenants.map { String(decoding: $0.bytes, as: UTF8.self).contains("authorId") } == [
                false, false,
            ])
    }

    @Test func onlyQuestionsThatItConcernsAreAskedAgain() throws {
        let mutant = try #require(try Self.mutants().0.first { $0.kind == .hideRemoved })
        let messages = TestingFixture.mentions("{ ticketMessages { authorId } }"),
            sites = TestingFixture.mentions("{ sites { id } }")
        #expect(mutant.concerns(role: "helper", tenant: "t1", messages))
        #expect(!mutant.concerns(role: "helper", tenant: "t3", messages))
        #expect(!mutant.concerns(role: "boss", tenant: "t1", messages))
        #expect(!mutant.concerns(role: "helper", tenant: "t1", sites))
        #expect(
            mutant.concerns(role: "helper", tenant: "t1", TestingFixture.mentions("{ __schema { types { name } } }")))
        #expect(mutant.nearness(messages) == 2)
    }

    @Test(arguments: [
        "{a: [1, -2.5, \"1\", 'it''s', x y], b: ~, \"c d\": {}, e: \"line\\nend \\\\ \\\" \\t\", f: 2025-01-01T00:00:00Z, g: $viewer.id, h: '- x', i: '#', j: 'a: b'}"
    ])
    func treesAreWrittenAsTheyAreRead(_ text: String) throws {
        let tree = try #require(try parseYAML(SourceText(name: "", text)))
        let again = try #require(try parseYAML(SourceText(name: "", tree.flowText)))
        #expect(again.jsonValue == tree.jsonValue)
        #expect(again.flowText == tree.flowText)
    }

    @Test func coverageNamesWhatNoQuestionComesNear() throws {
        let (_, texts) = try Self.mutants()
        var coverage = RuleCoverage(texts)
        func note(_ role: String, _ tenant: String, _ document: String, isAnswered: Bool = true) {
            coverage.note(
                RuleCoverage.Question(
                    role: role, tenant: ExactString(tenant), mentions: TestingFixture.mentions(document),
                    isAnswered: isAnswered, asksForRows: true))
        }
        let rules = coverage.share.total
        #expect(rules == 3 + 2 + 2 + 1 + 1 + 10)
        note("helper", "t1", "{ ticketMessages { internal } }", isAnswered: false)
        #expect(coverage.share.done == 1)
        note("helper", "t3", "{ ticketMessages { id } }")
        #expect(coverage.share.done == 1 + 1 + 2 + 1)
        note("helper", "t2", "{ payments { id } ticketMessages { authorId } }")
        #expect(coverage.share.done == 5 + 2 + 1 + 1)
        #expect(
            coverage.unexercised.map(\.name).prefix(2) == [
                "boss reads Ticket", "helper does not read TicketMessage.body",
            ])
    }

    @Test func theXMLEscapesWhatItIsGiven() throws {
        let suite = try TestingFixture.suite(
            "viewers: { a: { user: u } }\ntests:\n  - { name: \"<&\\\" \\u0001\", query: '{ tickets { id } }', expect: { a: 1 } }\n"
        )
        var report = AccessTestReport(source: suite.source)
        report.cases = [
            .init(
                test: suite.cases[0], mismatches: [Mismatch(summary: "a < b", lines: ["x & y"])], reasons: ["r"],
                nanoseconds: 1_500_000),
            .init(test: suite.cases[0], mismatches: [], reasons: [], nanoseconds: 0),
        ]
        #expect(
            report.junit == """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuites tests="2" failures="1" errors="0" time="0.001500">
                  <testsuite name="tests.yaml" tests="2" failures="1" errors="0" skipped="0" time="0.001500">
                    <testcase classname="&lt;&amp;&quot; \u{FFFD}" name="a" file="tests.yaml" time="0.001500">
                      <failure message="a &lt; b" type="mismatch">tests.yaml:3:67&#10;a &lt; b&#10;  x &amp; y&#10;r</failure>
                    </testcase>
                    <testcase classname="&lt;&amp;&quot; \u{FFFD}" name="a" file="tests.yaml" time="0.000000"/>
                  </testsuite>
                </testsuites>

                """)
        #expect(Share(of: 3, done: 2).percent == 66 && Share(of: 0, done: 0).percent == 100)
    }
}
