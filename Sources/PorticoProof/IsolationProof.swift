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
/// It shows more than that no answer contains such a row: no answer *depends* on one. A database
/// with the other tenants' rows is indistinguishable from one without them, by data, counts, order,
/// cursors or filters. Each step of the argument is either checked here or named as an assumption:
///
/// 1. A plan is a list of statements. A statement does not depend on rows for which its `WHERE` is
///    not TRUE. So it suffices that every table in every `FROM`, at any depth and under any `NOT`,
///    is read under a `WHERE` that is TRUE only for rows inside. ``StatementProof`` decides that
///    for one finished statement, by what ``TruthFacts`` derives from the conditions; neither knows
///    how the planner writes them. A merged statement is proven too: for each of its rows of
///    values, it must be a proven statement with that request's own parameters.
/// 2. Statements are composed of a finite number of parts: rows of a type at the root, by a key, or
///    for the keys of parents by one relation; each as a row, a list, a page of a connection (both
///    directions, with either cursor), the look beyond it, a count, values of all rows, groups;
///    conditions that compare columns; and for each relation and quantifier an `EXISTS`, inside
///    filters and inside rules. ``ProofOperations`` generates operations with every one of them
///    from the viewer's schema, and the gateway's own planner plans them.
/// 3. Composition preserves what was proven of each part. The condition that keeps a table's rows
///    inside is in the `WHERE` that reads that very table; `and`, `or` and `not` around an `EXISTS`
///    do not reach into it, and a further condition of a `WHERE` makes it TRUE for fewer rows. By
///    induction on the nesting depth, every statement is proven.
/// 4. Tenants' rules only add conditions to the rows of a role, remove fields, and enable what the
///    role marks optional (`RuleContent`). So each role is proven with all its options enabled and
///    without any tenant's restrictions, and ``ProbeRules`` proves every form of condition that a
///    file may add. The number of tenants and their files does not matter. ``narrows(_:_:)`` checks
///    the premise for given rules.
///
/// Assumptions, because they are not in the trees: a row is inside if the path of `isolation` leads
/// from it to one of the viewer's tenants (if a step is not unique, a row may have several tenants:
/// `portico access prove` checks the database's unique indexes); the gateway itself fills the
/// parameters of the tenant condition (`RequestBinding`); the printer prints the tree faithfully;
/// no comparison raises an error on any value; and a type with `isolation: none` belongs to no
/// tenant, as its file states.
public struct IsolationProof: Sendable {
    private let catalog: Catalog
    private let paths: IsolationPaths
    /// The catalog for planning statements; tests substitute a faulty one.
    let planning: Catalog
    private let shares: Int

    /// - Parameter isBesideRequests: Whether requests are served meanwhile; limits it to one
    ///   processor.
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
    /// - Parameter isBrief: Skips roles that only narrow another's, to shorten a start.
    public func prove(_ policy: Policy, isBrief: Bool = false) -> ProofReport {
        var report = ProofReport(
            exempt: catalog.types.values.filter { $0.isolation == .none }.map(\.name).sorted(), paths: paths.relations)
        report.parts.append(prove(ProofSubject(name: nil, rules: ProbeRules(catalog: catalog).ruleSet, isSmall: true)))
        let roles = policy.roles.compactMap { policy.widestRules(role: $0) }
        report.crossTenant = roles.filter { $0.reach == .crossTenant }.map(\.role)
        var proven: [CompiledPolicy] = []
        func width(_ rules: CompiledPolicy) -> Int { rules.types.values.reduce(0) { $0 + $1.fields.count } }
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

    /// The proof for given rules, such as those of one role in one tenant.
    public func prove(_ rules: CompiledPolicy) -> ProofReport {
        var report = ProofReport(exempt: [], paths: [])
        if rules.reach == .crossTenant {
            report.crossTenant.append(rules.role)
        } else {
            report.parts.append(prove(ProofSubject(name: rules.role, rules: rules.unbounded, isSmall: false)))
        }
        return report
    }

    /// Whether the first only narrow the second, a whole role's, whose proof then covers both.
    public static func narrows(_ rules: CompiledPolicy, _ role: CompiledPolicy) -> Bool {
        rules.reach == role.reach && isWithin(rules, role)
    }

    /// Whether every statement under the first rules is one under the second with further
    /// conditions. The reach does not matter: both scopes are proven.
    private static func isWithin(_ rules: CompiledPolicy, _ wide: CompiledPolicy) -> Bool {
        rules.types.allSatisfy { name, rule in
            guard let other = wide.types[name], rule.fields.isSubset(of: other.fields) else { return false }
            let conjuncts = Set(rule.rows?.condition.conjuncts ?? [])
            return conjuncts.isSuperset(of: other.rows?.condition.conjuncts ?? [])
        }
    }

    /// Operations are independent, so they are distributed over all processors: a gateway does not
    /// start before its rules are proven.
    func prove(_ subject: ProofSubject) -> ProofReport.Part {
        // Whatever a role's reach, its viewers may reach one tenant, or none or several.
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

    /// Shares of a role's operations, so that processors that finish early get another one.
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
                    let merged = plan.statements[load.index].merge?.select
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
            // A field that cannot be planned must not hide the results of others.
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

/// Rules to be proven.
struct ProofSubject {
    /// The role; `nil` for the parts that any file may add.
    let name: String?
    let rules: CompiledPolicy
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
    /// The same for a merged statement. Each of its rows of values belongs to one request, so
    /// within it a column of values acts as a parameter. A parameter of the statement itself is the
    /// same for all requests, and thus cannot identify the viewer.
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
    /// The distinct relations that paths follow.
    var relations: [RelationBinding] {
        var found: Set<RelationBinding> = []
        for type in catalog.types.values {
            if case .path(let relations, _) = type.isolation { found.formUnion(relations) }
        }
        return found.sorted { ($0.source, $0.field) < ($1.source, $1.field) }
    }
}
