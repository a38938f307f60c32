import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import PostgresSQL

/// How many tenants a viewer reaches, as far as the SQL differs.
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

/// The only way to read rows of a type: every table comes with its tenant condition and row rules.
struct RowAccess: Sendable {
    /// Which rows a relation inside a condition reaches.
    enum Nested {
        /// In a rule: the target's rows under isolation alone.
        case rule
        /// In a client's filter: only rows that the client could read.
        case client
    }

    let catalog: Catalog
    let rules: CompiledPolicy
    let scope: TenantScope

    func binding(_ type: String) throws(ClientError) -> TypeBinding {
        guard let binding = catalog.types[type] else { throw ClientError(.notBound, "Type \(type) has no table.") }
        return binding
    }

    func table(_ binding: TypeBinding, alias: Alias, nested: Nested = .client) -> FromItem {
        let purpose: TableSource.Purpose =
            switch nested {
            case .client: .rows(type: binding.name)
            case .rule: .ruleRows(type: binding.name)
            }
        return .table(
            TableSource(schema: binding.table.schema, name: binding.table.name, alias: alias, purpose: purpose))
    }

    /// All conditions on a row except the client's. `indexable`: the tenant may be used to find the
    /// rows, because no order would be lost.
    func conditions(
        _ binding: TypeBinding, row: RowReference, indexable: Bool, draft: inout StatementDraft
    ) throws(ClientError) -> RowConditions {
        var result = RowConditions()
        if let (condition, hoisted) = try isolation(binding, row: row, indexable: indexable, draft: &draft) {
            result.add(ConditionNote(condition: condition, reason: .isolation), hoisted: hoisted)
        }
        guard let rule = rules.types[binding.name]?.rows else { return result }
        for value in rule.required.sorted() {
            result.add(ConditionNote(condition: present(value, &draft), reason: .rule(rule.origins)), hoisted: false)
        }
        for conjunct in rule.condition.map(PlanOperand.init).conjuncts {
            let hoistable = Self.speaksOfKeyAlone(conjunct, row)
            let condition = try self.condition(conjunct, row: row, hoisting: hoistable, .rule, draft: &draft)
            result.add(ConditionNote(condition: condition, reason: .rule(rule.origins)), hoisted: hoistable)
        }
        return result
    }

    /// A condition on the row behind the columns that tie a batch to its parents has the same
    /// result for all rows of a key.
    private static func speaksOfKeyAlone(_ condition: Condition<PlanOperand>, _ row: RowReference) -> Bool {
        if case .toOne(let relation, _) = condition { row.batchKeys(for: relation.locals) != nil } else { false }
    }

    // MARK: Isolation

    func isolation(
        _ binding: TypeBinding, row: RowReference, indexable: Bool, draft: inout StatementDraft
    ) throws(ClientError) -> (Expression, hoisted: Bool)? {
        if scope == .all { return nil }
        switch binding.isolation {
        case .none: return nil
        case .unstated: return (.boolean(false), false)
        case .column(let column):
            let test = tenantTest(row.identity(column), column.type, draft: &draft)
            // If the tenant is the key, no other access path is as short; of several tenants,
            // PostgreSQL would look up each.
            let isShortest = scope == .one && binding.key.single?.column == column.column
            return (indexable || isShortest ? test : .opaque(test), false)
        case .path(let relations, let column):
            guard let first = relations.first else { return (.boolean(false), false) }
            let keys = row.batchKeys(for: first.locals)
            let start = keys ?? first.locals.map(row.column)
            return (try pathTest(relations[...], column, from: start, draft: &draft), keys != nil)
        }
    }

    /// The test that the viewer reaches the tenant named in the client's filter, without reading a
    /// row. If it fails, PostgreSQL reads none, so the response time does not reveal their number.
    ///
    /// - Parameter position: The index of the part that names the tenant.
    func tenantTest(
        ofPinned position: Int, among client: [ClientCondition], of binding: TypeBinding, draft: inout StatementDraft
    ) -> Expression? {
        guard scope != .all, case .column(let column) = binding.isolation, client.indices.contains(position),
            case .binary(_, .equal, let value) = client[position].note.condition
        else { return nil }
        return tenantTest(value, column.type, draft: &draft)
    }

    private func tenantTest(_ column: Expression, _ type: ColumnType, draft: inout StatementDraft) -> Expression {
        switch scope {
        case .all: .boolean(true)
        case .one: .binary(column, .equal, draft.parameter(.tenant(type)))
        case .several: .equalsAny(column, draft.parameter(.tenants(type)))
        }
    }

    private func pathTest(
        _ relations: ArraySlice<RelationBinding>, _ column: ColumnBinding, from start: [Expression],
        draft: inout StatementDraft
    ) throws(ClientError) -> Expression {
        guard let relation = relations.first else { return .boolean(false) }
        let target = try binding(relation.target)
        let alias = draft.pathAlias()
        let rest = relations.dropFirst()
        let row = RowReference(alias: alias)
        let test =
            if let next = rest.first {
                try pathTest(rest, column, from: next.locals.map(row.column), draft: &draft)
            } else {
                tenantTest(row.identity(column), column.type, draft: &draft)
            }
        return .exists(
            Select(
                columns: [OutputColumn(.integer(1))],
                from: [
                    .table(
                        TableSource(
                            schema: target.table.schema, name: target.table.name, alias: alias, purpose: .tenantPath))
                ],
                conditions: relation.ties(row, to: start) + [test]))
    }

    // MARK: Conditions

    /// The client's conditions on the row, part by part. `depth` counts relations to it.
    func filter(
        _ condition: Condition<PlanOperand>?, row: RowReference, _ barrier: Barrier, depth: Int = 0,
        draft: inout StatementDraft
    ) throws(ClientError) -> [ClientCondition] {
        var barrier = barrier
        return try (condition?.conjuncts ?? []).map { conjunct throws(ClientError) in
            let standsOutside = barrier.admits(conjunct)
            let place = ConditionPlace(nested: .client, depth: depth, isConjunct: standsOutside)
            let condition = try self.condition(conjunct, row: row, place, draft: &draft)
            return ClientCondition(
                note: ConditionNote(condition: condition, reason: .filter),
                standsOutside: standsOutside && !condition.isKeptFromJoins)
        }
    }

    /// A condition in SQL. `hoisting` substitutes the batch's key for the column that equals it.
    func condition(
        _ condition: Condition<PlanOperand>, row: RowReference, hoisting: Bool = false, _ place: ConditionPlace,
        draft: inout StatementDraft
    ) throws(ClientError) -> Expression {
        func part(_ inner: Condition<PlanOperand>) throws(ClientError) -> Expression {
            try self.condition(inner, row: row, place.part, draft: &draft)
        }
        switch condition {
        case .all(let items): return .and(try items.map { item throws(ClientError) in try part(item) })
        case .any(let items): return .or(try items.map { item throws(ClientError) in try part(item) })
        case .not(let inner):
            return if let negation = inner.negation { try part(negation) } else { .not(try part(inner)) }
        case .compare(let column, let comparison, let operand):
            return try self.comparison(column, row, comparison, operand, draft: &draft)
        case .toOne(let relation, let inner):
            return try related(
                relation, .some,
                to: (hoisting ? row.batchKeys(for: relation.locals) : nil)
                    ?? relation.locals.map(row.column), inner, place,
                draft: &draft)
        case .toMany(let relation, let quantifier, let inner):
            return try related(
                relation, quantifier, to: relation.locals.map(row.column), inner, place, draft: &draft)
        }
    }

    // MARK: Relations

    /// PostgreSQL joins the `EXISTS` of a `WHERE` with the rest and tries the orders of joining;
    /// beyond so many relations each is kept separate.
    private static let mostJoined = 4

    /// That rows behind a relation, whose remote columns equal `start`, fulfil a condition.
    ///
    /// What PostgreSQL can join stays an `EXISTS`, and so does a test of a single row: PostgreSQL
    /// plans it both as a look-up and as a hash of all rows, and takes the cheaper one. When
    /// nested, such plans double at every level, so a deeper test that cannot be joined gets a
    /// single plan. In a client's filter that is an `IN` with a statement that runs once, since an
    /// `EXISTS` would run for each row of the level above. Without isolation, where the rows of all
    /// tenants may be too many to hash, and in rules, it is an `EXISTS` whose `OFFSET 0` leaves
    /// only the look-up.
    private func related(
        _ relation: RelationBinding, _ quantifier: Quantifier, to start: [Expression], _ inner: Condition<PlanOperand>,
        _ place: ConditionPlace, draft: inout StatementDraft
    ) throws(ClientError) -> Expression {
        let start = zip(relation.pairs, start).map { $0.looked($1) }
        var (select, remotes) = try rows(relation, where: inner, negated: quantifier == .every, place, draft: &draft)
        let isJoined = place.isConjunct && quantifier == .some && draft.relations <= Self.mostJoined
        if place.nested == .client, place.depth > 0, scope != .all, !isJoined {
            select.columns = remotes.map { OutputColumn($0) }
            let found = Expression.opaque(.isIn(start, select))
            return quantifier == .some ? found : .not(found)
        }
        select.conditions.insert(contentsOf: zip(remotes, start).map { .binary($0, .equal, $1) }, at: 0)
        if place.depth > 0, place.nested == .client ? !isJoined : draft.relations > Self.mostJoined {
            select.offset = .integer(0)
        }
        let found: Expression = quantifier == .some ? .exists(select) : .not(.exists(select))
        return draft.relations > Self.mostJoined ? .opaque(found) : found
    }

    /// The reachable rows of a relation's target for which the condition holds, or with `negated`
    /// does not, and the columns that tie them to the previous row.
    private func rows(
        _ relation: RelationBinding, where inner: Condition<PlanOperand>, negated: Bool, _ place: ConditionPlace,
        draft: inout StatementDraft
    ) throws(ClientError) -> (Select, remotes: [Expression]) {
        draft.relations += 1
        let limit = rules.limits[.relations]
        if draft.relations > limit {
            throw ClientError(
                limit: .relations, "The conditions follow more than the \(limit) relations that are allowed.")
        }
        let target = try binding(relation.target)
        let alias = draft.tableAlias()
        let row = RowReference(alias: alias)
        var conditions: [Expression], stated = StatedConditions()
        switch place.nested {
        case .client:
            // By the tenant's index the rows are as many as the tenant has; without it, all may be
            // read. They have no order to lose.
            conditions = try self.conditions(target, row: row, indexable: true, draft: &draft).all
            let barrier = Barrier(conditions, of: target)
            if negated {
                let tested = Expression.isNotTrue(try condition(inner, row: row, place.below, draft: &draft))
                stated = barrier.around([
                    ClientCondition(note: ConditionNote(condition: tested, reason: .filter), standsOutside: false)
                ])
            } else {
                stated = barrier.around(try filter(inner, row: row, barrier, depth: place.depth + 1, draft: &draft))
            }
        case .rule:
            // A rule mostly asks for the viewer's own rows, which have an index. Combined with the
            // tenant's, PostgreSQL would underestimate the number of rows.
            conditions = try isolation(target, row: row, indexable: false, draft: &draft).map { [$0.0] } ?? []
            let tested = try condition(inner, row: row, place.below, draft: &draft)
            if negated {
                conditions.append(.isNotTrue(tested))
            } else if tested != .and([]) {
                conditions.append(tested)
            }
        }
        let select = Select(
            columns: [OutputColumn(.integer(1))], from: [table(target, alias: alias, nested: place.nested)],
            conditions: conditions, stated: stated)
        return (select, relation.remotes.map(row.column))
    }
}

extension Expression {
    /// Whether PostgreSQL runs it for each row instead of joining it.
    fileprivate var isKeptFromJoins: Bool {
        switch self {
        case .opaque: true
        case .not(let inner): inner.isKeptFromJoins
        default: false
        }
    }
}

/// The position of a condition in a statement.
struct ConditionPlace {
    let nested: RowAccess.Nested
    /// Relations that were followed to its row.
    var depth = 0
    /// Whether it is a top-level condition of a `WHERE`, all of which must hold.
    var isConjunct = false

    static let rule = ConditionPlace(nested: .rule)

    /// The place of a part of the condition.
    var part: ConditionPlace { ConditionPlace(nested: nested, depth: depth) }
    /// The place of conditions on rows behind a relation.
    var below: ConditionPlace { ConditionPlace(nested: nested, depth: depth + 1) }
}

/// The conditions on a row, separated from those on a batch's key alone.
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
