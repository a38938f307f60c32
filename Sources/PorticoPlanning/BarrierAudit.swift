import PorticoCatalog
import PostgresSQL

/// Looks on a finished statement whether all that a client states stands behind what hides rows
/// (``Barrier``), without trusting what built it.
///
/// What finds and hides rows holds nothing of the client's but keys. What the client states of the
/// rows is either a comparison that PostgreSQL may make of any row, or stands behind all conditions
/// of that `WHERE` but the equalities that tie rows together. Anything else does not run.
struct BarrierAudit {
    let catalog: Catalog
    let parameters: [ParameterSource]
    /// Where a merged statement has the values of parameters; `nil` in any other.
    var merged: Alias?
    /// Its own parameters, by their numbers: those of which all runs have the same.
    var shared: [Int: ParameterSource] = [:]

    /// The type of the first rows that a client's condition meets though they are hidden; `nil`
    /// when all is well.
    func firstExposed(_ select: Select) -> String? { check(select, outer: []) }

    /// `outer` are the conditions of the statement around a `LATERAL`, which hide its rows too.
    private func check(_ select: Select, outer: [Expression]) -> String? {
        let place = tables(select).first?.type ?? "values"
        let hiding = (select.conditions + outer).filter { !isTie($0) }
        let isImmediate = hiding.allSatisfy(\.isOneEquality)
        if select.conditions.contains(where: { isClients($0) && !isKey($0, select) }) { return place }
        if !hiding.isEmpty {
            if !select.stated.outside.allSatisfy({ mayMeetAnyRow($0, select, isImmediate: isImmediate) })
                || areRepeated(select.stated.outside)
            {
                return place
            }
            let known = select.stated.known
            if !select.stated.behind.isEmpty, !(hiding.allSatisfy(known.contains) && known.allSatisfy(hiding.contains))
            {
                return place
            }
        }
        let shown = select.columns.map(\.expression) + select.groups + select.order.map(\.expression)
        if shown.contains(where: isClients) { return place }
        for expression in shown + select.conditions + select.stated.outside + select.stated.behind {
            if let found = nested(expression) { return found }
        }
        for case .lateral(let inner, _) in select.from {
            if let found = check(inner, outer: select.conditions) { return found }
        }
        return nil
    }

    /// Whether what a hidden row costs grows with the length of the filter: one column is compared
    /// for equality twice, or there are more bounds than one of either kind. The place of a cursor
    /// is the gateway's own.
    private func areRepeated(_ conditions: [Expression]) -> Bool {
        var seen: Set<Expression> = [], lower = 0, upper = 0
        for case .binary(let column, let operation, let value) in conditions.map(\.asComparison) {
            if case .cursor? = source(value) { continue }
            switch operation {
            case .less, .lessOrEqual: upper += 1
            case .greater, .greaterOrEqual: lower += 1
            case .equal:
                if case .column(let alias, _) = column.uncast, alias != merged, !seen.insert(column).inserted {
                    return true
                }
            default: continue
            }
        }
        return lower > 1 || upper > 1
    }

    /// Whether it finds rows by a value of the client's.
    private func isKey(_ condition: Expression, _ select: Select) -> Bool {
        guard case .binary(let left, .equal, let right) = condition, case .column = left.uncast else { return false }
        // The time of one comparison with what is asked for tells nothing of it.
        let columns = columns(of: left, select)
        let isScalar =
            !columns.isEmpty && columns.allSatisfy { $0.type == .citext || $0.type == .numeric }
            && right.isValue(of: merged)
        return isScalar || mayMeetAnyRow(condition, select, isImmediate: true)
    }

    private func nested(_ expression: Expression) -> String? {
        for statement in expression.statements { if let found = check(statement, outer: []) { return found } }
        return nil
    }

    private func tables(_ select: Select) -> [TableSource] {
        select.from.compactMap { if case .table(let table) = $0 { table } else { nil } }
    }

    // MARK: Conditions

    /// Whether a client decides what it says: it holds a value of the request, or tests rows in a
    /// client's name.
    private func isClients(_ expression: Expression) -> Bool {
        switch expression {
        case .parameter, .column: source(expression)?.isClients == true
        case .exists(let select): isClients(select)
        case .isIn(let left, let select): isClients(left) || isClients(select)
        default: expression.hasPart(isClients)
        }
    }

    private func isClients(_ select: Select) -> Bool {
        tables(select).contains { if case .rows = $0.purpose { true } else { false } }
            || select.predicates.contains(where: isClients)
    }

    /// Whether it ties the row to one outside the statement, or to a key of a batch.
    private func isTie(_ condition: Expression) -> Bool {
        guard case .binary(let left, .equal, let right) = condition, case .column(let alias, _) = left.uncast,
            case .column(let other, _) = right.uncast
        else { return false }
        return alias != other && source(right) == nil
    }

    /// Whether it tells nothing of a row but by what an index finds: comparisons of columns by
    /// leakproof operators, and rows behind a relation, which have a barrier of their own. Where
    /// what hides rows costs more than a comparison, only what rows are looked up by.
    private func mayMeetAnyRow(_ condition: Expression, _ select: Select, isImmediate: Bool) -> Bool {
        switch condition {
        case .exists, .not(.exists): isImmediate
        case .and(let items), .or(let items): items.allSatisfy { mayMeetAnyRow($0, select, isImmediate: isImmediate) }
        case .isNull(let value), .isNotNull(let value):
            mayCompare(value, by: nil, with: nil, select, isImmediate: isImmediate)
        case .binary(let left, let operation, let right):
            operation.isComparison && mayCompare(left, by: operation, with: right, select, isImmediate: isImmediate)
        case .equalsAny(let left, let right):
            mayCompare(left, by: .equal, with: right, select, isImmediate: isImmediate)
        default: false
        }
    }

    private func mayCompare(
        _ left: Expression, by operation: BinaryOperator?, with right: Expression?, _ select: Select, isImmediate: Bool
    ) -> Bool {
        if let right, !right.isValue(of: merged) { return false }
        // Values alone are no row's.
        guard case .column(let alias, let name) = left.uncast, alias != merged else { return left.isValue(of: merged) }
        guard let binding = binding(of: alias, select) else { return false }
        let columns = binding.columns(named: name),
            isEquality = operation == .equal || operation == .isDistinctFrom || operation == .isNotDistinctFrom
        guard !columns.isEmpty, operation == nil || columns.allSatisfy({ $0.type.isLeakproof(ordered: !isEquality) })
        else { return false }
        return isImmediate || operation == .equal && binding.isLookedUp(by: name)
    }

    private func binding(of alias: Alias, _ select: Select) -> TypeBinding? {
        tables(select).first { $0.alias == alias }?.type.flatMap { catalog.types[$0] }
    }

    /// What a column of a table is bound to; empty for anything else.
    private func columns(of expression: Expression, _ select: Select) -> [ColumnBinding] {
        if case .column(let alias, let name) = expression.uncast {
            binding(of: alias, select)?.columns(named: name) ?? []
        } else {
            []
        }
    }

    private func source(_ expression: Expression) -> ParameterSource? {
        switch expression {
        case .parameter(let number):
            merged != nil ? shared[number] : parameters.indices.contains(number - 1) ? parameters[number - 1] : nil
        case .cast(let inner, _), .collate(let inner, _): source(inner)
        case .column(let alias, let name) where alias == merged:
            parameters.indices.first { MergedLoad.name(ofParameter: $0 + 1) == name }.map { parameters[$0] }
        default: nil
        }
    }
}

extension TypeBinding {
    fileprivate func columns(named name: String) -> [ColumnBinding] {
        let found = fields.values.compactMap { field -> ColumnBinding? in
            switch field {
            case .column(let column): column.column == name ? column : nil
            case .relation(let relation): relation.local.column == name ? relation.local : nil
            }
        }
        return key.column == name ? found + [key] : found
    }
}

extension Expression {
    /// `= ANY` as the equality that it is.
    fileprivate var asComparison: Expression {
        if case .equalsAny(let left, let right) = self { .binary(left, .equal, right) } else { self }
    }

    /// A value that no row of a table has.
    fileprivate func isValue(of merged: Alias?) -> Bool {
        switch self {
        case .parameter, .boolean, .integer, .literal: true
        case .cast(let inner, _), .collate(let inner, _): inner.isValue(of: merged)
        case .column(let alias, _): alias == merged
        default: false
        }
    }

    /// Whether it is one comparison for equality, or looks at no row at all.
    fileprivate var isOneEquality: Bool {
        switch self {
        case .boolean, .isNotNull(.parameter), .isNotNull(.cast(.parameter, _)), .isNotNull(.column),
            .isNotNull(.cast(.column, _)):
            true
        case .isTrue(let inner): inner.isOneEquality
        case .binary(let left, .equal, let right):
            !left.holdsStatement && !right.holdsStatement && !hasPart { $0.isComputed }
        default: false
        }
    }

    private var isComputed: Bool {
        switch self {
        case .column, .parameter, .boolean, .literal, .integer: false
        case .cast(let inner, _), .collate(let inner, _): inner.isComputed
        default: true
        }
    }
}
