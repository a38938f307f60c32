import Diagnostics
import PorticoCatalog
import PostgresSQL

/// A load of values that are computed of rows, for the whole list or for each parent's: it enters its table as a list of the same rows does.
struct AggregateDraft: DraftLoad {
    let index: Int
    let binding: TypeBinding
    let path: String
    let range: SourceRange
    let link: LoadDraft.LinkDraft
    /// Which rows, and with keys how many groups of them; their order does not matter here.
    let arguments: ListArguments
    /// Empty where the values are of all rows together.
    let keys: [GroupKey]
    let values: [AggregateValue]

    // MARK: Statement

    func finish(_ access: RowAccess) throws(PlanningError) -> Load {
        var draft = StatementDraft()
        do {
            return switch link {
            case .all: try direct(access, key: nil, link: .root, &draft)
            case .value(let column, let source, let parent): try direct(access, key: (column, source), link: parent.map { .known(parent: $0) } ?? .root, &draft)
            case .batch(let relation, let parent, let keyColumn, let keyType):
                try batch(access, relation, parent: parent, keyColumn: keyColumn, keyType, &draft)
            }
        } catch {
            throw PlanningError(error.kind, error.message, range: error.range ?? range, path: error.path ?? path)
        }
    }

    /// `SELECT count(*) … FROM table WHERE key = $1 AND …`, or without a key.
    private func direct(_ access: RowAccess, key: (ColumnBinding, ParameterSource)?, link: Link, _ draft: inout StatementDraft) throws(PlanningError) -> Load {
        let row = RowReference(alias: draft.tableAlias())
        var notes: [ConditionNote] = []
        if let (column, source) = key {
            notes.append(ConditionNote(condition: .binary(row.column(column), .equal, draft.parameter(source)), reason: .key))
        }
        let findsByTenant = key == nil && !arguments.pins(binding.isolation)
        notes += try access.conditions(binding, row: row, indexable: findsByTenant, draft: &draft).notes
        notes += try access.filter(arguments.condition, row: row, draft: &draft)
        return load(computed(row, notes, access, &draft), link, access, draft, notes)
    }

    /// `… CROSS JOIN LATERAL (SELECT count(*) … WHERE key = k0.key AND …)`: a row for every key, also where no row of the table is left. That is why nothing is
    /// taken out of the inner `WHERE`, though some of it may speak of the key alone.
    private func batch(_ access: RowAccess, _ relation: RelationBinding, parent: LoadDraft, keyColumn: Int, _ keyType: KeyType, _ draft: inout StatementDraft) throws(PlanningError) -> Load {
        guard case .parameter(let keys) = draft.parameter(.keys, type: keyType.arrayOID) else { throw PlanningError(.isolation, "A batch has no keys.") }
        let row = RowReference(alias: draft.tableAlias(), keyed: relation.remote.column)
        var notes = [ConditionNote(condition: .binary(row.column(relation.remote), .equal, RowReference.batchKey), reason: .key)]
        notes += try access.conditions(binding, row: row, indexable: false, draft: &draft).notes
        notes += try access.filter(arguments.condition, row: row, draft: &draft)
        let inner = computed(row, notes, access, &draft)
        let outer = Alias("c", 0)
        let select = Select(
            columns: [OutputColumn(.column(Alias("k", 0), "ord"))] + inner.columns.compactMap(\.name).map { OutputColumn(.column(outer, $0)) },
            from: [.keys(parameter: keys, type: keyType.rawValue, Alias("k", 0)), .lateral(inner, outer)])
        let link = Link.batch(parent: parent.index, column: keyColumn, keyType: keyType, keysAreUnique: relation.local.column == parent.binding.key.column)
        return load(select, link, access, draft, notes)
    }

    /// The keys, then the values of the rows for which the conditions hold, each with a name of its own. Groups come in the order of their keys, so that the same
    /// ones come whenever there are more than asked for.
    private func computed(_ row: RowReference, _ notes: [ConditionNote], _ access: RowAccess, _ draft: inout StatementDraft) -> Select {
        let groups = keys.map { $0.expression(row) }
        return Select(
            columns: (groups + values.map { $0.expression(row) }).enumerated().map { OutputColumn($1, as: "v\($0)") },
            from: [access.table(binding, alias: row.alias)], conditions: notes.map(\.condition), groups: groups, order: groups.map { OrderTerm($0) },
            limit: keys.isEmpty ? nil : draft.parameter(.first(arguments.first)))
    }

    private func load(_ select: Select, _ link: Link, _ access: RowAccess, _ draft: StatementDraft, _ notes: [ConditionNote]) -> Load {
        Load(
            index: index, type: binding.name, path: path, range: range, link: link, isList: !keys.isEmpty, select: select, parameters: draft.parameters,
            parameterTypes: draft.parameterTypes, content: keys.isEmpty ? .totals : .groups, touches: .all(assumed: access.rules.limits[.first]), notes: notes)
    }
}
