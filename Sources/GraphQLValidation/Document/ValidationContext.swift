import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// The shared state of all rules while one document is validated. Used by one thread, for one call.
final class ValidationContext {
    let schema: Schema
    let source: SourceText
    let index: DocumentIndex
    let limits: ValidationLimits
    let errors: ErrorCollector
    var work: WorkBudget
    /// Whether a fragment on one type can apply within another, cached because pairs recur often.
    private var overlaps: [TypePair: Bool] = [:]

    init(schema: Schema, source: SourceText, index: DocumentIndex, limits: ValidationLimits) {
        self.schema = schema
        self.source = source
        self.index = index
        self.limits = limits
        errors = ErrorCollector(limit: limits.errors)
        work = WorkBudget(limit: limits.work)
    }

    /// Whether two composite types share an object (section 5.5.2.3, GetPossibleTypes).
    func haveCommonObject(_ left: NamedType, _ right: NamedType) -> Bool {
        if left.name == right.name { return true }
        let pair = TypePair(left: left.name, right: right.name)
        if let known = overlaps[pair] { return known }
        let result: Bool
        switch (left, right) {
        case (.object, .object): result = false
        case (.object(let object), _): result = schema.isPossible(object.name, for: right.name)
        case (_, .object(let object)): result = schema.isPossible(object.name, for: left.name)
        default:
            result = !(schema.possibleTypes[left.name] ?? []).isDisjoint(with: schema.possibleTypes[right.name] ?? [])
        }
        overlaps[pair] = result
        return result
    }

    /// Takes `steps` from the budget; false, with one error, when it is exhausted.
    func spend(_ steps: Int, at range: SourceRange) -> Bool {
        if work.spend(steps) { return true }
        if work.report() {
            errors.add(
                "Work of Validation", at: range, limit: .work,
                message:
                    "This document takes more than \(limits.work) steps to validate: use fewer operations, fragments and repeated fields."
            )
        }
        return false
    }

    private struct TypePair: Hashable { let left: String, right: String }
}

/// Steps that are still allowed (``ValidationLimits/work``).
struct WorkBudget {
    private(set) var spent = 0
    private let limit: Int
    private var isReported = false

    init(limit: Int) { self.limit = limit }

    var isUsedUp: Bool { spent > limit }

    mutating func spend(_ steps: Int) -> Bool {
        guard !isUsedUp else { return false }
        spent += steps
        return !isUsedUp
    }

    /// True the first time.
    mutating func report() -> Bool {
        defer { isReported = true }
        return !isReported
    }
}
