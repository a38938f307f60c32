import PorticoCatalog
import PostgresSQL

/// Verifies on a finished statement that all of the client's conditions are behind the conditions
/// that hide rows (``Barrier``), without trusting the code that built it.
///
/// Conditions that find and hide rows contain no client values but keys. A client's condition is
/// either a comparison that may be evaluated on any row, or is behind all conditions of that
/// `WHERE` except the equalities that tie rows together. Any other statement is rejected.
struct BarrierAudit {
    let catalog: Catalog
    let parameters: [ParameterSource]
    /// The alias of the parameters' values in a merged statement; `nil` in others.
    var merged: Alias?
    /// A merged statement's own parameters, by number: those that are equal in all runs.
    var shared: [Int: ParameterSource] = [:]

    /// The type of the first hidden rows that a client's condition is evaluated on, if any.
    func firstExposed(_ tree: SQLTree) -> String? {
        switch tree {
        case .select(let select): return check(select, outer: [])
        case .insert(let insert):
            // Its columns are values of new rows, which are not hidden. Without a table there is no
            // row to hide, except in sub-statements.
            let read = RowRead(insert.source)
            let isOfValues = read.from.allSatisfy { if case .values = $0 { true } else { false } }
            return (isOfValues ? nil : check(read, outer: []))
                ?? nested(insert.source.statements + tree.statements, in: read)
        case .update, .delete:
            let reading = tree.reading, read = RowRead(reading)
            return check(read, outer: []) ?? nested(reading.statements, in: read)
        }
    }

    /// The rows that a statement reads, and its conditions on them.
    private struct RowRead {
        let from: [FromItem]
        let conditions: [Expression]
        let stated: StatedConditions

        init(_ select: Select) { (from, conditions, stated) = (select.from, select.conditions, select.stated) }

        var tables: [TableSource] { from.compactMap { if case .table(let table) = $0 { table } else { nil } } }
    }

    /// `outer` are the conditions of the statement around a `LATERAL`, which hide its rows too.
    private func check(_ select: Select, outer: [Expression]) -> String? {
        let read = RowRead(select)
        if let found = check(read, outer: outer) { return found }
        let shown = select.columns.map(\.expression) + select.groups + select.order.map(\.expression)
        if shown.contains(where: isClients) { return place(read) }
        return nested(select.statements, in: read)
    }

    private func place(_ read: RowRead) -> String { read.tables.first?.type ?? "values" }

    private func check(_ read: RowRead, outer: [Expression]) -> String? {
        let hiding = (read.conditions + outer).filter { !isTie($0) }, stated = read.stated
        let isImmediate = hiding.allSatisfy(\.isOneEquality)
        if read.conditions.contains(where: { isClients($0) && !isKey($0, read) }) { return place(read) }
        if hiding.isEmpty { return nil }
        if !stated.outside.allSatisfy({ mayMeetAnyRow($0, read, isImmediate: isImmediate) })
            || areRepeated(stated.outside)
        {
            return place(read)
        }
        let known = stated.known
        let isBehindAll = hiding.allSatisfy(known.contains) && known.allSatisfy(hiding.contains)
        return stated.behind.isEmpty || isBehindAll ? nil : place(read)
    }

    /// The statements in expressions, and those that the rows are read from.
    private func nested(_ statements: [Select], in read: RowRead) -> String? {
        for statement in statements { if let found = check(statement, outer: []) { return found } }
        for case .lateral(let inner, _) in read.from {
            if let found = check(inner, outer: read.conditions) { return found }
        }
        return nil
    }

    /// Whether the cost of a hidden row grows with the length of the filter: a column is compared
    /// for equality twice, or there is more than one bound of either kind. Cursors are exempt.
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

    /// Whether it finds rows by a client's value.
    private func isKey(_ condition: Expression, _ read: RowRead) -> Bool {
        guard case .binary(let left, .equal, let right) = condition, case .column = left.uncast else { return false }
        // The time of one comparison with what is asked for reveals nothing about it.
        let columns = columns(of: left, read)
        let isScalar =
            !columns.isEmpty && columns.allSatisfy { $0.type == .citext || $0.type == .numeric }
            && right.isValue(of: merged)
        return isScalar || mayMeetAnyRow(condition, read, isImmediate: true)
    }

    // MARK: Conditions

    /// Whether a client decides it: it contains a request's value, or tests rows for a client.
    private func isClients(_ expression: Expression) -> Bool {
        switch expression {
        case .parameter, .column: source(expression)?.isClients == true
        default: expression.hasPart(isClients, statement: isClients)
        }
    }

    private func isClients(_ select: Select) -> Bool {
        RowRead(select).tables.contains { if case .rows = $0.purpose { true } else { false } }
            || select.predicates.contains(where: isClients)
    }

    /// Whether it ties the row to one outside the statement, or to a batch's key.
    private func isTie(_ condition: Expression) -> Bool {
        guard case .binary(let left, .equal, let right) = condition, case .column(let alias, _) = left.uncast,
            case .column(let other, _) = right.uncast
        else { return false }
        return alias != other && source(right) == nil
    }

    /// Whether it reveals nothing about a row except through an index: comparisons of columns by
    /// leakproof operators, and rows behind a relation, which have a barrier of their own. If
    /// hiding rows costs more than a comparison, only look-up columns qualify.
    private func mayMeetAnyRow(_ condition: Expression, _ read: RowRead, isImmediate: Bool) -> Bool {
        switch condition {
        case .exists, .not(.exists): isImmediate
        case .and(let items), .or(let items): items.allSatisfy { mayMeetAnyRow($0, read, isImmediate: isImmediate) }
        case .isNull(let value), .isNotNull(let value):
            mayCompare(value, by: nil, with: nil, read, isImmediate: isImmediate)
        case .binary(let left, let operation, let right):
            operation.isComparison && mayCompare(left, by: operation, with: right, read, isImmediate: isImmediate)
        case .equalsAny(let left, let right):
            mayCompare(left, by: .equal, with: right, read, isImmediate: isImmediate)
        default: false
        }
    }

    private func mayCompare(
        _ left: Expression, by operation: BinaryOperator?, with right: Expression?, _ read: RowRead, isImmediate: Bool
    ) -> Bool {
        if let right, !right.isValue(of: merged) { return false }
        // Comparisons without a column read no row.
        guard case .column(let alias, let name) = left.uncast, alias != merged else { return left.isValue(of: merged) }
        guard let binding = binding(of: alias, read) else { return false }
        let columns = binding.columns(named: name),
            isEquality = operation == .equal || operation == .isDistinctFrom || operation == .isNotDistinctFrom
        guard !columns.isEmpty, operation == nil || columns.allSatisfy({ $0.type.isLeakproof(ordered: !isEquality) })
        else { return false }
        return isImmediate || operation == .equal && binding.isLookedUp(by: name)
    }

    private func binding(of alias: Alias, _ read: RowRead) -> TypeBinding? {
        read.tables.first { $0.alias == alias }?.type.flatMap { catalog.types[$0] }
    }

    /// The columns bound to a table's column; empty for other expressions.
    private func columns(of expression: Expression, _ read: RowRead) -> [ColumnBinding] {
        if case .column(let alias, let name) = expression.uncast {
            binding(of: alias, read)?.columns(named: name) ?? []
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
            case .computed: nil
            case .relation(let relation): relation.locals.first { $0.column == name }
            }
        }
        return found + key.columns.filter { $0.column == name }
    }
}

extension Expression {
    /// `= ANY` as an equality.
    fileprivate var asComparison: Expression {
        if case .equalsAny(let left, let right) = self { .binary(left, .equal, right) } else { self }
    }

    /// A value that does not come from a table's row.
    fileprivate func isValue(of merged: Alias?) -> Bool {
        switch self {
        case .parameter, .boolean, .integer, .literal: true
        case .cast(let inner, _), .collate(let inner, _): inner.isValue(of: merged)
        case .column(let alias, _): alias == merged
        default: false
        }
    }

    /// Whether it is a single equality, or reads no row at all.
    fileprivate var isOneEquality: Bool {
        switch self {
        case .boolean, .isNotNull(.parameter), .isNotNull(.cast(.parameter, _)), .isNotNull(.column),
            .isNotNull(.cast(.column, _)):
            true
        case .opaque(let inner): inner.isOneEquality
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
