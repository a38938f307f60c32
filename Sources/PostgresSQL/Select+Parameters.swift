extension Select {
    /// The same with every parameter outside its `FROM`'s keys replaced.
    public func replacingParameters(_ replacement: (Int) -> Expression) -> Select {
        replacing { if case .parameter(let number) = $0 { replacement(number) } else { nil } }
    }

    /// The same with every expression in the place of which `replacement` gives another one; what
    /// it gives is not looked into.
    public func replacing(_ replacement: (Expression) -> Expression?) -> Select {
        Select(
            columns: columns.map { OutputColumn($0.expression.replacing(replacement), as: $0.name) },
            from: from.map { item in
                if case .lateral(let select, let alias) = item {
                    .lateral(select.replacing(replacement), alias)
                } else {
                    item
                }
            },
            conditions: conditions.map { $0.replacing(replacement) },
            stated: StatedConditions(
                outside: stated.outside.map { $0.replacing(replacement) },
                behind: stated.behind.map { $0.replacing(replacement) },
                known: stated.known.map { $0.replacing(replacement) }),
            groups: groups.map { $0.replacing(replacement) },
            order: order.map {
                OrderTerm($0.expression.replacing(replacement), descending: $0.descending, nullsFirst: $0.nullsFirst)
            },
            limit: limit?.replacing(replacement), offset: offset?.replacing(replacement))
    }
}

extension Expression {
    func replacing(_ replacement: (Expression) -> Expression?) -> Expression {
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
        case .isTrue(let inner): .isTrue(replaced(inner))
        case .isNotTrue(let inner): .isNotTrue(replaced(inner))
        case .exists(let select): .exists(select.replacing(replacement))
        case .isIn(let left, let select): .isIn(replaced(left), select.replacing(replacement))
        case .call(let name, let arguments): .call(name, arguments.map(replaced))
        case .aggregate(let name, let argument): .aggregate(name, argument.map(replaced))
        case .choice(let condition, let chosen, let otherwise):
            .choice(replaced(condition), then: replaced(chosen), otherwise: replaced(otherwise))
        }
    }
}
