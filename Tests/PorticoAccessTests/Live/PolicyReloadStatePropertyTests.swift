import Diagnostics
import ExactText
import PorticoCatalog
import TestRandom
import Testing
@testable import PorticoAccess

/// What is in force after any sequence of edits is what loading all files anew gives, by a naive
/// account of which texts are in force.
@Suite struct PolicyReloadStatePropertyTests {
    @Test(arguments: 1...8) func anySequenceOfEditsGivesWhatAFullLoadGives(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var model = try Model([
            "a": Edited.hidesSubject, "b": Edited.grants, "c": Edited.broken, "e": Edited.hidesSubject,
        ])
        var rules = PolicyReloadState(try Edited.policy(roles: model.roles, model.disk))
        for _ in 0..<25 {
            var roles: String?
            var tenants: [ExactString: String?] = [:]
            if Int.random(in: 0..<4, using: &random) == 0 {
                roles = [Edited.roles, Edited.strictRoles, Edited.widerRoles, Edited.brokenRoles].randomElement(
                    using: &random)
            }
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let texts: [String?] = [
                    nil, Edited.hidesSubject, Edited.hidesStatus, Edited.grants, Edited.broken, "", "{}",
                ]
                if let tenant = (["a", "b", "c", "d", "e"] as [ExactString]).randomElement(using: &random),
                    let text = texts.randomElement(using: &random)
                {
                    tenants[tenant] = text
                }
            }
            try model.apply(roles, tenants)
            let update = rules.apply(Edited.edits(roles: roles, tenants))
            try model.expect(rules)
            #expect(update.after === rules.policy)
        }
    }

    /// Which texts are in force, by loading everything for every question.
    private struct Model {
        var roles = Edited.roles
        var rolesOnDisk = Edited.roles
        var disk: [ExactString: String]
        var inForce: [ExactString: String] = [:]
        var unavailable: Set<ExactString> = []

        init(_ disk: [ExactString: String]) throws {
            self.disk = disk
            for (tenant, text) in disk {
                if try isGood(text, tenant, roles) { inForce[tenant] = text } else { unavailable.insert(tenant) }
            }
        }

        func isGood(_ text: String, _ tenant: ExactString, _ roles: String) throws -> Bool {
            try Edited.policy(roles: roles, [tenant: text]).tenantProblems.isEmpty
        }

        mutating func apply(_ edited: String?, _ tenants: [ExactString: String?]) throws {
            rolesOnDisk = edited ?? rolesOnDisk
            for (tenant, text) in tenants { disk[tenant] = text }
            if rolesOnDisk != roles, (try? Edited.policy(roles: rolesOnDisk)) != nil,
                let next = try settled(under: rolesOnDisk)
            {
                roles = rolesOnDisk
                (inForce, unavailable) = next
            } else if let next = try settled(under: roles) {
                (inForce, unavailable) = next
            }
        }

        /// What would be in force; `nil` where a tenant that is served would have nothing that is
        /// good.
        func settled(under roles: String) throws -> (inForce: [ExactString: String], unavailable: Set<ExactString>)? {
            var next: [ExactString: String] = [:], lost: Set<ExactString> = []
            for tenant in Set(disk.keys).union(inForce.keys) {
                guard let text = disk[tenant] else { continue }
                if try isGood(text, tenant, roles) {
                    next[tenant] = text
                } else if unavailable.contains(tenant) {
                    lost.insert(tenant)
                } else if let former = inForce[tenant] {
                    guard try isGood(former, tenant, roles) else { return nil }
                    next[tenant] = former
                }
            }
            return (next, lost)
        }

        func expect(_ rules: PolicyReloadState) throws {
            let full = try Edited.policy(roles: roles, inForce)
            #expect(rules.policy.roleText.bytes == Array(roles.utf8))
            #expect(Set(rules.policy.tenantProblems.keys) == unavailable)
            #expect(rules.isRoleFileWrong == (rolesOnDisk != roles))
            #expect(rules.wrongTenants == disk.count { inForce[$0.key] != $0.value })
            for role in full.roles {
                for tenant in ["a", "b", "c", "d", "e", "f", nil] as [ExactString?]
                where tenant.map({ !unavailable.contains($0) }) ?? true {
                    #expect(
                        rules.policy.content(role, tenant) == full.content(role, tenant),
                        "\(role) in \(tenant?.text ?? "none")")
                }
            }
        }
    }
}

extension Policy {
    /// What decides a set of rules, without its schema.
    fileprivate func content(_ role: String, _ tenant: ExactString?) -> RuleContent? {
        roleTable.rules[ExactString(role)].map {
            RuleContent($0, (tenant.flatMap { tenantTable[$0] } ?? .none).rules, limits: limits, catalog: catalog)
        }
    }
}
