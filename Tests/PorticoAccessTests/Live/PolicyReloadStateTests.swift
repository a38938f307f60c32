import Diagnostics
import ExactText
import GraphQLSchema
import PorticoCatalog
import Synchronization
import Testing
@testable import PorticoAccess

/// Rules of the repository's API that tests change.
enum Edited {
    static let hidesSubject = "client: { Ticket: { read: { hide: [subject] } } }"
    static let hidesStatus = "client: { Ticket: { read: { hide: [status] } } }"
    static let grants = "grants: [agent.Payment.read]"
    static let broken = "client: { Ticket: { read: { hide: [subjet] } } }"

    static let roles = """
        roles:
          client: { Ticket: { read: { fields: [id, subject, status] } }, User: { read: { fields: [id, name] } } }
          agent: { Ticket: { read: { fields: all } }, Payment: { read: { fields: all, optional: true } } }
        """
    /// Nothing is optional any more.
    static let strictRoles = roles.replacing("optional: true", with: "optional: false")
    static let widerRoles = roles.replacing("[id, name]", with: "[id, name, email]")
    static let brokenRoles = roles.replacing("Ticket:", with: "Tickte:")

    static func text(_ text: String, _ source: RuleSource) -> PolicyFile {
        PolicyFile(SourceText(name: source.path, text))
    }

    static func edits(roles: String? = nil, _ tenants: [ExactString: String?] = [:]) -> RuleEdits {
        RuleEdits(
            roles: roles.map { text($0, .roles) },
            tenants: Dictionary(
                uniqueKeysWithValues: tenants.map { tenant, content in
                    (tenant, content.map { text($0, .tenant(tenant)) })
                }))
    }

    static func policy(roles: String = roles, _ tenants: [ExactString: String] = [:]) throws -> Policy {
        let sources = tenants.sorted { $0.key < $1.key }.map { text($0.value, .tenant($0.key)).source }
        return try Policy.load(catalog: Spotex.catalog.get(), roles: text(roles, .roles).source, tenants: sources)
    }

    static func live(
        _ tenants: [ExactString: String] = [:], accept: @escaping PolicyAcceptance = { _ throws(Diagnostics) in }
    ) throws -> PolicyReloadState {
        PolicyReloadState(try policy(tenants), accept: accept)
    }
}

extension Policy {
    func fields(_ role: String, _ tenant: String?, _ type: String = "Ticket") -> [String]? {
        ruleSet(role, tenant)?.types[type]?.fields.sorted()
    }
}

extension RuleUpdate {
    var changed: [RuleSource] { changes.map(\.source) }
    var refused: [RuleSource] { refusals.map(\.source) }
    var messages: [String] { refusals.flatMap(\.problems.items).map(\.message) }
}

@Suite struct PolicyReloadStateTests {
    // MARK: One file

    @Test func aGoodEditComesIntoForce() throws {
        var rules = try Edited.live(["a": Edited.hidesSubject])
        let update = rules.apply(Edited.edits(["a": Edited.hidesStatus, "b": Edited.hidesSubject]))
        #expect(update.changed == [.tenant("a"), .tenant("b")])
        #expect(update.changes.map { $0.before == nil } == [false, true])
        #expect(rules.policy.fields("client", "a") == ["id", "subject"])
        #expect(rules.policy.fields("client", "b") == ["id", "status"])
        #expect(update.before.fields("client", "a") == ["id", "status"])
    }

    @Test(arguments: ["", "client: {", Edited.broken, "agent: { Ticket: { read: { fields: all } } }"])
    func aBadEditLeavesTheTenantsRulesAsTheyWere(_ text: String) throws {
        var rules = try Edited.live(["a": Edited.hidesSubject])
        let before = rules.policy
        let update = rules.apply(Edited.edits(["a": text]))
        #expect(update.refused == [.tenant("a")])
        #expect(!update.isChange)
        #expect(update.refusals.first?.isUnserved == false)
        #expect(rules.policy === before)
        #expect(rules.wrongTenants == 1)
        // The same file as before: it is said that all is well, and nothing changes.
        let restored = rules.apply(Edited.edits(["a": Edited.hidesSubject]))
        #expect(restored.restored == [.tenant("a")])
        #expect(!restored.isChange)
        #expect(rules.wrongTenants == 0)
    }

    @Test func aBadNewFileOfATenantLeavesItWithoutRulesOfItsOwn() throws {
        var rules = try Edited.live()
        let update = rules.apply(Edited.edits(["a": Edited.broken]))
        #expect(update.refusals.first?.isUnserved == false)
        #expect(rules.policy.fields("client", "a") == ["id", "status", "subject"])
    }

    @Test func aTenantThatWasWrongFromTheStartIsNotServedUntilItsFileIsGood() throws {
        var rules = try Edited.live(["a": Edited.broken])
        #expect(rules.wrongTenants == 1)
        let update = rules.apply(Edited.edits(["a": ""]))
        #expect(update.refusals.first?.isUnserved == true)
        #expect(rules.policy.ruleSet("client", "a") == nil)
        #expect(rules.apply(Edited.edits(["a": Edited.hidesSubject])).changed == [.tenant("a")])
        #expect(rules.policy.fields("client", "a") == ["id", "status"])
        #expect(rules.wrongTenants == 0)
    }

    @Test func afterADeletionTheTenantHasNoRulesOfItsOwn() throws {
        var rules = try Edited.live(["a": Edited.hidesSubject, "b": Edited.broken])
        let update = rules.apply(Edited.edits(["a": nil, "b": nil, "never": nil]))
        #expect(update.changed == [.tenant("a"), .tenant("b")])
        #expect(update.changes.count == 2 && update.changes.allSatisfy { $0.after == nil })
        #expect(rules.policy.fields("client", "a") == ["id", "status", "subject"])
        #expect(rules.policy.fields("client", "b") == ["id", "status", "subject"])
        #expect(rules.wrongTenants == 0)
    }

    @Test func whatSaysTheSameChangesNothing() throws {
        var rules = try Edited.live(["a": Edited.hidesSubject])
        let before = rules.policy
        let update = rules.apply(Edited.edits(roles: Edited.roles, ["a": Edited.hidesSubject]))
        #expect(!update.isChange && update.refusals.isEmpty && update.restored.isEmpty)
        #expect(update.parsed == 0)
        #expect(rules.policy === before)
    }

    // MARK: Roles

    @Test func badRolesAreRefusedWholeAndMended() throws {
        var rules = try Edited.live(["a": Edited.hidesSubject])
        let before = rules.policy
        let update = rules.apply(Edited.edits(roles: Edited.brokenRoles))
        #expect(update.refused == [.roles])
        #expect(update.refusals.first?.problems.items.first?.range != nil)
        #expect(rules.policy === before)
        #expect(rules.isRoleFileWrong)
        #expect(rules.apply(Edited.edits(roles: Edited.widerRoles)).changed == [.roles])
        #expect(rules.policy.fields("client", "a", "User") == ["email", "id", "name"])
        #expect(!rules.isRoleFileWrong)
    }

    @Test func rolesThatWouldBreakATenantWaitForItsFile() throws {
        var rules = try Edited.live(["a": Edited.grants, "b": Edited.hidesSubject])
        let update = rules.apply(Edited.edits(roles: Edited.strictRoles))
        #expect(update.refused == [.roles])
        #expect(
            update.messages == [
                "Under these roles the rules of a tenant that are in force would be wrong.",
                "`agent.Payment.read` cannot be granted: roles.yaml does not mark it optional.",
            ])
        #expect(update.refusals.first?.problems.items.last?.file == "config/access/tenants/a.yaml")
        #expect(rules.policy.ruleSet("agent", "b")?.types["Payment"] == nil)
        let second = rules.apply(Edited.edits(["a": Edited.hidesStatus]))
        #expect(second.changed == [.roles, .tenant("a")])
        #expect(rules.policy.ruleSet("agent", "b")?.types["Payment"] != nil)
        #expect(!rules.isRoleFileWrong)
    }

    @Test func aTenantsFileThatIsAheadOfTheRolesComesIntoForceWithThem() throws {
        var rules = PolicyReloadState(try Edited.policy(roles: Edited.strictRoles, ["a": Edited.hidesSubject]))
        #expect(rules.apply(Edited.edits(["a": Edited.grants])).refused == [.tenant("a")])
        #expect(rules.policy.fields("client", "a") == ["id", "status"])
        #expect(rules.apply(Edited.edits(roles: Edited.roles)).changed == [.roles, .tenant("a")])
        #expect(rules.policy.ruleSet("agent", "a")?.types["Payment"] != nil)
        #expect(rules.wrongTenants == 0)
    }

    @Test func bothAtOnceAreLookedAtTogether() throws {
        var rules = try Edited.live(["a": Edited.grants])
        let update = rules.apply(
            Edited.edits(roles: Edited.strictRoles, ["a": Edited.hidesSubject, "b": Edited.broken]))
        #expect(update.changed == [.roles, .tenant("a")])
        #expect(update.refused == [.tenant("b")])
    }

    @Test func badRolesDoNotHoldUpATenant() throws {
        var rules = try Edited.live()
        let update = rules.apply(Edited.edits(roles: Edited.brokenRoles, ["a": Edited.hidesSubject]))
        #expect(update.changed == [.tenant("a")])
        #expect(update.refused == [.roles])
    }

    // MARK: Acceptance

    @Test func whatIsNotAcceptedIsRefusedAloneAndSaysWhy() throws {
        let asked = Asked()
        var rules = try Edited.live(accept: { candidate throws(Diagnostics) in
            asked.note(candidate.tenants)
            if candidate.policy.fields("client", "c") == ["id", "status"] {
                throw Diagnostics([Diagnostic("It is not proven.")])
            }
        })
        let tenants = Dictionary(
            uniqueKeysWithValues: (["a", "b", "c", "d"] as [ExactString]).map { ($0, Edited.hidesSubject as String?) })
        let update = rules.apply(Edited.edits(tenants))
        #expect(update.changed == [.tenant("a"), .tenant("b"), .tenant("d")])
        #expect(update.refused == [.tenant("c")])
        #expect(update.messages == ["It is not proven."])
        #expect(asked.tenants == [["a", "b", "c", "d"], ["a", "b"], ["c", "d"], ["c"], ["d"]])
        #expect(rules.apply(Edited.edits(roles: Edited.widerRoles)).changed == [.roles])
        // First with the refused file, then without it.
        #expect(asked.tenants.suffix(2) == [nil, nil])
        #expect(rules.policy.fields("client", "c", "User") == ["email", "id", "name"])
        #expect(rules.policy.fields("client", "c") == ["id", "status", "subject"])
    }

    @Test func rolesThatAreNotAcceptedLeaveTheFormerInForce() throws {
        var rules = try Edited.live(accept: { candidate throws(Diagnostics) in
            if candidate.policy.fields("client", nil, "User")?.contains("email") == true {
                throw Diagnostics([Diagnostic("A client must not read it.")])
            }
        })
        #expect(rules.apply(Edited.edits(roles: Edited.widerRoles)).messages == ["A client must not read it."])
        #expect(rules.policy.fields("client", nil, "User") == ["id", "name"])
    }

    // MARK: Work in proportion

    @Test func oneEditOfTenThousandReadsOneFileAndCompilesWhatItsViewersUsed() throws {
        let tenants = Dictionary(
            uniqueKeysWithValues: (0..<10_000).map {
                (ExactString("t\($0)"), "# \($0 % 100)\n" + ($0 % 2 == 0 ? Edited.hidesSubject : Edited.hidesStatus))
            })
        var rules = try Edited.live(tenants)
        for tenant in ["t0", "t1", "t2", "t99"] { _ = rules.policy.ruleSet("client", tenant) }
        let former = rules.policy
        let compiled = former.compilations
        let neighbour = try #require(former.ruleSet("client", "t2")),
            edited = try #require(former.ruleSet("client", "t0"))

        let update = rules.apply(Edited.edits(["t0": "client: { Ticket: { read: { hide: [subject, status] } } }"]))
        #expect(update.parsed == 1)
        // The client's rules were in use, those of agents were not: one set, before the first
        // request asks for it.
        #expect(rules.policy.compilations == compiled + 1)
        #expect(rules.policy.fields("client", "t0") == ["id"])
        #expect(rules.policy.compilations == compiled + 1)
        #expect(rules.policy.ruleSet("client", "t2") === neighbour)
        #expect(former.ruleSet("client", "t0") === edited)
        // Bytes that another tenant has are not read at all.
        #expect(rules.apply(Edited.edits(["t0": "# 7\n" + Edited.hidesStatus])).parsed == 0)
    }

    @Test func rolesThatChangeOneRoleLeaveTheSetsOfOthersAsTheyAre() throws {
        var rules = try Edited.live(["a": Edited.hidesSubject])
        let agent = try #require(rules.policy.ruleSet("agent", "a")),
            client = try #require(rules.policy.ruleSet("client", "a"))
        let update = rules.apply(Edited.edits(roles: Edited.widerRoles))
        #expect(update.parsed == 2)
        #expect(rules.policy.ruleSet("agent", "a") === agent)
        #expect(rules.policy.ruleSet("client", "a") !== client)
        #expect(rules.policy.ruleSet("client", "a")?.fingerprint != client.fingerprint)
    }
}

private final class Asked: Sendable {
    private let state = Mutex<[[ExactString]?]>([])

    func note(_ tenants: [ExactString]?) { state.withLock { $0.append(tenants) } }

    var tenants: [[ExactString]?] { state.withLock { $0 } }
}
