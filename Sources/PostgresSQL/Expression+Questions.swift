extension Expression {
    /// The parts that must all hold.
    public var conjuncts: [Expression] {
        if case .and(let items) = self { items.flatMap(\.conjuncts) } else { [self] }
    }

    /// A single item is not wrapped.
    public static func conjunction(_ items: [Expression]) -> Expression { items.count == 1 ? items[0] : .and(items) }

    /// The value without casts and collations.
    public var uncast: Expression {
        switch self {
        case .cast(let inner, _), .collate(let inner, _): inner.uncast
        default: self
        }
    }

    /// Whether it contains a statement, at any depth.
    public var holdsStatement: Bool { hasPart(\.holdsStatement, statement: { _ in true }) }

    func addStatements(to found: inout [Select]) {
        _ = hasPart(
            { part in
                part.addStatements(to: &found)
                return false
            },
            statement: { select in
                found.append(select)
                return false
            })
    }

    /// The statements directly inside it, at any depth of the expression.
    public var statements: [Select] {
        var found: [Select] = []
        addStatements(to: &found)
        return found
    }

    /// Whether it names a column of the alias, including in nested statements.
    public func mentions(_ alias: Alias) -> Bool {
        if case .column(let other, _) = self { return other == alias }
        return hasPart({ $0.mentions(alias) }, statement: { $0.mentions(alias) })
    }
}

extension Select {
    /// The statements in all its expressions, without those of its `FROM`.
    public var statements: [Select] {
        var found: [Select] = []
        _ = hasExpression { expression in
            expression.addStatements(to: &found)
            return false
        }
        return found
    }

    public func mentions(_ alias: Alias) -> Bool {
        hasExpression { $0.mentions(alias) }
            || from.contains { if case .lateral(let inner, _) = $0 { inner.mentions(alias) } else { false } }
    }
}

extension SQLTree {
    /// The statements in all its expressions, without those of its `FROM`.
    public var statements: [Select] {
        var found: [Select] = []
        _ = hasExpression { expression in
            expression.addStatements(to: &found)
            return false
        }
        return found
    }
}
