import Diagnostics
import ExactText
import PorticoAccess
import PorticoCatalog
import PorticoDatabase
import PorticoGateway
import PorticoPolicyTesting
import PorticoProject

/// Runs the cases of a suite on a database, and for each mutant the cases that it concerns.
struct AccessTestRun {
    private struct Prepared {
        var test: AccessCase
        var mentions: OperationMentions
        var stated: StatedViewer
        /// Under the unchanged rules.
        var viewer: Viewer
    }

    private let project: Project
    private let api: API
    private let suite: AccessSuite
    private let base: TestSubject
    private let transaction: TestTransaction
    private let texts: RuleTexts
    private(set) var report: AccessTestReport
    private var prepared: [Prepared] = []

    init(_ suite: AccessSuite, _ project: Project, _ api: API, _ transaction: TestTransaction) {
        self.project = project
        self.api = api
        self.suite = suite
        self.transaction = transaction
        base = TestSubject(catalog: api.catalog, policy: api.policy, project, transaction, now: suite.now)
        texts = RuleTexts(api.files, catalog: api.catalog)
        report = AccessTestReport(source: suite.source)
    }

    // MARK: The rules as they are

    /// - Parameter filter: A part of the names of the tests to run; `nil` for all.
    mutating func run(filter: String?, coverage: Bool) throws {
        var resolved: [String: TestSubject.Resolved] = [:]
        if coverage { report.coverage = RuleCoverage(texts) }
        let runner = CaseRunner(catalog: api.catalog, ask: base.ask)
        for test in suite.cases where filter.map({ test.name.lowercased().contains($0.lowercased()) }) ?? true {
            guard let stated = suite.viewer(test.viewer) else { continue }
            let mentions = mentions(of: test), started = MonotonicClock.nanoseconds()
            let who = resolved[test.viewer] ?? base.resolve(stated)
            resolved[test.viewer] = who
            var mismatches: [Mismatch] = [], reasons: [String] = []
            switch who {
            case .failure(let failure):
                mismatches = [Mismatch(summary: "there is no such viewer", lines: ["          \(failure.reason)"])]
            case .success((let viewer, let rules)):
                let outcome = try runner.run(test, mentions, viewer: viewer, rules: rules, probing: true)
                mismatches = outcome.mismatches
                if !mismatches.isEmpty {
                    reasons = RuleReasons(catalog: api.catalog, policy: api.policy, rules: rules, viewer: viewer).lines(
                        mismatches.flatMap(\.subjects))
                }
                prepared.append(Prepared(test: test, mentions: mentions, stated: stated, viewer: viewer))
                report.coverage?.note(
                    RuleCoverage.Question(
                        role: viewer.role.text, tenant: viewer.tenant, mentions: mentions,
                        isAnswered: outcome.isAnswered, asksForRows: test.asksForRows))
            }
            report.cases.append(
                AccessTestReport.CaseResult(
                    test: test, mismatches: mismatches, reasons: reasons,
                    nanoseconds: MonotonicClock.nanoseconds() - started))
        }
    }

    private func mentions(of test: AccessCase) -> OperationMentions {
        switch test.subject {
        case .query(let query, _): OperationMentions(query.document, catalog: api.catalog)
        case .fields(let type, _):
            api.catalog.types[type].map { OperationMentions(type: $0) } ?? OperationMentions([], catalog: api.catalog)
        }
    }

    // MARK: Mutants

    /// Call when all cases pass: a mutant is detected when one of them fails.
    mutating func runMutants() throws {
        var result = AccessTestReport.MutationResult()
        for mutant in RuleMutants(texts, hasHierarchy: project.configuration.authentication.tenants?.parent != nil).all
        {
            guard let subject = subject(mutant) else {
                result.withoutEffect += 1
                continue
            }
            if try isNoticed(mutant, subject) { result.noticed += 1 } else { result.survivors.append(mutant) }
        }
        report.mutation = result
    }

    /// The mutated rules; `nil` if nothing changes or they cannot be loaded.
    private func subject(_ mutant: RuleMutant) -> TestSubject? {
        var files = mutant.files(of: texts)
        let tenants = relevantTenants(mutant)
        files.tenants = files.tenants.filter { tenants.contains(ExactString($0.stem)) }
        do throws(Diagnostics) {
            let stated =
                mutant.changesCatalog
                ? try CatalogLoader.load(schemaFile: files.schema, resolvers: files.resolvers) : api.catalog
            let catalog = api.database.map(stated.on) ?? stated
            let policy = try Policy.load(files, catalog: catalog, limits: project.configuration.limits.rules)
            if mutant.changesCatalog {
                return TestSubject(catalog: catalog, policy: policy, project, transaction, now: suite.now)
            }
            let roles = mutant.roles.map { $0.sorted() } ?? api.policy.roles
            func effects(_ policy: Policy) -> EffectiveRules? {
                EffectiveRules(policy, roles: roles, tenants: tenants.sorted())
            }
            guard let changed = effects(policy), changed != effects(api.policy) else { return nil }
            return base.with(policy, project)
        } catch {
            return nil
        }
    }

    /// Tenants whose files a mutant loads: the viewers', the mutated, and some of every kind.
    private func relevantTenants(_ mutant: RuleMutant) -> Set<ExactString> {
        Set(prepared.compactMap(\.viewer.tenant)).union(texts.tenantRepresentatives).union(
            mutant.tenants?.min().map { [$0] } ?? [])
    }

    private func isNoticed(_ mutant: RuleMutant, _ subject: TestSubject) throws -> Bool {
        let runner = CaseRunner(catalog: api.catalog, ask: subject.ask)
        let concerned = prepared.filter {
            mutant.concerns(role: $0.viewer.role.text, tenant: $0.viewer.tenant, $0.mentions)
        }
        .map { (near: mutant.nearness($0.mentions), item: $0) }.sorted { $0.near > $1.near }
        for (_, item) in concerned {
            guard case .success((let viewer, let rules)) = self.viewer(item, mutant, subject) else { return true }
            if try !runner.run(item.test, item.mentions, viewer: viewer, rules: rules, probing: false).mismatches
                .isEmpty
            {
                return true
            }
        }
        return false
    }

    /// Only a change of the reach affects the viewer; tenants stated in the file stay.
    private func viewer(_ item: Prepared, _ mutant: RuleMutant, _ subject: TestSubject) -> TestSubject.Resolved {
        guard mutant.kind == .reachWidened else { return subject.rules(of: item.viewer) }
        if case .stated(_, _, _, .some) = item.stated.identity { return subject.rules(of: item.viewer) }
        return subject.resolve(item.viewer)
    }
}

extension AccessCase {
    /// Questions about fields run no statement.
    fileprivate var asksForRows: Bool {
        switch subject {
        case .query: true
        case .fields: false
        }
    }
}
