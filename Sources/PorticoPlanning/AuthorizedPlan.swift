import GraphQLLanguage
import PorticoAccess
import PorticoCatalog
import PostgresSQL

/// What the executor runs: one operation's loads under one set of rules, and its answer's shape.
///
/// Only ``authorize(_:output:pages:access:name:kind:)`` in this file creates it, which rejects
/// statements without their tenant condition. It holds no values of a viewer or request, so all
/// requests of the same shape under the same rules share it.
public final class AuthorizedPlan: Sendable {
    /// Parents before children.
    public let loads: [Load]
    public let output: ObjectOutput
    public let pages: [Page]
    public let scope: TenantScope
    public let operationName: String?
    public let operationKind: OperationKind
    /// For each load, the loads that depend on its rows.
    public let dependents: [[Int]]
    /// The loads that depend on no other.
    public let first: [Int]
    /// The statement of each load, with an optional comment naming the operation and the plan.
    /// Requests that wait for a connection at the same time may share one (``MergedLoad``).
    public let statements: [Statement]
    /// Identifies the plan in logs and comments; equal for equal SQL, regardless of names.
    public let hash: String
    public let isReadOnly: Bool
    /// Number of parameters of all loads together.
    public let parameterCount: Int
    /// Approximate bytes, for caches.
    public let weight: Int

    private init(
        loads: [Load], output: ObjectOutput, pages: [Page], access: RowAccess, operationName: String?,
        operationKind: OperationKind, isTagged: Bool
    ) {
        self.loads = loads
        let texts = loads.map(\.sql), hash = StatementTag.planHash(loads, texts)
        self.hash = hash
        let tag = isTagged ? StatementTag.comment(operation: operationName, plan: hash) : ""
        // Not the access itself: shared objects must not keep its rules alive.
        let (catalog, scope) = (access.catalog, access.scope)
        statements = zip(loads, texts).map { load, text in
            Statement(text: tag + text, parameterTypes: load.parameterTypes, columns: load.forms) {
                var merged = MergedLoad(load, pages: pages, tag: tag)
                return merged.merge(catalog, scope)
            }
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
        isReadOnly = loads.allSatisfy { if case .select = $0.tree { true } else { false } }
        parameterCount = loads.reduce(0) { $0 + $1.parameters.count }
        // A tree takes about twice its text.
        weight = zip(loads, texts).reduce(output.weight + pages.reduce(0) { $0 + 500 + $1.use.structure.count }) {
            $0 + $1.0.weight + 3 * $1.1.utf8.count
        }
    }

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
        isReadOnly = plan.isReadOnly
        parameterCount = plan.parameterCount
        weight = plan.weight
    }

    /// The same plan, using another plan's statements wherever both would run the same ones, so
    /// that their runs can be merged. Such plans arise from rules that differ only in what an
    /// operation does not touch.
    ///
    /// Only the text and the merging are shared: values are bound, and limits enforced, by this
    /// plan's own loads. The other's loads live as long as its statements, so a plan may hold up to
    /// twice its ``weight``.
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
    ) throws(ClientError) -> AuthorizedPlan {
        var loads: [Load] = []
        loads.reserveCapacity(drafts.count)
        for draft in drafts {
            let load = try draft.finish(access)
            if access.scope != .all {
                let audit = IsolationAudit(catalog: access.catalog, parameters: load.parameters)
                if let type = audit.firstUnprotected(load.tree) {
                    throw ClientError(.isolation, "A load of \(type) lacks its tenant condition.", field: load.path)
                }
            }
            if let type = BarrierAudit(catalog: access.catalog, parameters: load.parameters).firstExposed(load.tree) {
                throw ClientError(
                    .isolation, "A load evaluates what the client states on rows of \(type) that are hidden.",
                    field: load.path)
            }
            loads.append(load)
        }
        return AuthorizedPlan(
            loads: loads, output: output, pages: pages, access: access, operationName: name, operationKind: kind,
            isTagged: isTagged)
    }
}
