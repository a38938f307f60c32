import PorticoCatalog
import PostgresSQL

/// Verifies the tenant conditions of a finished statement, without trusting the code that built it.
///
/// Every table read for rows of an isolated type must be tied to the viewer's tenants in the very
/// `WHERE` that reads it: by its own column, or by an `EXISTS` along the type's isolation path. The
/// same holds for rows that are changed or deleted, and for the values of rows that are created or
/// changed. Any other statement is rejected.
struct IsolationAudit {
    let catalog: Catalog
    let parameters: [ParameterSource]
    /// The alias of the parameters' values in a merged statement, with columns named by
    /// ``MergedLoad/name(ofParameter:)``; `nil` in others.
    var merged: Alias?

    /// The first type without its tenant condition; `nil` if there is none.
    func firstUnprotected(_ tree: SQLTree) -> String? {
        if case .select(let select) = tree { return check(select, outer: []) }
        guard let target = tree.target, let type = target.type, mayBeWritten(tree, target, type: type) else {
            return tree.target?.type ?? tree.target?.name ?? "a written table"
        }
        return check(tree.from, conditions: tree.conditions, outer: []) ?? checkNested(tree.statements)
    }

    /// `outer` are the conditions of the enclosing statement that may refer to a batch's key.
    private func check(_ select: Select, outer: [Expression]) -> String? {
        check(select.from, conditions: select.conditions, outer: outer) ?? checkNested(select.statements)
    }

    private func check(_ from: [FromItem], conditions: [Expression], outer: [Expression]) -> String? {
        for item in from {
            switch item {
            case .keys: continue
            case .values(_, let alias): if alias != merged { return "values" }
            case .lateral(let inner, _): if let found = check(inner, outer: conditions) { return found }
            case .table(let table):
                guard let type = table.type else { continue }
                if case .written = table.purpose { return type }
                if !isProtected(table, type: type, conditions: conditions, outer: outer) { return type }
            }
        }
        return nil
    }

    /// The statements inside expressions.
    private func checkNested(_ statements: [Select]) -> String? {
        for statement in statements { if let found = check(statement, outer: []) { return found } }
        return nil
    }

    // MARK: Rows that are read

    private func isProtected(_ table: TableSource, type: String, conditions: [Expression], outer: [Expression]) -> Bool
    {
        guard let binding = catalog.types[type], binding.isTable(table) else { return false }
        switch binding.isolation {
        case .none: return true
        case .unstated: return conditions.contains(.boolean(false))
        case .column(let column):
            let owner = RowReference(alias: table.alias).identity(column)
            return conditions.contains { isTenantTest($0, of: owner) }
        case .path(let relations, let column):
            guard let first = relations.first else { return false }
            let start = first.locals.map { Expression.column(table.alias, $0.column) }
            if conditions.contains(where: { followsPath($0, relations[...], column, from: start) }) { return true }
            guard let keys = keys(inPlaceOf: start, first.locals, conditions) else { return false }
            return (conditions + outer).contains { followsPath($0, relations[...], column, from: keys) }
        }
    }

    /// The columns of a batch's key that replace columns of a row: tied to them and equal by bytes.
    private func keys(
        inPlaceOf start: [Expression], _ columns: [ColumnBinding], _ conditions: [Expression]
    ) -> [Expression]? {
        var keys: [Expression] = []
        for (expression, column) in zip(start, columns) {
            let key = conditions.lazy.compactMap { condition -> Expression? in
                if case .binary(expression, .equal, let key) = condition, key.isBatchKey { key } else { nil }
            }.first
            guard column.equalsByBytes, let key else { return nil }
            keys.append(key)
        }
        return keys
    }

    // MARK: Rows that are written

    /// Whether no row of another tenant is changed or deleted, and none moved to another tenant.
    private func mayBeWritten(_ tree: SQLTree, _ target: TableSource, type: String) -> Bool {
        guard case .written = target.purpose, let binding = catalog.types[type], binding.isTable(target) else {
            return false
        }
        switch tree {
        case .select: return false
        case .insert(let insert): return staysWithin(binding, insert.source.conditions, insert.value)
        case .delete(let delete): return isProtected(target, type: type, conditions: delete.conditions, outer: [])
        case .update(let update):
            guard isProtected(target, type: type, conditions: update.conditions, outer: []) else { return false }
            if binding.isolation.columns.allSatisfy({ update.value(of: $0.column) == nil }) { return true }
            return staysWithin(binding, update.conditions) {
                update.value(of: $0) ?? .column(target.alias, $0)
            }
        }
    }

    /// Whether the conditions keep a row with these values within the viewer's tenants.
    private func staysWithin(
        _ binding: TypeBinding, _ conditions: [Expression], _ value: (String) -> Expression?
    ) -> Bool {
        switch binding.isolation {
        case .none: return true
        case .unstated: return conditions.contains(.boolean(false))
        case .column(let column):
            guard let owner = value(column.column) else { return false }
            return conditions.contains { isTenantTest($0, of: column.identity(owner)) }
        case .path(let relations, let column):
            let start = relations.first?.locals.compactMap { value($0.column) } ?? []
            guard let first = relations.first, start.count == first.locals.count else { return false }
            return conditions.contains { followsPath($0, relations[...], column, from: start) }
        }
    }

    // MARK: Tests of tenants

    /// `owner` is the expression for the row's tenant.
    private func isTenantTest(_ condition: Expression, of owner: Expression) -> Bool {
        switch condition {
        case .opaque(let inner): return isTenantTest(inner, of: owner)
        case .binary(let left, .equal, let right):
            if left == owner, case .tenant = source(right) { return true }
            return false
        case .equalsAny(let left, let right):
            if left == owner, case .tenants = source(right) { return true }
            return false
        default: return false
        }
    }

    private func followsPath(
        _ condition: Expression, _ relations: ArraySlice<RelationBinding>, _ column: ColumnBinding,
        from start: [Expression]
    ) -> Bool {
        guard let relation = relations.first, case .exists(let select) = condition, select.from.count == 1,
            case .table(let table) = select.from[0],
            catalog.types[relation.target]?.isTable(table) == true, start.count == relation.pairs.count
        else { return false }
        for (remote, value) in zip(relation.remotes, start) {
            let tied = Expression.column(table.alias, remote.column)
            guard select.conditions.contains(where: { ties($0, tied, to: value) }) else { return false }
        }
        let rest = relations.dropFirst()
        guard let next = rest.first else {
            let owner = RowReference(alias: table.alias).identity(column)
            return select.conditions.contains { isTenantTest($0, of: owner) }
        }
        let further = next.locals.map { Expression.column(table.alias, $0.column) }
        return select.conditions.contains { followsPath($0, rest, column, from: further) }
    }

    /// Whether it is the equality of a column and a value, in any type and collation.
    private func ties(_ condition: Expression, _ column: Expression, to value: Expression) -> Bool {
        guard case .binary(let left, .equal, let right) = condition else { return false }
        return left == column && right.uncast == value
    }

    private func source(_ expression: Expression) -> ParameterSource? {
        switch expression {
        case .parameter(let number):
            merged == nil && parameters.indices.contains(number - 1) ? parameters[number - 1] : nil
        case .cast(let inner, _): merged == nil ? nil : source(inner)
        case .column(let alias, let name):
            alias == merged
                ? parameters.indices.first { MergedLoad.name(ofParameter: $0 + 1) == name }.map { parameters[$0] } : nil
        default: nil
        }
    }
}

extension TypeBinding {
    fileprivate func isTable(_ source: TableSource) -> Bool {
        table.name == source.name && table.schema == source.schema
    }
}
