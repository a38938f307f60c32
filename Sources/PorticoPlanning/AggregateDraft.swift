import Diagnostics
import PorticoCatalog
import PostgresSQL

/// A load of values that are computed from rows, for the whole list or for each parent's list. It
/// enters its table like a list of the same rows.
struct AggregateDraft: DraftLoad {
    let index: Int
    let binding: TypeBinding
    let path: String
    let range: SourceRange
    let link: LoadDraft.LinkDraft
    /// The rows, or with keys the number of groups; the order is irrelevant.
    let rows: ListArguments
    /// Empty if the values are computed from all rows together.
    let keys: [GroupKey]
    let values: [AggregateValue]

    var arguments: ListArguments? { rows }
    /// The values are computed from a list, whether one row results or several.
    var isKeyed: Bool { true }

    // MARK: Statement

    func filter(
        _ access: RowAccess, _ row: RowReference, _ barrier: Barrier, _ draft: inout StatementDraft
    ) throws(ClientError) -> [ClientCondition] {
        try access.filter(rows.condition, row: row, barrier, draft: &draft)
    }

    /// `SELECT count(*) … FROM table WHERE …`; in a batch `… CROSS JOIN LATERAL (SELECT count(*)
    /// …)`: one row for every key, even if the table has no rows for it. Therefore nothing is
    /// hoisted out of the inner `WHERE`, even conditions on the key alone.
    func statement(_ rows: DraftRows, _ access: RowAccess, _ draft: inout StatementDraft) -> Select {
        let inner = computed(rows, access, &draft)
        guard let keys = rows.keys else { return inner }
        let outer = Alias("c", 0)
        return Select(
            columns: [DraftRows.ordinal] + inner.columns.compactMap(\.name).map { OutputColumn(.column(outer, $0)) },
            from: [keys, .lateral(inner, outer)])
    }

    /// The keys, then the values of the matching rows, each with a name of its own. Groups are
    /// ordered by their keys, so that a limit always keeps the same ones.
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
