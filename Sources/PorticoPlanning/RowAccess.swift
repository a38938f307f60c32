import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import PostgresSQL

/// How many tenants a viewer reaches, as far as SQL differs for it.
public enum TenantScope: Sendable, Hashable {
    /// No isolation: `crossTenant`.
    case all
    /// Exactly one: an equality, which leaves ordered indexes usable.
    case one
    /// None or several: an array.
    case several

    public init(_ viewer: Viewer, reach: Reach) {
        self = reach == .crossTenant ? .all : viewer.tenants.count == 1 ? .one : .several
    }
}

/// The one way by which rows of a type come into a statement: every table enters with its tenant condition and its row rules.
struct RowAccess: Sendable {
    /// Whose rows a relation inside a condition reaches.
    enum Nested {
        /// In a rule: the target's rows under isolation alone.
        case rule
        /// In a client's filter: only what the client could read.
        case client
    }

    let catalog: Catalog
    let rules: RuleSet
    let scope: TenantScope

    func binding(_ type: String) throws(PlanningError) -> TypeBinding {
        guard let binding = catalog.types[type] else { throw PlanningError(.notBound, "Type \(type) has no table.") }
        return binding
    }

    func table(_ binding: TypeBinding, alias: Alias) -> FromItem {
        .table(TableSource(schema: binding.table.schema, name: binding.table.name, alias: alias, purpose: .rows(type: binding.name)))
    }

    /// All that must hold of a row besides what the client asks; `indexable` where the tenant may be what finds the rows, and no order is lost by it.
    func conditions(_ binding: TypeBinding, row: RowReference, indexable: Bool, draft: inout StatementDraft) throws(PlanningError) -> RowConditions {
        var result = RowConditions()
        if let (condition, hoisted) = try isolation(binding, row: row, indexable: indexable, draft: &draft) {
            result.add(ConditionNote(condition: condition, reason: .isolation), hoisted: hoisted)
        }
        guard let rule = rules.types[binding.name]?.rows else { return result }
        for value in rule.required.sorted(by: { "\($0)" < "\($1)" }) {
            result.add(ConditionNote(condition: present(value, &draft), reason: .rule(rule.origins)), hoisted: false)
        }
        for conjunct in rule.condition.map(PlanOperand.init).conjuncts {
            let hoistable = row.keyed.map { Self.speaksOfKeyAlone(conjunct, keyed: $0) } ?? false
            let condition = try self.condition(conjunct, row: row, hoisting: hoistable, nested: .rule, draft: &draft)
            result.add(ConditionNote(condition: condition, reason: .rule(rule.origins)), hoisted: hoistable)
        }
        return result
    }

    /// A condition on the row behind the very column that ties a batch to its parents holds or fails for all rows of a key at once.
    private static func speaksOfKeyAlone(_ condition: Condition<PlanOperand>, keyed: String) -> Bool {
        if case .toOne(let relation, _) = condition { relation.local.column == keyed } else { false }
    }

    // MARK: Isolation

    func isolation(_ binding: TypeBinding, row: RowReference, indexable: Bool, draft: inout StatementDraft) throws(PlanningError) -> (Expression, hoisted: Bool)? {
        if scope == .all { return nil }
        switch binding.isolation {
        case .none: return nil
        case .unstated: return (.boolean(false), false)
        case .column(let column):
            let test = tenantTest(row.column(column), column.type, draft: &draft)
            // Where the one tenant is the key, no other way to the row is as short; of several, PostgreSQL would look for each.
            let isShortest = scope == .one && column.column == binding.key.column
            return (indexable || isShortest ? test : .isTrue(test), false)
        case .path(let relations, let column):
            guard let first = relations.first else { return (.boolean(false), false) }
            let hoisted = first.local.column == row.keyed
            let start = hoisted ? RowReference.batchKey : row.column(first.local)
            return (try pathTest(relations[...], column, from: start, draft: &draft), hoisted)
        }
    }

    private func tenantTest(_ column: Expression, _ type: ColumnType, draft: inout StatementDraft) -> Expression {
        switch scope {
        case .all: .boolean(true)
        case .one: .binary(column, .equal, draft.parameter(.tenant(type)))
        case .several: .equalsAny(column, draft.parameter(.tenants(type)))
        }
    }

    private func pathTest(_ relations: ArraySlice<RelationBinding>, _ column: ColumnBinding, from start: Expression, draft: inout StatementDraft) throws(PlanningError) -> Expression {
        guard let relation = relations.first else { return .boolean(false) }
        let target = try binding(relation.target)
        let alias = draft.pathAlias()
        let rest = relations.dropFirst()
        let next = rest.first.map { Expression.column(alias, $0.local.column) }
        let test = if let next { try pathTest(rest, column, from: next, draft: &draft) } else { tenantTest(.column(alias, column.column), column.type, draft: &draft) }
        return .exists(Select(
            columns: [OutputColumn(.integer(1))],
            from: [.table(TableSource(schema: target.table.schema, name: target.table.name, alias: alias, purpose: .tenantPath))],
            conditions: [.binary(.column(alias, relation.remote.column), .equal, start), test]))
    }

    // MARK: Conditions

    /// What the client asks of a row, part by part.
    func filter(_ condition: Condition<PlanOperand>?, row: RowReference, draft: inout StatementDraft) throws(PlanningError) -> [ConditionNote] {
        try (condition?.conjuncts ?? []).map { conjunct throws(PlanningError) in
            ConditionNote(condition: try self.condition(conjunct, row: row, nested: .client, draft: &draft), reason: .filter)
        }
    }

    /// A condition in SQL. `hoisting` puts the batch's key in the place of the column that equals it.
    func condition(_ condition: Condition<PlanOperand>, row: RowReference, hoisting: Bool = false, nested: Nested, draft: inout StatementDraft) throws(PlanningError) -> Expression {
        switch condition {
        case .all(let items): return .and(try items.map { item throws(PlanningError) in try self.condition(item, row: row, nested: nested, draft: &draft) })
        case .any(let items): return .or(try items.map { item throws(PlanningError) in try self.condition(item, row: row, nested: nested, draft: &draft) })
        case .not(let inner): return .not(try self.condition(inner, row: row, nested: nested, draft: &draft))
        case .compare(let column, let comparison, let operand):
            return try Self.comparison(row.column(column), column.type, comparison, operand, draft: &draft)
        case .toOne(let relation, let inner):
            let found = Expression.exists(try rows(relation, of: row, hoisting: hoisting, where: inner, negated: false, nested: nested, draft: &draft))
            return Self.kept(found, draft)
        case .toMany(let relation, let quantifier, let inner):
            let found = Expression.exists(try rows(relation, of: row, hoisting: false, where: inner, negated: quantifier == .every, nested: nested, draft: &draft))
            return Self.kept(quantifier == .some ? found : .not(found), draft)
        }
    }

    /// PostgreSQL joins what `EXISTS` asks for with the rest, and tries the orders of joining; past a few, each is kept to itself.
    private static func kept(_ condition: Expression, _ draft: StatementDraft) -> Expression {
        draft.relations > 4 ? .isTrue(condition) : condition
    }

    /// The rows behind a relation that may be reached and for which the condition holds, or with `negated` does not.
    private func rows(_ relation: RelationBinding, of row: RowReference, hoisting: Bool, where inner: Condition<PlanOperand>, negated: Bool, nested: Nested, draft: inout StatementDraft) throws(PlanningError) -> Select {
        draft.relations += 1
        let limit = rules.limits[.relations]
        if draft.relations > limit {
            throw PlanningError(.limit(.relations), "The conditions follow more than the \(limit) relations that are allowed.")
        }
        let target = try binding(relation.target)
        let alias = draft.tableAlias()
        let reference = RowReference(alias: alias)
        let start = hoisting ? RowReference.batchKey : row.column(relation.local)
        var conditions: [Expression] = [.binary(reference.column(relation.remote), .equal, start)]
        switch nested {
        // By the tenant's index the rows are as many as the tenant has, where without it they may be found by reading all; none of them has an order to lose.
        case .client: conditions += try self.conditions(target, row: reference, indexable: true, draft: &draft).all
        // What a rule asks for is mostly the viewer's own, which has an index of its own: together with the tenant's, PostgreSQL would take it for rarer than it is.
        case .rule:
            if let (isolation, _) = try isolation(target, row: reference, indexable: false, draft: &draft) { conditions.append(isolation) }
        }
        let tested = try condition(inner, row: reference, nested: nested, draft: &draft)
        if negated { conditions.append(.isNotTrue(tested)) } else if tested != .and([]) { conditions.append(tested) }
        return Select(columns: [OutputColumn(.integer(1))], from: [table(target, alias: alias)], conditions: conditions)
    }
}

/// The conditions of a row, apart: what speaks of the row, and what speaks of a batch's key alone.
struct RowConditions {
    var notes: [ConditionNote] = []
    var own: [Expression] = []
    var hoisted: [Expression] = []

    mutating func add(_ note: ConditionNote, hoisted isHoisted: Bool) {
        notes.append(note)
        if isHoisted { hoisted.append(note.condition) } else { own.append(note.condition) }
    }

    var all: [Expression] { own + hoisted }
}
