import Diagnostics
import PorticoCatalog
import PostgresSQL

/// A load of values that are computed of rows, for the whole list or for each parent's: it enters
/// its table as a list of the same rows does.
struct AggregateDraft: DraftLoad {
    let index: Int
    let binding: TypeBinding
    let path: String
    let range: SourceRange
    let link: LoadDraft.LinkDraft
    /// Which rows, and with keys how many groups of them; their order does not matter here.
    let rows: ListArguments
    /// Empty where the values are of all rows together.
    let keys: [GroupKey]
    let values: [AggregateValue]

    var arguments: ListArguments? { rows }
    /// The rows that values are computed of are a list, whether one row comes out or several.
    var isKeyed: Bool { true }

    // MARK: Statement

    func filter(
        _ access: RowAccess, _ row: RowReference, _ barrier: Barrier, _ draft: inout StatementDraft
    ) throws(PlanningError) -> [ClientCondition] {
        try access.filter(rows.condition, row: row, barrier, draft: &draft)
    }

    /// `SELECT count(*) … FROM table WHERE …`; in a batch `… CROSS JOIN LATERAL (SELECT count(*)
    /// …)`: a row for every key, also where no row of the table is left. That is why nothing is
    /// taken out of the inner `WHERE`, though some of it may speak of the key alone.
    func statement(_ rows: DraftRows, _ access: RowAccess, _ draft: inout StatementDraft) -> Select {
        let inner = computed(rows, access, &draft)
        guard let keys = rows.keys else { return inner }
        let outer = Alias("c", 0)
        return Select(
            columns: [DraftRows.ordinal] + inner.columns.compactMap(\.name).map { OutputColumn(.column(outer, $0)) },
            from: [keys, .lateral(inner, outer)])
    }

    /// The keys, then the values of the rows for which the conditions hold, each with a name of its
    /// own. Groups come in the order of their keys, so that the same ones come whenever there are
    /// more than asked for.
    private func computed(_ drafted: DraftRows, _ access: RowAccess, _ draft: inout StatementDraft) -> Select {
        let row = drafted.row
        let groups = keys.map { $0.expression(row) }
        return Select(
            columns: (groups + values.map { $0.expression(row) }).enumerated().map { OutputColumn($1, as: "v\($0)") },
            from: [access.table(binding, alias: row.alias)], conditions: drafted.conditions, stated: drafted.stated,
            groups: groups, order: groups.map { OrderTerm($0) },
            limit: keys.isEmpty ? nil : draft.parameter(.first(rows.first)))
    }

    func load(
        _ select: Select, _ link: Link, _ draft: StatementDraft, _ notes: [ConditionNote], _ access: RowAccess
    ) -> Load {
        Load(
            index: index, type: binding.name, path: path, range: range, link: link, isList: !keys.isEmpty,
            select: select, parameters: draft.parameters,
            parameterTypes: draft.parameterTypes, content: keys.isEmpty ? .totals : .groups,
            forms: keys.map(\.column.type.binaryForm) + values.map(\.binaryForm),
            touches: .all(assumed: access.rules.limits[.first]), notes: notes,
            reads: rows.condition.map { FilterRead.reads($0) } ?? [])
    }
}
