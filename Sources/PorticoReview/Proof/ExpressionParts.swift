import PostgresSQL

extension Expression {
    /// The parts of an expression, one level down; the statement of an `EXISTS` is none.
    var parts: [Expression] {
        switch self {
        case .column, .parameter, .integer, .boolean, .literal, .exists: []
        case .cast(let inner, _), .not(let inner), .isNull(let inner), .isNotNull(let inner), .isTrue(let inner), .isNotTrue(let inner): [inner]
        case .binary(let left, _, let right), .equalsAny(let left, let right), .differsFromAll(let left, let right): [left, right]
        case .and(let items), .or(let items), .call(_, let items): items
        case .aggregate(_, let argument): argument.map { [$0] } ?? []
        case .choice(let condition, let chosen, let otherwise): [condition, chosen, otherwise]
        }
    }

    /// Whether a statement stands in it, at whatever depth.
    var holdsStatement: Bool {
        if case .exists = self { return true }
        return parts.contains(where: \.holdsStatement)
    }

    /// The first thing that `body` gives of the statements that stand directly in it, at whatever depth.
    func firstInStatements<Found>(_ body: (Select) -> Found?) -> Found? {
        if case .exists(let select) = self { return body(select) }
        for part in parts { if let found = part.firstInStatements(body) { return found } }
        return nil
    }

    /// Whether it names a column of the alias, in a nested statement too.
    func mentions(_ alias: Alias) -> Bool {
        switch self {
        case .column(let other, _): other == alias
        case .exists(let select): select.mentions(alias)
        default: parts.contains { $0.mentions(alias) }
        }
    }
}

extension Select {
    /// The first thing that `body` gives of the statements in all its expressions, those of its `FROM` left out.
    func firstInStatements<Found>(_ body: (Select) -> Found?) -> Found? {
        for condition in conditions { if let found = condition.firstInStatements(body) { return found } }
        for column in columns { if let found = column.expression.firstInStatements(body) { return found } }
        for group in groups { if let found = group.firstInStatements(body) { return found } }
        for term in order { if let found = term.expression.firstInStatements(body) { return found } }
        return limit?.firstInStatements(body) ?? offset?.firstInStatements(body)
    }

    func mentions(_ alias: Alias) -> Bool {
        columns.contains { $0.expression.mentions(alias) } || conditions.contains { $0.mentions(alias) } || groups.contains { $0.mentions(alias) }
            || order.contains { $0.expression.mentions(alias) } || [limit, offset].contains { $0?.mentions(alias) == true }
            || from.contains { if case .lateral(let inner, _) = $0 { inner.mentions(alias) } else { false } }
    }
}
