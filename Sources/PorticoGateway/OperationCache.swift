import ExactText
import JSONBytes
import PorticoExecution
import PorticoPlanning

/// Operations by the bytes of their documents, the operation's name and the rules they were
/// validated under, each with its plans.
///
/// Bounded by number and by bytes; when it is full, what was not used for longest goes, a quarter
/// at a time, so that the search for it is paid once for many.
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

    /// Keeps a plan with its operation, as long as that itself is kept. It comes back with the
    /// statements of plans that run the same.
    mutating func keep(
        _ made: AuthorizedPlan, _ shape: AnswerShape, for planKey: CachedOperation.PlanKey, in entry: CachedOperation,
        maximum: Int
    ) -> CachedPlan {
        let plan = CachedPlan(statements.sharing(made), shape)
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

/// An operation and the plans that were made of it so far.
final class CachedOperation {
    let prepared: PreparedOperation
    let key: OperationCache.Key
    var lastUse = 0
    /// `nil` where nothing is counted.
    var metrics: OperationMetrics?
    /// Bytes, roughly: a syntax tree takes some ten times its text.
    private(set) var weight: Int
    private var plans: [PlanKey: CachedPlan] = [:]

    struct PlanKey: Hashable {
        let scope: TenantScope
        let shape: [UInt8]
    }

    init(_ prepared: PreparedOperation, key: OperationCache.Key) {
        self.prepared = prepared
        self.key = key
        weight = 10 * key.query.count
    }

    func plan(_ key: PlanKey) -> CachedPlan? { plans[key] }

    /// Past `maximum` it begins anew: filters that never look alike are not worth a list of their
    /// own.
    fileprivate func keep(_ plan: CachedPlan, for planKey: PlanKey, maximum: Int) {
        if plans.count >= maximum {
            plans.removeAll(keepingCapacity: true)
            weight = 10 * key.query.count
        }
        if let former = plans.updateValue(plan, forKey: planKey) { weight -= former.weight + planKey.shape.count }
        weight += plan.weight + planKey.shape.count
    }
}

/// A plan, and how many rows it finds as far as is known.
final class CachedPlan {
    let plan: AuthorizedPlan
    /// How its answers are written.
    let shape: AnswerShape
    var estimate = PlanEstimate.unknown
    /// The whole answer, of a plan that asks the database nothing, such as introspection: all who
    /// ask the same are shown the same bytes.
    var answer: DetachedBytes?

    /// Bytes, roughly; a plan without loads is little else than its answer, which is kept once more
    /// as it goes out.
    var weight: Int { plan.loads.isEmpty ? 2 * plan.weight : plan.weight }

    init(_ plan: AuthorizedPlan, _ shape: AnswerShape) {
        self.plan = plan
        self.shape = shape
    }
}
