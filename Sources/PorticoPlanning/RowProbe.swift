import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import PostgresSQL

/// A statement that tests which conditions hold for one row: each condition of its type, and each
/// step of those, is a column of its own.
///
/// It finds the row even if the viewer may not see it, for operators who may read the table anyway.
/// It is not an ``AuthorizedPlan`` and never answers clients.
public struct RowProbe: Sendable {
    public struct Check: Sendable {
        public var subject: Subject
        /// The place of a whole condition.
        public var origin: RuleOrigin?
        /// Index in the result: `t`, `f`, or null if a null decides it.
        public var column: Int
        /// For a comparison of the row's own column: it, and its text's index in the result.
        public var value: (field: ColumnBinding, column: Int)?
        /// Its parts.
        public var steps: [Check] = []
    }

    public enum Subject: Sendable {
        case isolation
        case present(ViewerValue)
        case condition(Condition<RuleOperand>)
        /// There is a row behind the relation.
        case linked(RelationBinding)
        /// There is such a row in a tenant that the viewer reaches.
        case reached(RelationBinding)
    }

    /// Maximum columns of the result; beyond it, conditions are not split further. Guards against
    /// rules with more parts than PostgreSQL selects columns (1,664).
    static let maximumColumns = 500

    public let statement: Statement
    public let parameters: [ParameterSource]
    public let checks: [Check]
}

extension Planner {
    /// The probe for the row with the key `id`. Throws without a table, or for an impossible key.
    public func probe(_ type: String, id: String) throws(ClientError) -> RowProbe {
        let binding = try access.binding(type)
        var draft = ProbeDraft(access: access)
        let row = RowReference(alias: draft.statement.tableAlias())
        let columns = binding.key.columns,
            values = columns.count == 1 ? [id] : id.split(separator: ",").map(String.init)
        guard values.count == columns.count else {
            let names = columns.map(\.field).joined(separator: ",")
            throw ClientError(.badInput, "\"\(id)\" is no key of \(type), which is written \(names).")
        }
        var found: [Expression] = []
        for (column, value) in zip(columns, values) {
            do {
                let key = try ValueEncoding.text(.string(value), ValueForm(column.type))
                found.append(.binary(row.column(column), .equal, draft.statement.parameter(.constant(.text(key)))))
            } catch {
                throw ClientError(.badInput, "\"\(value)\" is no key of \(type): \(error.message)")
            }
        }
        let checks = try draft.checks(binding, row)
        let select = Select(
            columns: draft.columns.map { OutputColumn(.cast($0, "text")) },
            from: [access.table(binding, alias: row.alias)], conditions: found)
        let statement = Statement(text: SQLPrinter.print(select), parameterTypes: draft.statement.parameterTypes)
        return RowProbe(statement: statement, parameters: draft.statement.parameters, checks: checks)
    }
}

private struct ProbeDraft {
    let access: RowAccess
    var statement = StatementDraft()
    /// One column is always present, so that a row without conditions is found too.
    var columns: [Expression] = [.boolean(true)]

    private mutating func add(_ expression: Expression) -> Int {
        columns.append(expression)
        statement.relations = 0  // the limit is that of one condition
        return columns.count - 1
    }

    private var isFull: Bool { columns.count >= RowProbe.maximumColumns }

    mutating func checks(_ binding: TypeBinding, _ row: RowReference) throws(ClientError) -> [RowProbe.Check] {
        var checks: [RowProbe.Check] = []
        for (subject, condition) in try access.parts(binding, row: row, &statement) {
            switch subject {
            case .isolation:
                var check = RowProbe.Check(subject: .isolation, column: add(condition))
                check.origin = binding.isolationPlace.map {
                    RuleOrigin(file: binding.file, line: $0.line, column: $0.column)
                }
                if case .column(let column) = binding.isolation { check.value = (column, add(row.column(column))) }
                if case .path(let relations, _) = binding.isolation {
                    check.steps = try links(relations[...], row, within: [])
                }
                checks.append(check)
            case .present(let value): checks.append(RowProbe.Check(subject: .present(value), column: add(condition)))
            case .rule(let part, let origin):
                var check = RowProbe.Check(subject: .condition(part), origin: origin, column: add(condition))
                if case .compare(let column, _, _) = part { check.value = (column, add(row.column(column))) }
                check.steps = try steps(of: part, row, within: [])
                checks.append(check)
            }
        }
        return checks
    }

    // MARK: Steps

    private mutating func steps(
        of condition: Condition<RuleOperand>, _ row: RowReference, within path: [RelationBinding]
    ) throws(ClientError) -> [RowProbe.Check] {
        switch condition {
        case .compare: return []
        case .all(let items), .any(let items): return items.count > 1 ? try checks(items, row, within: path) : []
        case .not(let inner):
            if let negation = inner.negation { return try steps(of: negation, row, within: path) }
            return try checks([inner], row, within: path)
        case .toOne(let relation, let inner), .toMany(let relation, .some, let inner):
            return try links([relation], row, within: path) + reach(relation, row, within: path)
                + checks(inner.conjuncts, row, within: path + [relation])
        case .toMany(let relation, .every, let inner): return try checks([.not(inner)], row, within: path + [relation])
        case .toMany(let relation, .none, let inner): return try checks([inner], row, within: path + [relation])
        }
    }

    private mutating func checks(
        _ conditions: [Condition<RuleOperand>], _ row: RowReference, within path: [RelationBinding]
    ) throws(ClientError) -> [RowProbe.Check] {
        var checks: [RowProbe.Check] = []
        for condition in conditions where !isFull {
            let access = access
            let expression = try follow(path[...], from: row, isReached: true) { row, draft throws(ClientError) in
                try access.condition(condition.map(PlanOperand.init), row: row, .rule, draft: &draft)
            }
            var check = RowProbe.Check(subject: .condition(condition), column: add(expression))
            if path.isEmpty, case .compare(let column, _, _) = condition {
                check.value = (column, add(row.column(column)))
            }
            check.steps = try steps(of: condition, row, within: path)
            checks.append(check)
        }
        return checks
    }

    /// Whether there is a row behind each relation in turn, regardless of access.
    private mutating func links(
        _ relations: ArraySlice<RelationBinding>, _ row: RowReference, within path: [RelationBinding]
    ) throws(ClientError) -> [RowProbe.Check] {
        var path = path, checks: [RowProbe.Check] = []
        for relation in relations where !isFull {
            path.append(relation)
            let expression = try follow(path[...], from: row, isReached: false) { _, _ in .boolean(true) }
            checks.append(RowProbe.Check(subject: .linked(relation), column: add(expression)))
        }
        return checks
    }

    private mutating func reach(
        _ relation: RelationBinding, _ row: RowReference, within path: [RelationBinding]
    ) throws(ClientError) -> [RowProbe.Check] {
        if isFull || access.scope == .all
            || access.catalog.types[relation.target].map({ $0.isolation == .none }) ?? true
        {
            return []
        }
        let expression = try follow((path + [relation])[...], from: row, isReached: true) { _, _ in .boolean(true) }
        return [RowProbe.Check(subject: .reached(relation), column: add(expression))]
    }

    /// `body` of a row at the end of the path, which must exist; `isReached` isolates each step.
    private mutating func follow(
        _ path: ArraySlice<RelationBinding>, from row: RowReference, isReached: Bool,
        _ body: (RowReference, inout StatementDraft) throws(ClientError) -> Expression
    ) throws(ClientError) -> Expression {
        guard let relation = path.first else { return try body(row, &statement) }
        let target = try access.binding(relation.target)
        let next = RowReference(alias: statement.tableAlias())
        var conditions = relation.ties(next, to: relation.locals.map(row.column))
        if isReached, let (isolation, _) = try access.isolation(target, row: next, indexable: false, draft: &statement)
        {
            conditions.append(isolation)
        }
        conditions.append(try follow(path.dropFirst(), from: next, isReached: isReached, body))
        return .exists(
            Select(
                columns: [OutputColumn(.integer(1))], from: [access.table(target, alias: next.alias, nested: .rule)],
                conditions: conditions))
    }
}
