import PorticoCatalog
import PostgresSQL

/// Proves of one finished statement that nothing a client states is evaluated on a row outside the viewer's tenants, nor
/// on one that a rule hides, but for comparisons that PostgreSQL may make of any row.
///
/// PostgreSQL keeps the order of `CASE` alone: what stands behind `THEN` is evaluated where the condition is TRUE. So it
/// is enough that this condition entails all that hides the row (``TruthFacts``, as for the answer itself).
extension StatementProof {
    /// The first table on whose hidden rows something is evaluated that a client states; `nil` when there is none.
    func firstExposed(_ select: Select) -> OpenTable? { exposed(select, around: []) }

    /// `around` are the conditions of the statement around a `LATERAL`.
    private func exposed(_ select: Select, around: [Expression]) -> OpenTable? {
        let hiding = (select.conditions + around).filter { !$0.tiesRows }
        for condition in select.conditions where isStated(condition) && !isHarmless(condition) { return exposure(of: condition, in: select) }
        if !hiding.isEmpty {
            for condition in select.stated.outside where !isHarmless(condition) { return exposure(of: condition, in: select) }
            if let first = select.stated.behind.first {
                guard entails(select.stated.known, hiding) else { return exposure(of: first, in: select) }
                if let table = outside(of: select.stated.known, in: select) { return table }
            }
        }
        for case .lateral(let inner, _) in select.from { if let found = exposed(inner, around: select.conditions) { return found } }
        for statement in select.statements { if let found = exposed(statement, around: []) { return found } }
        return nil
    }

    /// A table of the statement whose row may be outside where what is known is TRUE.
    private func outside(of known: [Expression], in select: Select) -> OpenTable? {
        let facts = TruthFacts().assuming(known + select.conditions.filter(\.tiesRows))
        for case .table(let table) in select.from { if let open = check(table, facts, select) { return open } }
        return nil
    }

    private func exposure(of condition: Expression, in select: Select) -> OpenTable {
        let name = select.from.compactMap { if case .table(let table) = $0 { table.name } else { nil } }.first ?? "the statement"
        return obstructed(select, "\(SQLPrinter.print(condition)) is evaluated on rows of \(name) before they are known to be visible")
    }

    /// Whether each of the conditions is TRUE wherever the first one is.
    private func entails(_ known: [Expression], _ conditions: [Expression]) -> Bool {
        let parts = known.flatMap(\.conjuncts)
        return conditions.allSatisfy { condition in condition.conjuncts.allSatisfy(parts.contains) }
    }

    // MARK: What clients state

    private func isStated(_ expression: Expression) -> Bool {
        switch expression {
        case .parameter(let number): kind(number) == .client
        case .exists(let select): isStated(select)
        case .isIn(let left, let select): isStated(left) || isStated(select)
        default: expression.hasPart(isStated)
        }
    }

    private func isStated(_ select: Select) -> Bool {
        for case .table(let table) in select.from { if case .rows = table.purpose { return true } }
        return select.predicates.contains(where: isStated)
    }

    /// Whether it is made of comparisons that tell nothing of a hidden row but that an index found one, and of
    /// statements, which are looked at by themselves.
    private func isHarmless(_ condition: Expression) -> Bool {
        switch condition {
        case .and(let items), .or(let items): items.allSatisfy(isHarmless)
        case .exists, .not(.exists): true
        case .isNull(let term), .isNotNull(let term): term.isTerm
        case .binary(let left, .equal, let right), .binary(let left, .isNotDistinctFrom, let right), .equalsAny(let left, let right): left.isTerm && right.isPlain && !isWide(left)
        case .binary(let left, .less, let right), .binary(let left, .lessOrEqual, let right), .binary(let left, .greater, let right), .binary(let left, .greaterOrEqual, let right):
            left.isTerm && right.isPlain && !isWide(left)
        default: false
        }
    }

    /// Whether a column of that name anywhere has a type whose comparisons take as long as its values are wide.
    private func isWide(_ term: Expression) -> Bool {
        guard case .column(_, let name) = term else { return false }
        return paths.catalog.types.values.contains { type in
            type.fields.values.contains { field in
                guard case .column(let column) = field, column.column == name else { return false }
                return switch column.type {
                case .numeric, .json, .jsonb, .array: true
                default: false
                }
            }
        }
    }
}

extension Expression {
    /// An equality of columns of two row sources.
    fileprivate var tiesRows: Bool {
        if case .binary(.column(let left, _), .equal, .column(let right, _)) = self { left != right } else { false }
    }

    /// A value that is no row's.
    fileprivate var isPlain: Bool {
        switch self {
        case .parameter, .boolean, .literal, .integer: true
        case .cast(let inner, _): inner.isPlain
        default: false
        }
    }
}
