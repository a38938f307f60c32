import PorticoCatalog
import PostgresSQL

/// Proves of one finished statement that no client condition is evaluated on a row outside the
/// viewer's tenants or on one that a rule hides, except comparisons allowed on any row.
///
/// Only for `CASE` does PostgreSQL keep the order: what is behind `THEN` is evaluated where the
/// condition is TRUE. So it suffices that this condition entails all conditions that hide the row
/// (``TruthFacts``, as for the answer itself).
extension StatementProof {
    /// The first table on whose hidden rows a client condition is evaluated, if any.
    func firstExposed(_ tree: SQLTree) -> OpenTable? {
        switch tree {
        case .select(let select): return exposed(select, around: [])
        case .insert(let insert):
            // Values of new rows are not hidden; the statements that test them are checked.
            var source = insert.source
            if source.from.allSatisfy({ if case .values = $0 { true } else { false } }) {
                source.conditions = []
                source.stated = StatedConditions()
            }
            source.columns = []
            return exposed(source, around: []) ?? exposed(in: tree.statements + insert.source.statements)
        case .update, .delete: return exposed(tree.reading, around: [])
        }
    }

    private func exposed(in statements: [Select]) -> OpenTable? {
        for statement in statements { if let found = exposed(statement, around: []) { return found } }
        return nil
    }

    /// `around` are the conditions of the statement around a `LATERAL`.
    private func exposed(_ select: Select, around: [Expression]) -> OpenTable? {
        let hiding = (select.conditions + around).filter { !$0.tiesRows }
        for condition in select.conditions where isStated(condition) && !isHarmless(condition, select, []) {
            return exposure(of: condition, in: select)
        }
        if !hiding.isEmpty {
            for condition in select.stated.outside where !isHarmless(condition, select, hiding) {
                return exposure(of: condition, in: select)
            }
            if let first = select.stated.behind.first {
                guard entails(select.stated.known, hiding) else { return exposure(of: first, in: select) }
                if let table = outside(of: select.stated.known, in: select) { return table }
            }
        }
        for case .lateral(let inner, _) in select.from {
            if let found = exposed(inner, around: select.conditions) { return found }
        }
        return exposed(in: select.statements)
    }

    /// A table of the statement whose row may be outside where `known` is TRUE.
    private func outside(of known: [Expression], in select: Select) -> OpenTable? {
        let facts = TruthFacts().assuming(known + select.conditions.filter(\.tiesRows))
        for case .table(let table) in select.from {
            if let open = check(table, facts, select, { .column(table.alias, $0) }) { return open }
        }
        return nil
    }

    private func exposure(of condition: Expression, in select: Select) -> OpenTable {
        let tables = select.from.compactMap { if case .table(let table) = $0 { table } else { nil } }
        let obstacle = "\(SQLPrinter.print(condition)) is evaluated on rows that are not known to be visible"
        guard let table = tables.first else { return obstructed(select, obstacle) }
        return OpenTable(
            table: table, type: table.type.flatMap { paths.catalog.types[$0] }, facts: TruthFacts(), select: select,
            obstacle: obstacle)
    }

    /// Whether each of the conditions is TRUE wherever `known` is.
    private func entails(_ known: [Expression], _ conditions: [Expression]) -> Bool {
        let parts = known.flatMap(\.conjuncts)
        return conditions.allSatisfy { condition in condition.conjuncts.allSatisfy(parts.contains) }
    }

    // MARK: What clients state

    private func isStated(_ expression: Expression) -> Bool {
        if case .parameter(let number) = expression { return kind(number) == .client }
        return expression.hasPart(isStated, statement: isStated)
    }

    private func isStated(_ select: Select) -> Bool {
        for case .table(let table) in select.from { if case .rows = table.purpose { return true } }
        return select.predicates.contains(where: isStated)
    }

    /// Whether it consists of comparisons that reveal nothing of a hidden row except that an index
    /// found it, and of statements, which are checked separately. If other conditions than
    /// equalities hide rows, they may cost more than the comparison: then it must compare columns
    /// that tie rows together or identify them.
    private func isHarmless(_ condition: Expression, _ select: Select, _ hiding: [Expression]) -> Bool {
        let areEqualities = hiding.allSatisfy(\.isEqualityAlone)
        func compares(_ left: Expression, _ right: Expression, isEquality: Bool) -> Bool {
            guard right.isPlain, left.uncast.isTerm else { return false }
            guard case .column(let alias, let name) = left.uncast else { return true }
            return !isWide(name, of: alias, in: select, isEquality: isEquality)
                && (areEqualities || isEquality && identifies(name, of: alias, in: select))
        }
        switch condition {
        case .and(let items), .or(let items): return items.allSatisfy { isHarmless($0, select, hiding) }
        case .exists, .not(.exists): return areEqualities
        case .isNull(let term), .isNotNull(let term): return term.uncast.isTerm && areEqualities
        case .binary(let left, .equal, let right), .equalsAny(let left, let right):
            return compares(left, right, isEquality: true)
        case .binary(let left, .isNotDistinctFrom, let right), .binary(let left, .less, let right),
            .binary(let left, .lessOrEqual, let right),
            .binary(let left, .greater, let right), .binary(let left, .greaterOrEqual, let right):
            return compares(left, right, isEquality: false)
        default: return false
        }
    }

    private func type(of alias: Alias, in select: Select) -> TypeBinding? {
        for case .table(let table) in select.from where table.alias == alias {
            return table.type.flatMap { paths.catalog.types[$0] }
        }
        return nil
    }

    /// Whether the column's type has comparisons whose duration depends on the width of values.
    private func isWide(_ name: String, of alias: Alias, in select: Select, isEquality: Bool) -> Bool {
        guard let type = type(of: alias, in: select) else { return false }
        return type.fields.values.contains { field in
            guard case .column(let column) = field, column.column == name else { return false }
            return switch column.type {
            case .json, .jsonb, .array: true
            // A row may be found by it: numbers of any length usually differ in the first digits.
            case .numeric: !isEquality
            default: false
            }
        }
    }

    /// Whether the column belongs to the key, ties rows to others or identifies their tenant.
    private func identifies(_ name: String, of alias: Alias, in select: Select) -> Bool {
        guard let type = type(of: alias, in: select) else { return false }
        if type.key.columns.contains(where: { $0.column == name }) { return true }
        if case .column(let column) = type.isolation, column.column == name { return true }
        return type.fields.values.contains {
            if case .relation(let relation) = $0 { relation.isTied(by: name) } else { false }
        }
    }
}

extension Expression {
    /// An equality of columns of two row sources.
    fileprivate var tiesRows: Bool {
        guard case .binary(let left, .equal, let right) = self, case .column(let one, _) = left.uncast,
            case .column(let other, _) = right.uncast
        else { return false }
        return one != other
    }

    /// Whether it is a single equality of columns and values, or reads values only.
    fileprivate var isEqualityAlone: Bool {
        switch self {
        case .boolean: true
        case .opaque(let inner): inner.isEqualityAlone
        case .isNotNull(let inner): inner.isPlain
        case .binary(let left, .equal, let right):
            (left.uncast.isTerm || left.isPlain) && (right.uncast.isTerm || right.isPlain)
        default: false
        }
    }

    /// A value that does not come from a row.
    fileprivate var isPlain: Bool {
        switch self {
        case .parameter, .boolean, .literal, .integer: true
        case .cast(let inner, _), .collate(let inner, _): inner.isPlain
        default: false
        }
    }
}
