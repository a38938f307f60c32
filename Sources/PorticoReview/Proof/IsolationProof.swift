import Dispatch
import GraphQLLanguage
import GraphQLSchema
import GraphQLValidation
import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import PostgresSQL
import Synchronization

/// The proof that no role without `crossTenant` reaches a row outside `$viewer.tenants`, by any
/// operation that its schema allows.
///
/// What is shown is more than that such a row is in no answer: no answer *depends* on one. Nobody
/// can tell a database without the other tenants' rows from one with them, by data, counts, order,
/// cursors or filters. The argument, of which each step is either checked here or named as an
/// assumption:
///
/// 1. A plan is a list of statements. A statement does not depend on rows for which its `WHERE` is
///    not TRUE. So it is enough that every table in every `FROM`, at whatever depth and under
///    whatever `NOT`, is read under a `WHERE` that is TRUE of rows inside alone. ``StatementProof``
///    decides that for one finished statement, by what ``TruthFacts`` can conclude from the
///    conditions; neither knows how the planner writes them. A statement that runs a load for
///    several requests is proven too: for each row of values that it is given, it must be a proven
///    statement with that request's own parameters.
/// 2. Statements are put together of a finite number of parts: rows of a type at the root, by a
///    key, or for the keys of parents by one relation; each as a row, a list, a page of a
///    connection (both ways, with either cursor), the look beyond it, a count, values of all rows,
///    groups; conditions that compare columns; and for each relation and quantifier an `EXISTS`,
///    inside filters and inside rules. ``ProofOperations`` makes operations with every one of them
///    from the viewer's schema, and the gateway's own planner plans them.
/// 3. Putting parts together keeps what was proven of each. What keeps a table's rows inside stands
///    in the `WHERE` that reads that very table; `and`, `or` and `not` around an `EXISTS` do not
///    reach into it, and a further condition of a `WHERE` makes it TRUE of fewer rows. By induction
///    on how deep parts are nested, every statement is proven.
/// 4. Rules of tenants only ever add conditions to the rows of a role, take fields away, and switch
///    on what the role marks optional (`RuleContent`). So each role is proven with all its options
///    switched on and nobody's narrowing, and ``ProbeRules`` proves every form of condition that a
///    file may add. The number of tenants and their files does not matter. ``narrows(_:_:)`` checks
///    the premise for rules that are given.
///
/// Assumed, because it is not in the trees: that a row is inside when the path that `isolation`
/// states leads from it to a tenant of the viewer's (where a step is not unique, a row may have
/// several tenants: `portico access prove` asks the database's unique indexes); that the gateway
/// fills the parameters of the tenant condition itself (`RequestBinding`); that the printer writes
/// what the tree says; that a comparison raises on no value; and that a type with `isolation: none`
/// belongs to no tenant, as its file says.
public struct IsolationProof: Sendable {
    private let catalog: Catalog
    private let paths: IsolationPaths
    /// What statements are planned by; tests put a faulty one in its place.
    let planning: Catalog
    private let shares: Int

    /// - Parameter isBesideRequests: Whether requests are served meanwhile: then one processor has
    ///   to do, and the others are left to them.
    public init(catalog: Catalog, isBesideRequests: Bool = false) {
        self.init(catalog: catalog, planning: catalog, isBesideRequests: isBesideRequests)
    }

    init(catalog: Catalog, planning: Catalog, isBesideRequests: Bool = false) {
        self.catalog = catalog
        self.planning = planning
        shares = isBesideRequests ? 1 : Self.mostShares
        paths = IsolationPaths(catalog)
    }

    /// The whole proof: of every role, and of every part that tenants' files may add.
    ///
    /// - Parameter isBrief: A role whose rules are those of another with fewer fields and further
    ///   conditions is proven with it, and not once more by itself: what a start can wait for.
    public func prove(_ policy: Policy, isBrief: Bool = false) -> ProofReport {
        var report = ProofReport(
            exempt: catalog.types.values.filter { $0.isolation == .none }.map(\.name).sorted(), paths: paths.relations)
        report.parts.append(prove(ProofSubject(name: nil, rules: ProbeRules(catalog: catalog).ruleSet, isSmall: true)))
        let roles = policy.roles.compactMap { policy.widestRules(role: $0) }
        report.crossTenant = roles.filter { $0.reach == .crossTenant }.map(\.role)
        var proven: [RuleSet] = []
        func width(_ rules: RuleSet) -> Int { rules.types.values.reduce(0) { $0 + $1.fields.count } }
        for rules in roles.filter({ $0.reach != .crossTenant }).sorted(by: {
            (width($1), $0.role) < (width($0), $1.role)
        }) {
            if isBrief, let wide = proven.first(where: { Self.isWithin(rules, $0) }) {
                report.parts.append(ProofReport.Part(role: rules.role, reach: rules.reach, provenWith: wide.role))
            } else {
                report.parts.append(prove(ProofSubject(name: rules.role, rules: rules.unbounded, isSmall: false)))
                proven.append(rules)
            }
        }
        return report
    }

    /// The proof for rules as they are, such as those of one role in one tenant.
    public func prove(_ rules: RuleSet) -> ProofReport {
        var report = ProofReport(exempt: [], paths: [])
        if rules.reach == .crossTenant {
            report.crossTenant.append(rules.role)
        } else {
            report.parts.append(prove(ProofSubject(name: rules.role, rules: rules.unbounded, isSmall: false)))
        }
        return report
    }

    /// Whether the first rules only narrow the second, which are those of the whole role: then what
    /// is proven of these holds of them.
    public static func narrows(_ rules: RuleSet, _ role: RuleSet) -> Bool {
        rules.reach == role.reach && isWithin(rules, role)
    }

    /// Whether every statement under the first rules is one under the second with further
    /// conditions. How far a role reaches does not matter: either scope is proven.
    private static func isWithin(_ rules: RuleSet, _ wide: RuleSet) -> Bool {
        rules.types.allSatisfy { name, rule in
            guard let other = wide.types[name], rule.fields.isSubset(of: other.fields) else { return false }
            let conjuncts = Set(rule.rows?.condition.conjuncts ?? [])
            return conjuncts.isSuperset(of: other.rows?.condition.conjuncts ?? [])
        }
    }

    /// Operations know nothing of each other, so that all processors can look at them: a gateway
    /// does not start before its rules are proven.
    func prove(_ subject: ProofSubject) -> ProofReport.Part {
        // However far a role reaches, a viewer of it may reach one tenant, or none or several.
        let planners = [TenantScope.one, .several].map {
            ($0, Planner(catalog: planning, rules: subject.rules, scope: $0))
        }
        let documents = ProofDocuments(
            ProofOperations(schema: subject.rules.schema, catalog: catalog, isSmall: subject.isSmall).pieces()
        ).joined
        let whole = ProofReport.Part(role: subject.name, reach: subject.rules.reach)
        let shares = min(documents.count, self.shares)
        let parts = Mutex([ProofReport.Part](repeating: whole, count: shares))
        DispatchQueue.concurrentPerform(iterations: shares) { share in
            var part = whole
            for document in documents[(documents.count * share / shares)..<(documents.count * (share + 1) / shares)] {
                examine(document, planners, subject, &part)
            }
            parts.withLock { $0[share] = part }
        }
        return parts.withLock { $0.reduce(into: whole) { $0.add($1) } }
    }

    /// Shares that a role's operations are proven in, so that processors which are done early find
    /// another one.
    private static let mostShares = 16

    // MARK: One operation

    private func examine(
        _ document: ProofDocuments.Document, _ planners: [(TenantScope, Planner)], _ subject: ProofSubject,
        _ part: inout ProofReport.Part
    ) {
        guard part.counterexamples.count < ProofReport.Limits.counterexamples else { return }
        do {
            let operation = try document.operation(subject.rules.schema)
            let plans = try planners.map {
                ($0, try $1.plan(operation, shapes: VariableShapes(operation, byValue: false), variables: .none))
            }
            for (scope, plan) in plans {
                part.operations += 1
                for load in plan.loads {
                    part.statements += 1
                    let merged = plan.statements[load.index].merging?.merge?.select
                    let proof = proof(load)
                    guard
                        let open = proof.firstOpen(load.tree, of: load.type) ?? proof.firstExposed(load.tree)
                            ?? merged.flatMap({ proof.firstOpen(ofMerged: $0, of: load) })
                    else { continue }
                    let alone = document.alone(holding: load.range) ?? document.text
                    part.counterexamples.append(Counterexample(open, load, query: alone, subject, scope, paths))
                }
            }
        } catch {
            // One field that cannot be planned must not hide what the others do.
            if document.pieces.count > 1 {
                for piece in document.pieces { examine(ProofDocuments.Document([piece]), planners, subject, &part) }
            } else {
                part.refuse(document.text, error)
            }
        }
    }

    private func proof(_ load: Load) -> StatementProof {
        StatementProof(paths: paths, parameters: load.parameters.map(ParameterKind.init))
    }
}

/// Rules to prove something of.
struct ProofSubject {
    /// The role; `nil` for the parts that any file may add.
    let name: String?
    let rules: RuleSet
    let isSmall: Bool
}

extension ParameterKind {
    init(_ source: ParameterSource) {
        self =
            switch source {
            case .tenant: .tenant
            case .tenants: .tenants
            case .constant, .variable, .elements, .cursor, .nodeKey: .client
            case .rule, .viewer, .now, .keys, .rowsLeft, .first, .offset, .rows: .other
            }
    }
}

extension StatementProof {
    /// The same of a statement for several requests. Its rows of values are one request's each, so
    /// that for each of them a column of values is a parameter; a parameter of the statement itself
    /// is the same for all, and so none that says who asks.
    func firstOpen(ofMerged select: Select, of load: Load) -> OpenTable? {
        let columns = Dictionary(
            uniqueKeysWithValues: load.parameters.indices.map { (MergedLoad.name(ofParameter: $0 + 1), $0 + 1) })
        func parameter(_ expression: Expression) -> Expression? {
            switch expression {
            case .column(MergedLoad.values, let name): columns[name].map { .parameter($0) }
            case .cast(let inner, _), .collate(let inner, _): parameter(inner)
            case .parameter: .parameter(0)
            default: nil
            }
        }
        let alone = select.replacing(parameter)
        return firstOpen(.select(alone), of: load.type) ?? firstExposed(.select(alone))
    }
}

extension IsolationPaths {
    /// The relations that paths follow, each once.
    var relations: [RelationBinding] {
        var found: Set<RelationBinding> = []
        for type in catalog.types.values {
            if case .path(let relations, _) = type.isolation { found.formUnion(relations) }
        }
        return found.sorted { ($0.source, $0.field) < ($1.source, $1.field) }
    }
}
