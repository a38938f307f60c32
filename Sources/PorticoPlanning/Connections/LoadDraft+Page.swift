import PorticoCatalog
import PostgresSQL

extension LoadDraft {
    /// The client's conditions on the rows: its filter and its cursors.
    func filter(
        _ access: RowAccess, _ row: RowReference, _ barrier: Barrier, _ draft: inout StatementDraft
    ) throws(ClientError) -> [ClientCondition] {
        try access.filter(arguments?.condition, row: row, barrier, draft: &draft)
            + cursorConditions(row, barrier, &draft)
    }

    /// The places of cursors that the rows must be behind.
    private func cursorConditions(
        _ row: RowReference, _ barrier: Barrier, _ draft: inout StatementDraft
    ) -> [ClientCondition] {
        guard let (page, content) = page else { return [] }
        var conditions: [ClientCondition] = []
        func add(_ side: CursorSide, _ keyset: Keyset, inclusive: Bool) {
            // In the order of the keys, so that parameters are numbered in textual order.
            let values = keyset.order.indices.map { draft.parameter(.cursor(page: page.index, side, key: $0)) }
            for part in keyset.behind(row, inclusive: inclusive, value: { values[$0] }) {
                let note = ConditionNote(condition: part.condition, reason: .cursor(side))
                conditions.append(
                    ClientCondition(note: note, standsOutside: part.columns.allSatisfy(barrier.admitsCursor)))
            }
        }
        switch content {
        case .rows, .totals, .groups: break
        case .page: for (side, keyset) in page.bounds { add(side, keyset, inclusive: false) }
        case .otherSide: if let (side, keyset) = page.otherSide { add(side, keyset, inclusive: true) }
        }
        return conditions
    }

    /// Maximum number of rows for each parent's row.
    func limit(_ draft: inout StatementDraft) -> Expression? {
        guard let arguments else { return nil }
        if case .page(let page)? = page?.content { return draft.parameter(.rows(page: page)) }
        return draft.parameter(.first(arguments.first))
    }
}
