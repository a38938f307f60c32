import PorticoAccess
import PorticoCatalog
import PostgresSQL

/// One statement for the keys, in order, of the rows of a type that a viewer sees under one set of
/// rules and not under another. It contains the isolation and row rules of both.
package struct RowComparison: Sendable {
    /// One of the two sides: the rules, and the viewer's reach under them.
    package struct Side: Sendable {
        package var catalog: Catalog
        package var rules: CompiledPolicy
        package var scope: TenantScope

        package init(catalog: Catalog, rules: CompiledPolicy, scope: TenantScope) {
            self.catalog = catalog
            self.rules = rules
            self.scope = scope
        }
    }

    package let statement: Statement
    /// Parameters with values of the viewer under the rules that show the rows.
    package let shown: [ParameterSource]
    /// The following parameters, with values of the viewer under the rules that hide them.
    package let hidden: [ParameterSource]

    /// - Parameters:
    ///   - side: The rules under which the rows are seen.
    ///   - other: The rules under which they are not; `nil` if those show no rows of the type.
    ///   - limit: Maximum number of keys returned.
    ///
    /// Throws ``ClientError`` if the type has no table, if the two read different tables, or if the
    /// rules follow too many relations.
    package init(of type: String, seenBy side: Side, notBy other: Side?, limit: Int) throws(ClientError) {
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
            throw ClientError(.isolation, "A comparison of \(unprotected) lacks its tenant condition.")
        }
        shown = draft.parameters
        if let other {
            let access = RowAccess(catalog: other.catalog, rules: other.rules, scope: other.scope)
            let before = try access.binding(type)
            guard before.table == binding.table, before.key.columns.map(\.column) == binding.key.columns.map(\.column)
            else {
                throw ClientError(.notBound, "Type \(type) has another table.")
            }
            draft.separateParameters()
            let conditions = try access.conditions(before, row: row, indexable: false, draft: &draft).all
            select.conditions.append(.isNotTrue(.conjunction(conditions)))
        }
        hidden = Array(draft.parameters[shown.count...])
        statement = Statement(text: SQLPrinter.print(select), parameterTypes: draft.parameterTypes)
    }
}
