import Diagnostics
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoGateway
import TestRandom
import Testing

/// Random viewers and queries on random rows: what the whole gateway answers is what the rules,
/// read once more by hand and applied to the same rows in memory, say.
@Suite struct EvaluationTests {
    /// Made anew by each test, always the same.
    static var world: NaiveWorld { NaiveWorld(seed: 2025) }
    static let database: Result<SpotexDatabase, any Error> = Result { try SpotexDatabase(extra: world.sql) }

    @Test(arguments: 0..<4) func theSpotexRulesAreWhatTheContractSays(_ part: UInt64) async throws {
        let database = try Self.database.get()
        var run = EvaluationRun(database, world: Self.world, seed: 100 + part)
        try await run.compare(pairs: 250, .spotex, database.policy)
        run.expectSubstance()
    }

    @Test(arguments: 0..<4) func randomRulesAreAppliedAsTheyAreWritten(_ part: UInt64) async throws {
        let database = try Self.database.get()
        var run = EvaluationRun(database, world: Self.world, seed: 200 + part)
        for _ in 0..<6 {
            let rules = run.random.rules()
            try await run.compare(pairs: 42, rules, try EvaluationRun.policy(rules, database.catalog))
        }
        run.expectSubstance()
    }

    /// The comparison itself is worth something: rules that differ a little from those in force do
    /// not pass.
    @Test(arguments: ["rows", "field", "tenant", "isolation"]) func aRuleThatIsNotAppliedIsNoticed(
        _ what: String
    ) async throws {
        let database = try Self.database.get()
        var rules = NaiveRules.spotex
        switch what {
        case "rows": rules.roles["client"]?.types["TicketMessage"]?.rows = nil
        case "field": rules.roles["client"]?.types["Ticket"]?.fields.insert("assigneeId")
        case "tenant": rules.tenants = [:]
        default: rules.roles["agency_agent"]?.reach = .crossTenant
        }
        var run = EvaluationRun(database, world: Self.world, seed: 300)
        try await run.compare(pairs: 250, rules, database.policy, records: false)
        #expect(run.mismatches > 0)
    }
}

/// A number of random pairs against one gateway.
struct EvaluationRun {
    let database: SpotexDatabase
    var random: RandomEvaluation
    private(set) var mismatches = 0
    private var rows = 0
    private var pairs = 0
    private var filled = 0

    init(_ database: SpotexDatabase, world: NaiveWorld, seed: UInt64) {
        self.database = database
        random = RandomEvaluation(seed: seed, world: world)
    }

    static func policy(_ rules: NaiveRules, _ catalog: Catalog) throws -> Policy {
        let policy = try Policy.load(
            catalog: catalog, limits: [.cost: .max, .rows: 100_000_000],
            roles: SourceText(name: "roles.yaml", rules.rolesFile),
            tenants: rules.tenantFiles.map { SourceText(name: "tenants/\($0.tenant).yaml", $0.text) })
        for (tenant, problems) in policy.tenantProblems { throw SpotexFailure(description: "\(tenant): \(problems)") }
        return policy
    }

    /// A user of the world, with claims.
    mutating func viewer(_ rules: NaiveRules) -> Viewer {
        guard let user = random.pick(random.world.users), case .text(let id) = user.key,
            case .text(let tenant) = user["tenantId"], case .choice(_, let role) = user["role"]
        else { return .anonymous }
        let name = role.lowercased()
        let claims = random.chance(2) ? ["word": random.pick(NaiveWorld.texts) ?? ""] : [:]
        return Viewer(
            id: id, role: name, tenant: tenant,
            tenants: rules.roles[name]?.reach == .subtree ? random.world.subtree(tenant) : [tenant], claims: claims)
    }

    mutating func compare(pairs wanted: Int, _ rules: NaiveRules, _ policy: Policy, records: Bool = true) async throws {
        var done = 0, tries = 0
        while done < wanted, tries < wanted * 4 {
            tries += 1
            let viewer = self.viewer(rules), view = rules.view(role: viewer.role.text, tenant: viewer.tenant?.text)
            guard case .rules(let set) = policy.rules(role: viewer.role, tenant: viewer.tenant),
                let query = random.query(view, isSignedIn: viewer.id != nil)
            else { continue }
            let request = try GraphQLRequest(
                query: Array(query.text.utf8), variables: JSONText.members(query.variablesText))
            let answer = await database.gateway.respond(to: request, viewer: viewer, rules: set)
            // Random nesting can be deeper and dearer than rules allow.
            if answer.outcome == .requestError(.limitExceeded) { continue }
            done += 1
            pairs += 1
            rows += answer.observation.rows
            if answer.observation.rows > 0 { filled += 1 }
            let expected = NaiveEvaluator(world: random.world, viewer: viewer, view: view).data(query)
            guard let difference = Self.difference(try parseJSON(answer.body), expected, "") else { continue }
            mismatches += 1
            if records {
                Issue.record(
                    "\(viewer) asks \(query.text) with \(query.variablesText)\nand differs at \(difference)\nfor \(answer.observation.failures)\nunder \(rules.rolesFile)\n\(rules.tenantFiles.filter { $0.tenant == viewer.tenant?.text })"
                )
                if mismatches > 3 { return }
            } else {
                return
            }
        }
        if records { #expect(done == wanted) }
    }

    /// The pairs have asked for something.
    func expectSubstance() {
        #expect(rows > 3 * pairs, "\(rows) rows in \(pairs) answers")
        #expect(filled > pairs / 2, "\(filled) of \(pairs) answers have rows")
    }

    /// The first place where two answers differ, members in order; averages are compared as
    /// numbers.
    static func difference(_ answer: JSONValue, _ expected: JSONValue, _ path: String) -> String? {
        switch (answer, expected) {
        case (.object(let members), .object(let others)):
            guard members.map(\.key) == others.map(\.key) else {
                return
                    "\(path): members \(members.map(\.key)), expected \(others.map(\.key)); \(answer.compact.prefix(600))"
            }
            for (member, other) in zip(members, others) {
                if let found = difference(member.value, other.value, "\(path).\(member.key)") { return found }
            }
            return nil
        case (.array(let items), .array(let others)):
            for (index, (item, other)) in zip(items, others).enumerated() {
                if let found = difference(item, other, "\(path)[\(index)]") { return found }
            }
            return items.count == others.count ? nil : "\(path): \(items.count) items, expected \(others.count)"
        case (.string(let text), .string(let other)) where path.contains(".avg."):
            guard let number = Double(text), let wanted = Double(other),
                abs(number - wanted) <= 1e-9 * max(1, abs(wanted))
            else { return "\(path): \(text), expected \(other)" }
            return nil
        default:
            return answer == expected
                ? nil : "\(path): \(answer.compact.prefix(200)), expected \(expected.compact.prefix(200))"
        }
    }
}
