import PorticoCatalog
import PostgresSQL

/// Proves of one finished statement that no row outside the viewer's tenants influences its result.
///
/// Every table in every `FROM` of the statement, at any depth, must be read under a `WHERE` that
/// can be TRUE only for rows inside. Then the result is the same whether or not other rows exist:
/// in its columns, order, limits, aggregates, and in the truth of each `EXISTS`, including under
/// `NOT`. ``TruthFacts`` derives what follows from a `WHERE`; ``check(_:outer:)`` states which
/// conditions hold where a nested statement is evaluated.
struct StatementProof {
    /// A table whose rows are not confined to the viewer's tenants by any condition.
    struct OpenTable {
        let table: TableSource
        /// The type of its rows; `nil` for a step of an isolation path.
        let type: TypeBinding?
        /// What can be TRUE together, while the row is outside.
        let facts: TruthFacts
        /// The statement that reads it.
        let select: Select
        /// Why nothing could be proven, if not because of a missing condition.
        var obstacle: String?
    }

    let paths: IsolationPaths
    let parameters: [ParameterKind]

    /// The first open table; `nil` if the statement is proven. `type` is that of the load's rows.
    func firstOpen(_ tree: SQLTree, of type: String) -> OpenTable? {
        if case .select(let select) = tree { return firstOpen(select, of: type) }
        guard let target = tree.target, case .written(type) = target.purpose else {
            return obstructed(Select(columns: [], from: tree.from), "it writes no rows of \(type)")
        }
        var names: [Alias: Select] = [:]
        let facts = TruthFacts().assuming(tree.conditions), reading = tree.reading
        if let open = check(reading, outer: TruthFacts(), &names) { return open }
        // Then the row as it is left.
        switch tree {
        case .select, .delete: return nil
        case .insert(let insert):
            for statement in tree.statements {
                if let open = check(statement, outer: TruthFacts(), &names) { return open }
            }
            return check(target, facts, reading) { insert.value(of: $0)?.uncast ?? .boolean(false) }
        case .update(let update):
            return check(target, facts, reading) { update.value(of: $0)?.uncast ?? .column(target.alias, $0) }
        }
    }

    private func firstOpen(_ select: Select, of type: String) -> OpenTable? {
        guard rootType(select) == type else { return obstructed(select, "its rows are not those of \(type)") }
        var names: [Alias: Select] = [:]
        return check(select, outer: TruthFacts(), &names)
    }

    func obstructed(_ select: Select, _ obstacle: String) -> OpenTable {
        let table = TableSource(schema: nil, name: "", alias: Alias("t", 0), purpose: .tenantPath)
        return OpenTable(table: table, type: nil, facts: TruthFacts(), select: select, obstacle: obstacle)
    }

    /// The type of the statement's own rows: of the last in its `FROM`.
    private func rootType(_ select: Select) -> String? {
        switch select.from.last {
        case .table(let table): table.type
        case .lateral(let inner, _): rootType(inner)
        case .keys, .values, nil: nil
        }
    }

    // MARK: Statements

    /// - Parameter outer: What holds for the enclosing statement's row whenever this statement
    ///   matters. A nested statement does not matter if another condition of the same `WHERE` is
    ///   not TRUE. Only conditions without a statement of their own are used, so that no two can
    ///   rely on each other; a `LATERAL` may rely on all that do not refer to it.
    private func check(_ select: Select, outer: TruthFacts, _ names: inout [Alias: Select]) -> OpenTable? {
        for item in select.from {
            // Conditions that hide rows occur twice if a client's condition is behind them: the
            // same statement, and so the same rows.
            if let other = names[item.alias], other != select {
                return obstructed(select, "two row sources of the statement are called \(item.alias.text)")
            }
            names[item.alias] = select
        }
        var own = outer
        own.assume(select.predicates)
        for item in select.from {
            switch item {
            case .keys, .values: continue
            case .table(let table): if let open = check(table, own, select) { return open }
            case .lateral(let inner, let alias):
                var before = outer
                before.assume(select.conditions.filter { !$0.mentions(alias) })
                if let open = check(inner, outer: before, &names) { return open }
            }
        }
        let nested = select.statements
        if nested.isEmpty { return nil }
        let plain = outer.assuming(select.predicates.filter { !$0.holdsStatement })
        for statement in nested {
            if let open = check(statement, outer: plain, &names) { return open }
        }
        return nil
    }

    private func check(_ table: TableSource, _ facts: TruthFacts, _ select: Select) -> OpenTable? {
        check(table, facts, select) { .column(table.alias, $0) }
    }

    /// - Parameter row: The value of a column of the row that must be inside.
    func check(_ table: TableSource, _ facts: TruthFacts, _ select: Select, _ row: (String) -> Expression) -> OpenTable?
    {
        func open(_ type: TypeBinding?, _ facts: TruthFacts, _ obstacle: String? = nil) -> OpenTable {
            OpenTable(table: table, type: type, facts: facts, select: select, obstacle: obstacle)
        }
        switch table.purpose {
        case .rows(let name), .ruleRows(let name), .written(let name):
            guard let type = paths.catalog.types[name], paths.isTable(of: type, table) else {
                return open(nil, facts, "\(table.name) is not the table of \(name)")
            }
            switch type.isolation {
            case .none: return nil
            case .unstated: return facts.isContradictory ? nil : open(type, facts)
            case .column(let column):
                return outside([IsolationPaths.Step(relations: [], column: column)], row, facts).map { open(type, $0) }
            case .path(let relations, let column):
                return outside([IsolationPaths.Step(relations: relations[...], column: column)], row, facts).map {
                    open(type, $0)
                }
            }
        case .tenantPath:
            let steps = paths.steps(through: table)
            if steps.isEmpty { return open(nil, facts, "no isolation leads through \(table.name)") }
            return outside(steps, row, facts).map { open(nil, $0) }
        }
    }

    // MARK: Entailment

    /// What can be TRUE while the row is outside by each of `steps`; `nil` if it never is.
    private func outside(
        _ steps: [IsolationPaths.Step], _ row: (String) -> Expression, _ facts: TruthFacts
    ) -> TruthFacts? {
        if steps.contains(where: { isInside(row, $0, facts) }) { return nil }
        var budget = TruthFacts.Limits.branches
        return outside(steps, row, facts.lookingIntoAll(), &budget)
    }

    private func outside(
        _ steps: [IsolationPaths.Step], _ row: (String) -> Expression, _ facts: TruthFacts, _ budget: inout Int
    ) -> TruthFacts? {
        if steps.contains(where: { isInside(row, $0, facts) }) { return nil }
        budget -= 1
        guard budget > 0, let branches = facts.split() else { return facts }
        for branch in branches {
            if let found = outside(steps, row, branch.lookingIntoAll(), &budget) { return found }
        }
        return nil
    }

    /// Whether the row is inside by the rest of its isolation path, without distinguishing cases.
    private func isInside(_ row: (String) -> Expression, _ step: IsolationPaths.Step, _ facts: TruthFacts) -> Bool {
        if facts.isContradictory { return true }
        guard let relation = step.relations.first else { return isTenant(row(step.column.column), facts) }
        func leads(_ next: TableSource, _ facts: TruthFacts) -> Bool {
            paths.isTable(of: relation.target, next)
                && relation.pairs.allSatisfy {
                    facts.areEqual(.column(next.alias, $0.remote.column), row($0.local.column))
                }
                && isInside({ .column(next.alias, $0) }, step.rest, facts)
        }
        if facts.rows.contains(where: { leads($0, facts) }) { return true }
        for (position, witness) in facts.witnesses.enumerated() {
            for case .table(let next) in witness.from where paths.isTable(of: relation.target, next) {
                if leads(next, facts.lookingInto(position)) { return true }
            }
        }
        return false
    }

    private func isTenant(_ column: Expression, _ facts: TruthFacts) -> Bool {
        func isTenant(_ term: Expression) -> Bool {
            if case .parameter(let number) = term, kind(number) == .tenant { return true }
            return facts.memberships.contains { $0.column == term && kind($0.parameter) == .tenants }
        }
        if isTenant(column) { return true }
        return facts.equals(of: column).contains(where: isTenant)
    }

    func kind(_ number: Int) -> ParameterKind? {
        parameters.indices.contains(number - 1) ? parameters[number - 1] : nil
    }
}

/// What the proof needs to know about the source of a parameter's value.
enum ParameterKind: Sendable, Hashable {
    /// The one tenant that the viewer reaches, filled in by the gateway.
    case tenant
    /// All of them, as an array.
    case tenants
    /// A value from the client.
    case client
    case other
}

/// The catalog's isolation paths, by table.
struct IsolationPaths {
    /// The rest of a path at some table: relations to follow, then the tenant's column.
    struct Step {
        var relations: ArraySlice<RelationBinding>
        var column: ColumnBinding

        var rest: Step { Step(relations: relations.dropFirst(), column: column) }
    }

    let catalog: Catalog
    private let through: [TableName: [Step]]

    init(_ catalog: Catalog) {
        self.catalog = catalog
        var through: [TableName: [Step]] = [:]
        for type in catalog.types.values {
            guard case .path(let relations, let column) = type.isolation else { continue }
            for (position, relation) in relations.enumerated() {
                guard let target = catalog.types[relation.target] else { continue }
                through[target.table, default: []].append(Step(relations: relations[(position + 1)...], column: column))
            }
        }
        self.through = through
    }

    /// The rest of each path that leads through the table.
    func steps(through table: TableSource) -> [Step] {
        through[TableName(schema: table.schema, name: table.name)] ?? []
    }

    func isTable(of type: String, _ table: TableSource) -> Bool {
        catalog.types[type].map { isTable(of: $0, table) } ?? false
    }
    func isTable(of type: TypeBinding, _ table: TableSource) -> Bool {
        type.table.name == table.name && type.table.schema == table.schema
    }
}
