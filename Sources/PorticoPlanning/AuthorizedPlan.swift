import GraphQLLanguage
import PorticoAccess
import PorticoCatalog
import PostgresSQL

/// What the executor runs, and nothing else: the loads of one operation under one set of rules, and
/// the shape of its answer.
///
/// It can be made in this file alone, by ``authorize(_:output:pages:access:name:kind:)``, which
/// lets no statement pass without its tenant condition. It holds no value of any viewer or request,
/// so that all requests of the same shape under the same rules share one.
public final class AuthorizedPlan: Sendable {
    /// Parents before children.
    public let loads: [Load]
    public let output: ObjectOutput
    /// The connections among its fields.
    public let pages: [Page]
    public let scope: TenantScope
    public let operationName: String?
    public let operationKind: OperationKind
    /// For each load the ones that wait for its rows.
    public let dependents: [[Int]]
    /// The loads that wait for nothing.
    public let first: [Int]
    /// What is sent for each load: its statement, with a comment before it that names the operation
    /// and the plan where that was asked for. Requests that wait for a connection at the same time
    /// may share one (``MergedLoad``).
    public let statements: [Statement]
    /// Names the plan in logs and in those comments; equal for equal SQL, whatever the operation's
    /// name.
    public let hash: String
    /// Values that a request gives it, those of all loads together.
    public let parameterCount: Int
    /// Bytes that it holds, roughly: what a cache has to reckon with.
    public let weight: Int

    private init(
        loads: [Load], output: ObjectOutput, pages: [Page], access: RowAccess, operationName: String?,
        operationKind: OperationKind, isTagged: Bool
    ) {
        self.loads = loads
        let hash = StatementTag.planHash(loads)
        self.hash = hash
        let tag = isTagged ? StatementTag.comment(operation: operationName, plan: hash) : ""
        // Not the access itself: what others share must not keep the rules that it was made under.
        let (catalog, scope) = (access.catalog, access.scope)
        statements = loads.map { load in
            let merging = StatementMerging {
                var merged = MergedLoad(load, pages: pages, tag: tag)
                return merged.merge(catalog, scope)
            }
            return Statement(load.statement, tag: tag, merging: merging)
        }
        self.output = output
        self.pages = pages
        self.scope = scope
        self.operationName = operationName
        self.operationKind = operationKind
        var dependents: [[Int]] = Array(repeating: [], count: loads.count)
        var first: [Int] = []
        for load in loads {
            if case .batch(let parent, _, _) = load.link {
                dependents[parent].append(load.index)
            } else {
                first.append(load.index)
            }
        }
        self.dependents = dependents
        self.first = first
        parameterCount = loads.reduce(0) { $0 + $1.parameters.count }
        weight = loads.reduce(output.weight + pages.reduce(0) { $0 + 500 + $1.use.structure.count }) {
            $0 + $1.weight + (isTagged ? 4 : 3) * $1.statement.text.utf8.count
        }
    }

    /// The same plan with other statements for its loads.
    private init(_ plan: AuthorizedPlan, statements: [Statement]) {
        loads = plan.loads
        output = plan.output
        pages = plan.pages
        scope = plan.scope
        operationName = plan.operationName
        operationKind = plan.operationKind
        dependents = plan.dependents
        first = plan.first
        self.statements = statements
        hash = plan.hash
        parameterCount = plan.parameterCount
        weight = plan.weight
    }

    /// The same plan, with the very statements of another wherever both would run the same: then
    /// runs of either can be one. Rules that differ in what an operation does not touch make such
    /// plans.
    ///
    /// Only the text and how it is merged are the other's: values are bound, and limits kept, by
    /// this plan's own loads. The other's loads stay as long as its statements do, so that a plan
    /// may hold up to twice its ``weight``.
    public func sharingStatements(of other: AuthorizedPlan) -> AuthorizedPlan {
        guard scope == other.scope, loads.count == other.loads.count else { return self }
        var shared = statements
        for (index, load) in loads.enumerated()
        where statements[index].text == other.statements[index].text && load.runs(like: other.loads[index]) {
            shared[index] = other.statements[index]
        }
        return AuthorizedPlan(self, statements: shared)
    }

    static func authorize(
        _ drafts: [any DraftLoad], output: ObjectOutput, pages: [Page], access: RowAccess, name: String?,
        kind: OperationKind, isTagged: Bool
    ) throws(PlanningError) -> AuthorizedPlan {
        var loads: [Load] = []
        loads.reserveCapacity(drafts.count)
        for draft in drafts {
            let load = try draft.finish(access)
            if access.scope != .all {
                let audit = IsolationAudit(catalog: access.catalog, parameters: load.parameters)
                if let type = audit.firstUnprotected(load.tree) {
                    throw PlanningError(.isolation, "A load of \(type) lacks its tenant condition.", path: load.path)
                }
            }
            if let type = BarrierAudit(catalog: access.catalog, parameters: load.parameters).firstExposed(load.tree) {
                throw PlanningError(
                    .isolation, "A load evaluates what the client states on rows of \(type) that are hidden.",
                    path: load.path)
            }
            loads.append(load)
        }
        return AuthorizedPlan(
            loads: loads, output: output, pages: pages, access: access, operationName: name, operationKind: kind,
            isTagged: isTagged)
    }
}
