import PorticoCatalog
import PostgresSQL

/// Looks once more for the tenant condition on a finished statement, without trusting what built
/// it.
///
/// Every table that stands in a statement for rows of an isolated type must be tied to the viewer's
/// tenants in the very `WHERE` that reads it: by its own column, or by an `EXISTS` that follows the
/// type's isolation path. Anything else does not run.
struct IsolationAudit {
    let catalog: Catalog
    let parameters: [ParameterSource]
    /// Where a merged statement has the values of parameters, by ``MergedLoad/name(ofParameter:)``;
    /// `nil` in any other.
    var merged: Alias?

    /// The name of the first type without its tenant condition; `nil` when all is well.
    func firstUnprotected(_ select: Select) -> String? { check(select, outer: []) }

    /// `outer` are the conditions of the enclosing statement that may speak of a batch's key.
    private func check(_ select: Select, outer: [Expression]) -> String? {
        for item in select.from {
            switch item {
            case .keys: continue
            case .values(_, let alias): if alias != merged { return "values" }
            case .lateral(let inner, _):
                if let found = check(inner, outer: select.conditions) { return found }
            case .table(let table):
                guard let type = table.type else { continue }
                if !isProtected(table, type: type, conditions: select.conditions, outer: outer) { return type }
            }
        }
        for column in select.columns {
            if let found = checkNested(column.expression) { return found }
        }
        for expression in select.predicates {
            if let found = checkNested(expression) { return found }
        }
        for expression in select.groups {
            if let found = checkNested(expression) { return found }
        }
        for term in select.order {
            if let found = checkNested(term.expression) { return found }
        }
        return select.limit.flatMap(checkNested) ?? select.offset.flatMap(checkNested)
    }

    /// The statements inside an expression.
    private func checkNested(_ expression: Expression) -> String? {
        for statement in expression.statements { if let found = check(statement, outer: []) { return found } }
        return nil
    }

    private func isProtected(_ table: TableSource, type: String, conditions: [Expression], outer: [Expression]) -> Bool
    {
        guard let binding = catalog.types[type], binding.table.name == table.name, binding.table.schema == table.schema
        else { return false }
        switch binding.isolation {
        case .none: return true
        case .unstated: return conditions.contains(.boolean(false))
        case .column(let column): return conditions.contains { isTenantTest($0, of: column, table.alias) }
        case .path(let relations, let column):
            guard let first = relations.first else { return false }
            let start = Expression.column(table.alias, first.local.column)
            if conditions.contains(where: { followsPath($0, relations[...], column, from: start) }) { return true }
            // The key stands for the column where the two are equal byte by byte.
            return first.local.equalsByBytes && conditions.contains(.binary(start, .equal, RowReference.batchKey))
                && (conditions + outer).contains {
                    followsPath($0, relations[...], column, from: RowReference.batchKey)
                }
        }
    }

    private func isTenantTest(_ condition: Expression, of binding: ColumnBinding, _ alias: Alias) -> Bool {
        let column = RowReference(alias: alias).identity(binding)
        switch condition {
        case .isTrue(let inner): return isTenantTest(inner, of: binding, alias)
        case .binary(let left, .equal, let right):
            if left == column, case .tenant = source(right) { return true }
            return false
        case .equalsAny(let left, let right):
            if left == column, case .tenants = source(right) { return true }
            return false
        default: return false
        }
    }

    private func followsPath(
        _ condition: Expression, _ relations: ArraySlice<RelationBinding>, _ column: ColumnBinding,
        from start: Expression
    ) -> Bool {
        guard let relation = relations.first, case .exists(let select) = condition, select.from.count == 1,
            case .table(let table) = select.from[0],
            let target = catalog.types[relation.target], target.table.name == table.name,
            target.table.schema == table.schema,
            select.conditions.contains(where: { ties($0, .column(table.alias, relation.remote.column), to: start) })
        else { return false }
        let rest = relations.dropFirst()
        guard let next = rest.first else {
            return select.conditions.contains { isTenantTest($0, of: column, table.alias) }
        }
        return select.conditions.contains {
            followsPath($0, rest, column, from: .column(table.alias, next.local.column))
        }
    }

    /// That a column equals a value, in whatever type and collation the column is compared.
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
