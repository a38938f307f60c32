import ExactText
import JSONBytes
import PorticoExecution
import PorticoPlanning

/// Caches operations and their plans by document bytes, operation name and rules.
///
/// Bounded by number and bytes. When full, evicts the least recently used quarter.
struct OperationCache {
    private var entries: [Key: CachedOperation] = [:]
    private(set) var bytes = 0
    private var clock = 0
    private var statements = SharedStatements()
    private let hash = ByteHash()
    private let maximumEntries: Int
    private let maximumBytes: Int

    init(entries: Int, bytes: Int) {
        maximumEntries = max(1, entries)
        maximumBytes = bytes
    }

    var count: Int { entries.count }

    struct Key: Hashable {
        let hash: UInt64
        let query: [UInt8]
        let name: ExactString?
        let rules: UInt64

        func hash(into hasher: inout Hasher) { hasher.combine(hash) }
    }

    func key(_ request: GraphQLRequest, rules: UInt64) -> Key {
        let digest = request.query.withUnsafeBytes { hash($0) }
        return Key(
            hash: digest ^ rules, query: request.query, name: request.operationName.map { ExactString($0) },
            rules: rules)
    }

    subscript(_ key: Key) -> CachedOperation? {
        mutating get {
            guard let entry = entries[key] else { return nil }
            clock += 1
            entry.lastUse = clock
            return entry
        }
    }

    mutating func insert(_ prepared: PreparedOperation, for key: Key) -> CachedOperation {
        let entry = CachedOperation(prepared, key: key)
        clock += 1
        entry.lastUse = clock
        if let former = entries.updateValue(entry, forKey: key) { bytes -= former.weight }
        bytes += entry.weight
        if entries.count > maximumEntries || bytes > maximumBytes { shrink() }
        return entry
    }

    /// Caches a plan with its operation, as long as the operation is cached. Returns the plan with
    /// the statements of equivalent plans.
    mutating func keep(
        _ made: CachedPlan, for planKey: PlanKey, in entry: CachedOperation, maximum: Int
    ) -> CachedPlan {
        let plan = made.sharing(&statements)
        guard entries[entry.key] === entry else { return plan }
        bytes -= entry.weight
        entry.keep(plan, for: planKey, maximum: maximum)
        bytes += entry.weight
        if bytes > maximumBytes { shrink() }
        return plan
    }

    private mutating func shrink() {
        let sorted = entries.sorted { $0.value.lastUse < $1.value.lastUse }
        for (key, entry) in sorted where entries.count > maximumEntries * 3 / 4 || bytes > maximumBytes * 3 / 4 {
            entries[key] = nil
            bytes -= entry.weight
        }
    }
}

/// An operation and its plans so far.
final class CachedOperation {
    let prepared: PreparedOperation
    let key: OperationCache.Key
    var lastUse = 0
    /// `nil` without metrics.
    var metrics: OperationMetrics?
    /// Approximate bytes: a syntax tree takes about ten times its text.
    private(set) var weight: Int
    private(set) var plans: [PlanKey: CachedPlan] = [:]

    init(_ prepared: PreparedOperation, key: OperationCache.Key) {
        self.prepared = prepared
        self.key = key
        weight = 10 * key.query.count
    }

    /// Replaces a plan with a version of it that has newer knowledge.
    func replace(_ plan: CachedPlan, for planKey: PlanKey) {
        if plans[planKey] != nil { plans[planKey] = plan }
    }

    /// Starts over beyond `maximum`: filters that always differ are not worth a list of their own.
    fileprivate func keep(_ plan: CachedPlan, for planKey: PlanKey, maximum: Int) {
        if plans.count >= maximum {
            plans.removeAll(keepingCapacity: true)
            weight = 10 * key.query.count
        }
        if let former = plans.updateValue(plan, forKey: planKey) { weight -= former.weight + planKey.shape.count }
        weight += plan.weight + planKey.shape.count
    }
}

/// What a plan depends on besides its operation and rules.
struct PlanKey: Hashable, Sendable {
    let scope: TenantScope
    let shape: [UInt8]
}

/// An immutable plan with what is known about it; new knowledge makes a new object.
final class CachedPlan: Sendable {
    let plan: AuthorizedPlan
    let shape: AnswerShape
    /// The estimated number of rows.
    let estimate: PlanEstimate
    /// The complete answer of a plan that sends no statement, such as introspection; all such
    /// requests get the same bytes.
    let answer: DetachedBytes?

    /// Approximate bytes; a plan without loads is mainly its answer, cached twice.
    var weight: Int { plan.loads.isEmpty ? 2 * plan.weight : plan.weight }

    init(_ plan: AuthorizedPlan, _ shape: AnswerShape, estimate: PlanEstimate, answer: DetachedBytes? = nil) {
        self.plan = plan
        self.shape = shape
        self.estimate = estimate
        self.answer = answer
    }

    func estimated(_ estimate: PlanEstimate) -> CachedPlan {
        CachedPlan(plan, shape, estimate: estimate, answer: answer)
    }

    func answered(_ answer: DetachedBytes) -> CachedPlan {
        CachedPlan(plan, shape, estimate: estimate, answer: answer)
    }

    fileprivate func sharing(_ statements: inout SharedStatements) -> CachedPlan {
        CachedPlan(statements.sharing(plan), shape, estimate: estimate)
    }
}
