import PorticoCatalog
import PostgresSQL

/// What is known to hold where a condition is TRUE: equalities of columns and parameters,
/// memberships, rows that are there, and alternatives of which one holds.
///
/// Written apart from what builds conditions and from `IsolationAudit`: it knows no form that a
/// condition should have, only what SQL's three truth values say.
struct TruthFacts {
    /// Both sides are columns or parameters, and neither is null.
    private(set) var equalities: [(Expression, Expression)] = []
    /// The column is among the values of the array parameter.
    private(set) var memberships: [(column: Expression, parameter: Int)] = []
    /// What cannot be split further, and says nothing of equality.
    private(set) var opaque: [Expression] = []
    /// Tables of which a row is there that fulfils what else is known of its alias.
    private(set) var rows: [TableSource] = []
    /// Statements that have a row, not looked into yet.
    private(set) var witnesses: [Select] = []
    /// Of each at least one is TRUE.
    private(set) var alternatives: [[Expression]] = []
    /// Nothing fulfils the conditions.
    private(set) var isContradictory = false

    enum Limits {
        /// Combinations of alternatives that are looked at for one row (default 4,096); beyond it
        /// the row counts as not proven. Stands against conditions with exponentially many.
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
        case .isTrue(let inner): assume(inner)
        case .not(let inner): refute(inner)
        case .isNotTrue(let inner): assume(notTrue: inner)
        // In whatever type and collation: a column is tied to the rows that it is compared with.
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
        case .isTrue(let inner): assume(notTrue: inner)
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
        case .isTrue(let inner): assume(notTrue: inner)
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

    /// The same with one witness's row and what is known of it. Aliases are unique in a statement,
    /// so that they name that very row.
    func lookingInto(_ position: Int) -> TruthFacts {
        var facts = self
        let select = facts.witnesses.remove(at: position)
        for case .table(let table) in select.from { facts.rows.append(table) }
        facts.assume(select.predicates)
        return facts
    }

    /// The same with every witness looked into, those within witnesses too.
    func lookingIntoAll() -> TruthFacts {
        var facts = self
        while !facts.witnesses.isEmpty { facts = facts.lookingInto(facts.witnesses.count - 1) }
        return facts
    }

    /// The same, once for each of the first alternatives; `nil` where there are none left.
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

    /// Every term that is known to be equal to this one, itself included; there are few, so that
    /// they are looked through.
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
    /// Whether it is one value that keeps its identity within a row: a column or a parameter.
    var isTerm: Bool {
        switch self {
        case .column, .parameter: true
        default: false
        }
    }
}

extension Select {
    /// Whether having a row means that there is a row of each of its tables for which its
    /// conditions are TRUE. An aggregate has a row without any.
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
