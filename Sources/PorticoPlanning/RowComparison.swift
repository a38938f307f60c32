import PorticoAccess
import PorticoCatalog
import PostgresSQL

/// One statement for the rows of a type that a viewer sees under one set of rules and not under
/// another: the isolation and the row rules of both stand in it.
///
/// Its result is keys alone, in their order.
package struct RowComparison: Sendable {
    /// One of the two sides: the rules, and how far the viewer reaches under them.
    package struct Side: Sendable {
        package var catalog: Catalog
        package var rules: RuleSet
        package var scope: TenantScope

        package init(catalog: Catalog, rules: RuleSet, scope: TenantScope) {
            self.catalog = catalog
            self.rules = rules
            self.scope = scope
        }
    }

    package let statement: Statement
    /// Whose values are the viewer's under the rules that show the rows.
    package let shown: [ParameterSource]
    /// Those that follow, whose values are the viewer's under the rules that hide them.
    package let hidden: [ParameterSource]

    /// - Parameters:
    ///   - side: The rules under which the rows are seen.
    ///   - other: Those under which they are not; `nil` for a type that nothing of them shows.
    ///   - limit: The most keys that come back.
    ///
    /// Throws ``PlanningError`` where the type has no table, where the two read different tables,
    /// or where the rules follow more relations than they may.
    package init(of type: String, seenBy side: Side, notBy other: Side?, limit: Int) throws(PlanningError) {
        let access = RowAccess(catalog: side.catalog, rules: side.rules, scope: side.scope)
        let binding = try access.binding(type)
        var draft = StatementDraft()
        let row = RowReference(alias: draft.tableAlias())
        let seen = try access.conditions(binding, row: row, indexable: true, draft: &draft).all
        var select = Select(
            columns: binding.key.columns.map { OutputColumn(row.cell($0)) },
            from: [access.table(binding, alias: row.alias)],
            conditions: seen,
            order: binding.key.columns.map { OrderTerm(row.column($0)) }, limit: .integer(limit))
        if side.scope != .all,
            let unprotected = IsolationAudit(catalog: side.catalog, parameters: draft.parameters).firstUnprotected(
                .select(select))
        {
            throw PlanningError(.isolation, "A comparison of \(unprotected) lacks its tenant condition.")
        }
        shown = draft.parameters
        if let other {
            let access = RowAccess(catalog: other.catalog, rules: other.rules, scope: other.scope)
            let before = try access.binding(type)
            guard before.table == binding.table, before.key.columns.map(\.column) == binding.key.columns.map(\.column)
            else {
                throw PlanningError(.notBound, "Type \(type) has another table.")
            }
            draft.separateParameters()
            let conditions = try access.conditions(before, row: row, indexable: false, draft: &draft).all
            select.conditions.append(.isNotTrue(.conjunction(conditions)))
        }
        hidden = Array(draft.parameters[shown.count...])
        statement = Statement(text: SQLPrinter.print(select), parameterTypes: draft.parameterTypes)
    }
}
