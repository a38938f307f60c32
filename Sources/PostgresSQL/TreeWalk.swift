// The only code that knows the structure of trees. All traversals use these functions, so that a
// new case of a tree is added here and no audit, proof or rewriting can miss it.

extension Expression {
    /// Whether `body` is true of a direct part. For an `EXISTS` or `IN`, `statement` is called with
    /// its statement instead. Parts are not collected: a proof visits those of many statements.
    public func hasPart(
        _ body: (Expression) -> Bool, statement: (Select) -> Bool = { _ in false }
    ) -> Bool {
        switch self {
        case .column, .parameter, .integer, .boolean, .literal: return false
        case .exists(let select): return statement(select)
        case .isIn(let items, let select):
            for item in items where body(item) { return true }
            return statement(select)
        case .cast(let inner, _), .collate(let inner, _), .not(let inner), .isNull(let inner), .isNotNull(let inner),
            .opaque(let inner), .isNotTrue(let inner):
            return body(inner)
        case .binary(let left, _, let right), .equalsAny(let left, let right), .differsFromAll(let left, let right):
            return body(left) || body(right)
        case .and(let items), .or(let items), .call(_, let items):
            for item in items where body(item) { return true }
            return false
        case .aggregate(_, let argument): return argument.map(body) ?? false
        case .choice(let condition, let chosen, let otherwise):
            return body(condition) || body(chosen) || body(otherwise)
        }
    }

    /// The expression with substitutions, also in nested statements; does not visit substitutes.
    public func replacing(_ replacement: (Expression) -> Expression?) -> Expression {
        if let other = replacement(self) { return other }
        func replaced(_ inner: Expression) -> Expression { inner.replacing(replacement) }
        return switch self {
        case .parameter, .column, .integer, .boolean, .literal: self
        case .cast(let inner, let type): .cast(replaced(inner), type)
        case .collate(let inner, let collation): .collate(replaced(inner), collation)
        case .binary(let left, let operation, let right): .binary(replaced(left), operation, replaced(right))
        case .equalsAny(let left, let right): .equalsAny(replaced(left), replaced(right))
        case .differsFromAll(let left, let right): .differsFromAll(replaced(left), replaced(right))
        case .and(let items): .and(items.map(replaced))
        case .or(let items): .or(items.map(replaced))
        case .not(let inner): .not(replaced(inner))
        case .isNull(let inner): .isNull(replaced(inner))
        case .isNotNull(let inner): .isNotNull(replaced(inner))
        case .opaque(let inner): .opaque(replaced(inner))
        case .isNotTrue(let inner): .isNotTrue(replaced(inner))
        case .exists(let select): .exists(select.replacing(replacement))
        case .isIn(let items, let select): .isIn(items.map(replaced), select.replacing(replacement))
        case .call(let name, let arguments): .call(name, arguments.map(replaced))
        case .aggregate(let name, let argument): .aggregate(name, argument.map(replaced))
        case .choice(let condition, let chosen, let otherwise):
            .choice(replaced(condition), then: replaced(chosen), otherwise: replaced(otherwise))
        }
    }
}

extension Select {
    /// Whether `body` is true of an expression of its own, not of a nested statement.
    public func hasExpression(_ body: (Expression) -> Bool) -> Bool {
        for column in columns where body(column.expression) { return true }
        for predicate in predicates where body(predicate) { return true }
        for group in groups where body(group) { return true }
        for term in order where body(term.expression) { return true }
        return limit.map(body) == true || offset.map(body) == true
    }

    /// The statement with substitutions; substituted parts are not visited.
    public func replacing(_ replacement: (Expression) -> Expression?) -> Select {
        func replaced(_ inner: Expression) -> Expression { inner.replacing(replacement) }
        return Select(
            columns: columns.map { $0.replacing(replacement) }, from: from.map { $0.replacing(replacement) },
            conditions: conditions.map(replaced),
            stated: stated.replacing(replacement),
            groups: groups.map(replaced),
            order: order.map {
                OrderTerm(replaced($0.expression), descending: $0.descending, nullsFirst: $0.nullsFirst)
            },
            limit: limit.map(replaced), offset: offset.map(replaced))
    }
}

extension StatedConditions {
    func replacing(_ replacement: (Expression) -> Expression?) -> StatedConditions {
        func replaced(_ items: [Expression]) -> [Expression] { items.map { $0.replacing(replacement) } }
        return StatedConditions(outside: replaced(outside), behind: replaced(behind), known: replaced(known))
    }
}

extension OutputColumn {
    func replacing(_ replacement: (Expression) -> Expression?) -> OutputColumn {
        OutputColumn(expression.replacing(replacement), as: name)
    }
}

extension FromItem {
    func replacing(_ replacement: (Expression) -> Expression?) -> FromItem {
        switch self {
        case .table, .keys, .values: self
        case .lateral(let select, let alias): .lateral(select.replacing(replacement), alias)
        }
    }

    public var alias: Alias {
        switch self {
        case .table(let table): table.alias
        case .keys(_, let alias), .values(_, let alias), .lateral(_, let alias): alias
        }
    }
}

extension SQLTree {
    /// The items that it reads besides the table that it writes.
    public var from: [FromItem] {
        switch self {
        case .select(let select): select.from
        case .insert(let insert): [.lateral(insert.source, Alias("s", 0))]
        case .update(let update): update.from
        case .delete(let delete): delete.from
        }
    }

    /// The columns of its result.
    public var columns: [OutputColumn] {
        switch self {
        case .select(let select): select.columns
        case .insert(let insert): insert.returning
        case .update(let update): update.returning
        case .delete(let delete): delete.returning
        }
    }

    /// The table whose rows it writes.
    public var target: TableSource? {
        switch self {
        case .select: nil
        case .insert(let insert): insert.target
        case .update(let update): update.target
        case .delete(let delete): delete.target
        }
    }

    /// All that it reads, as a `SELECT`: for audits and proofs, which ask the same of it. Rows that
    /// it changes or deletes are among those; the columns are the values that it computes of them.
    public var reading: Select {
        switch self {
        case .select(let select): select
        case .insert(let insert): insert.source
        case .update(let update):
            Select(
                columns: update.assignments.map { OutputColumn($0.value) } + update.returning,
                from: [.table(update.target)] + update.from, conditions: update.conditions, stated: update.stated)
        case .delete(let delete):
            Select(
                columns: delete.returning, from: [.table(delete.target)] + delete.from,
                conditions: delete.conditions, stated: delete.stated)
        }
    }

    /// The conditions on rows that are written, and in an `INSERT` on their values.
    public var conditions: [Expression] {
        switch self {
        case .select(let select): select.conditions
        case .insert(let insert): insert.source.conditions
        case .update(let update): update.conditions
        case .delete(let delete): delete.conditions
        }
    }

    /// Whether `body` is true of an expression of its own, not of a nested statement.
    public func hasExpression(_ body: (Expression) -> Bool) -> Bool {
        switch self {
        case .select(let select): return select.hasExpression(body)
        case .insert(let insert): return insert.returning.contains { body($0.expression) }
        case .update(let update):
            return update.assignments.contains { body($0.value) }
                || update.stated.beside(update.conditions).contains(where: body)
                || update.returning.contains { body($0.expression) }
        case .delete(let delete):
            return delete.stated.beside(delete.conditions).contains(where: body)
                || delete.returning.contains { body($0.expression) }
        }
    }

    /// The statement with substitutions; substituted parts are not visited.
    public func replacing(_ replacement: (Expression) -> Expression?) -> SQLTree {
        func replaced(_ inner: Expression) -> Expression { inner.replacing(replacement) }
        switch self {
        case .select(let select): return .select(select.replacing(replacement))
        case .insert(let insert):
            return .insert(
                Insert(
                    into: insert.target, columns: insert.columns, source: insert.source.replacing(replacement),
                    returning: insert.returning.map { $0.replacing(replacement) }))
        case .update(let update):
            return .update(
                Update(
                    update.target, set: update.assignments.map { Assignment($0.column, replaced($0.value)) },
                    from: update.from.map { $0.replacing(replacement) }, conditions: update.conditions.map(replaced),
                    stated: update.stated.replacing(replacement),
                    returning: update.returning.map { $0.replacing(replacement) }))
        case .delete(let delete):
            return .delete(
                Delete(
                    from: delete.target, using: delete.from.map { $0.replacing(replacement) },
                    conditions: delete.conditions.map(replaced), stated: delete.stated.replacing(replacement),
                    returning: delete.returning.map { $0.replacing(replacement) }))
        }
    }
}
