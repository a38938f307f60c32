import PorticoCatalog
import PostgresSQL

/// What holds where a condition is TRUE: equalities of columns and parameters, memberships,
/// existing rows, and alternatives of which one holds.
///
/// Independent of the code that builds conditions and of `IsolationAudit`: it knows no expected
/// form of a condition, only SQL's three-valued logic.
struct TruthFacts {
    /// Both sides are columns or parameters, and neither is null.
    private(set) var equalities: [(Expression, Expression)] = []
    /// The column is among the values of the array parameter.
    private(set) var memberships: [(column: Expression, parameter: Int)] = []
    /// Conditions that cannot be split further, and are not equalities.
    private(set) var opaque: [Expression] = []
    /// Tables with an existing row that fulfils what is known of its alias.
    private(set) var rows: [TableSource] = []
    /// Statements that have a row, not yet examined.
    private(set) var witnesses: [Select] = []
    /// Of each, at least one is TRUE.
    private(set) var alternatives: [[Expression]] = []
    /// The conditions cannot be fulfilled.
    private(set) var isContradictory = false

    enum Limits {
        /// Combinations of alternatives that are examined for one row (default 4,096); beyond it
        /// the row counts as not proven. Guards against conditions with exponentially many.
        static let branches = 4_096
    }

    mutating func assume(_ conditions: [Expression]) { for condition in conditions { assume(condition) } }

    func assuming(_ conditions: [Expression]) -> TruthFacts {
        var facts = self
        facts.assume(conditions)
        return facts
    }

    /// `condition` is TRUE.
    mutating func assume(_ condition: Expression) {
        switch condition {
        case .boolean(true): return
        case .boolean(false): isContradictory = true
        case .and(let items): assume(items)
        case .or(let items): assume(anyOf: items)
        case .opaque(let inner): assume(inner)
        case .not(let inner): refute(inner)
        case .isNotTrue(let inner): assume(notTrue: inner)
        // In any type and collation: a column is tied to the rows that it is compared with.
        case .binary(let left, .equal, let right) where left.uncast.isTerm && right.uncast.isTerm:
            equalities.append((left.uncast, right.uncast))
        case .equalsAny(let left, .parameter(let number)) where left.isTerm: memberships.append((left, number))
        case .exists(let select):
            if select.showsItsRows { witnesses.append(select) } else { opaque.append(condition) }
        case .choice(let condition, let chosen, .boolean(false)):
            assume(condition)
            assume(chosen)
        case .binary, .equalsAny, .differsFromAll, .isNull, .isNotNull, .call, .choice, .isIn, .column, .parameter,
            .cast, .collate, .integer, .literal, .aggregate:
            opaque.append(condition)
        }
    }

    /// `condition` is FALSE, and not null either.
    private mutating func refute(_ condition: Expression) {
        switch condition {
        case .boolean(let value): if value { isContradictory = true }
        case .and(let items): assume(anyOf: items.map { .not($0) })
        case .or(let items): for item in items { refute(item) }
        case .not(let inner): assume(inner)
        case .isNotTrue(let inner): assume(inner)
        case .opaque(let inner): assume(notTrue: inner)
        case .isNull(let inner): assume(.isNotNull(inner))
        case .isNotNull(let inner): assume(.isNull(inner))
        default: opaque.append(.not(condition))
        }
    }

    /// `condition` is FALSE or null.
    private mutating func assume(notTrue condition: Expression) {
        switch condition {
        case .boolean(let value): if value { isContradictory = true }
        case .or(let items): for item in items { assume(notTrue: item) }
        case .and(let items): assume(anyOf: items.map { .isNotTrue($0) })
        case .opaque(let inner): assume(notTrue: inner)
        case .isNotTrue(let inner): assume(inner)
        case .isNull, .isNotNull, .exists: refute(condition)  // never null
        default: opaque.append(.isNotTrue(condition))
        }
    }

    private mutating func assume(anyOf items: [Expression]) {
        switch items.count {
        case 0: isContradictory = true
        case 1: assume(items[0])
        default: alternatives.append(items)
        }
    }

    // MARK: Looking further

    /// The facts with one witness examined: its row and what is known of it. Aliases are unique in
    /// a statement, so they name that very row.
    func lookingInto(_ position: Int) -> TruthFacts {
        var facts = self
        let select = facts.witnesses.remove(at: position)
        for case .table(let table) in select.from { facts.rows.append(table) }
        facts.assume(select.predicates)
        return facts
    }

    /// The facts with every witness examined, including nested ones.
    func lookingIntoAll() -> TruthFacts {
        var facts = self
        while !facts.witnesses.isEmpty { facts = facts.lookingInto(facts.witnesses.count - 1) }
        return facts
    }

    /// The facts for each case of the first alternatives; `nil` if there are none left.
    func split() -> [TruthFacts]? {
        guard let first = alternatives.first else { return nil }
        var rest = self
        rest.alternatives.removeFirst()
        return first.map { item in
            var facts = rest
            facts.assume(item)
            return facts
        }
    }

    // MARK: Equality

    /// Every term known to be equal to this one, including itself; few enough for linear search.
    func equals(of term: Expression) -> [Expression] {
        var known = [term]
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for (left, right) in equalities {
                let hasLeft = known.contains(left), hasRight = known.contains(right)
                guard hasLeft != hasRight else { continue }
                known.append(hasLeft ? right : left)
                isGrowing = true
            }
        }
        return known
    }

    func areEqual(_ left: Expression, _ right: Expression) -> Bool {
        left == right || equalities.contains { ($0 == left && $1 == right) || ($0 == right && $1 == left) }
            || equals(of: left).contains(right)
    }
}

extension Expression {
    /// Whether it is a column or a parameter, which has one value within a row.
    var isTerm: Bool {
        switch self {
        case .column, .parameter: true
        default: false
        }
    }
}

extension Select {
    /// Whether a row of the result implies a row of each table for which the conditions are TRUE.
    /// An aggregate has a row without any.
    var showsItsRows: Bool {
        groups.isEmpty && from.allSatisfy { if case .table = $0 { true } else { false } }
            && !columns.contains { $0.expression.holdsAggregate }
    }
}

extension Expression {
    fileprivate var holdsAggregate: Bool {
        switch self {
        case .aggregate: true
        case .integer, .column, .parameter, .boolean, .literal: false
        default: true  // whatever else it is, it is not looked into: nothing is concluded from it
        }
    }
}
