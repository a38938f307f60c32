extension Expression {
    /// The parts that must all hold.
    public var conjuncts: [Expression] {
        if case .and(let items) = self { items.flatMap(\.conjuncts) } else { [self] }
    }

    /// Whether `body` is true of a part, one level down; the statement of an `EXISTS` or an `IN` is
    /// none. Parts are not gathered: a proof visits them all, of many statements.
    public func hasPart(_ body: (Expression) -> Bool) -> Bool {
        switch self {
        case .column, .parameter, .integer, .boolean, .literal, .exists: return false
        case .isIn(let left, _): return body(left)
        case .cast(let inner, _), .collate(let inner, _), .not(let inner), .isNull(let inner), .isNotNull(let inner),
            .isTrue(let inner), .isNotTrue(let inner):
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

    /// The value itself, without what says how it is compared.
    public var uncast: Expression {
        switch self {
        case .cast(let inner, _), .collate(let inner, _): inner.uncast
        default: self
        }
    }

    public func forEachPart(_ body: (Expression) -> Void) {
        _ = hasPart { part in
            body(part)
            return false
        }
    }

    /// Whether a statement stands in it, at whatever depth.
    public var holdsStatement: Bool {
        switch self {
        case .exists, .isIn: true
        default: hasPart(\.holdsStatement)
        }
    }

    /// Adds the statements that stand directly in it, at whatever depth.
    public func addStatements(to found: inout [Select]) {
        switch self {
        case .exists(let select): return found.append(select)
        case .isIn(_, let select): found.append(select)
        default: break
        }
        forEachPart { $0.addStatements(to: &found) }
    }

    /// The statements that stand directly in it, at whatever depth.
    public var statements: [Select] {
        var found: [Select] = []
        addStatements(to: &found)
        return found
    }

    /// Whether it names a column of the alias, in a nested statement too.
    public func mentions(_ alias: Alias) -> Bool {
        switch self {
        case .column(let other, _): other == alias
        case .exists(let select): select.mentions(alias)
        case .isIn(let left, let select): left.mentions(alias) || select.mentions(alias)
        default: hasPart { $0.mentions(alias) }
        }
    }
}

extension Select {
    /// The statements in all its expressions, those of its `FROM` left out.
    public var statements: [Select] {
        var found: [Select] = []
        for condition in predicates { condition.addStatements(to: &found) }
        for column in columns { column.expression.addStatements(to: &found) }
        for group in groups { group.addStatements(to: &found) }
        for term in order { term.expression.addStatements(to: &found) }
        limit?.addStatements(to: &found)
        offset?.addStatements(to: &found)
        return found
    }

    public func mentions(_ alias: Alias) -> Bool {
        columns.contains { $0.expression.mentions(alias) } || predicates.contains { $0.mentions(alias) }
            || groups.contains { $0.mentions(alias) }
            || order.contains { $0.expression.mentions(alias) }
            || [limit, offset].contains { $0?.mentions(alias) == true }
            || from.contains { if case .lateral(let inner, _) = $0 { inner.mentions(alias) } else { false } }
    }
}
