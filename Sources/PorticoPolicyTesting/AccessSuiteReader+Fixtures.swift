import Diagnostics
import GraphQLSchema
import PorticoCatalog
import YAMLTree

/// Rows by type, whose keys are fields, or by table, whose keys are columns:
///
/// ```yaml
/// fixtures:
///   table users: [{ id: u1, tenant_id: agency-001, password_hash: "!" }]
///   Ticket: [{ id: t1, tenantId: agency-001, creatorId: u1, status: CLOSED }]
///   Payment: { every: { tenantId: agency-001, amount: 10 }, rows: [{ id: p1 }, { id: p2 }] }
/// ```
extension AccessSuiteReader {
    private static let tablePrefix = "table "

    mutating func readFixtures(_ node: YAMLNode) {
        guard let mapping = reader.mapping(node, as: "`fixtures`") else { return }
        var count = 0
        for member in mapping.members {
            guard let rows = rows(member.value) else { continue }
            count += rows.count
            if member.key.text.hasPrefix(Self.tablePrefix) {
                let parts = member.key.text.dropFirst(Self.tablePrefix.count).split(separator: ".", maxSplits: 1).map(
                    String.init)
                guard let last = parts.last else {
                    reader.report("Expected the name of a table.", at: member.keyRange)
                    continue
                }
                let table = TableName(schema: parts.count == 2 ? parts[0] : nil, name: last)
                suite.fixtures.append(
                    FixtureRows(
                        table: table,
                        rows: rows.map { row in FixtureRows.Row(cells: row.members.map { cell($0) }, range: row.range) }
                    ))
            } else if let type = catalog.types[member.key] {
                let cells = rows.map { row in
                    FixtureRows.Row(cells: row.members.compactMap { cell($0, of: type) }, range: row.range)
                }
                suite.fixtures.append(FixtureRows(table: type.table, rows: cells))
            } else {
                let hint =
                    didYouMean(suggestion(for: member.key.text, among: catalog.types.keys))
                    ?? "Rows of a table are written below `table NAME`."
                reader.report("There is no type `\(member.key)`.", at: member.keyRange, hint: hint)
            }
        }
        if count > AccessSuiteLimits.fixtureRows {
            reader.report(
                "There are \(count) rows; at most \(AccessSuiteLimits.fixtureRows) are inserted.", at: node.range)
        }
    }

    /// A list of rows, or `{ every: …, rows: […] }`, whose `every` supplies defaults for each row.
    private mutating func rows(_ node: YAMLNode) -> [YAMLMapping]? {
        var common: [YAMLMember] = [], list = node
        if case .mapping = node.content {
            guard let mapping = reader.mapping(node, allowedKeys: ["every", "rows"], as: "the rows") else { return nil }
            if let every = mapping["every"] { common = reader.mapping(every, as: "`every`")?.members ?? [] }
            guard let rows = mapping["rows"] else {
                reader.report("There are no `rows`.", at: node.range)
                return nil
            }
            list = rows
        }
        return reader.sequence(list, as: "the rows")?.compactMap { item in
            guard let row = reader.mapping(item, as: "a row") else { return nil }
            return YAMLMapping(members: row.members + common.filter { row[$0.key] == nil }, range: row.range)
        }
    }

    private mutating func cell(_ member: YAMLMember) -> FixtureRows.Cell {
        if member.value.isNull { return FixtureRows.Cell(column: member.key.text, text: nil) }
        switch member.value.content {
        case .scalar(let text, _): return FixtureRows.Cell(column: member.key.text, text: Array(text.utf8))
        case .mapping: return FixtureRows.Cell(column: member.key.text, text: Array(member.value.jsonValue.text.utf8))
        case .sequence(let items):
            let texts = items.map { InputValue.string($0.text ?? $0.jsonValue.text) }
            do throws(CoercionFailure) {
                return FixtureRows.Cell(
                    column: member.key.text, text: try parameterText(.list(texts), for: .array(.text)))
            } catch {
                reader.report(error.message, at: member.value.range)
                return FixtureRows.Cell(column: member.key.text, text: nil)
            }
        }
    }

    private mutating func cell(_ member: YAMLMember, of type: TypeBinding) -> FixtureRows.Cell? {
        guard let column = type.column(member.key.text) else {
            if let relation = type.relation(member.key.text) {
                let hint =
                    relation.cardinality == .one
                    ? "Give `\(relation.locals.map(\.field).joined(separator: "`, `"))`."
                    : "Give `\(relation.remotes.map(\.field).joined(separator: "`, `"))` in the rows of \(relation.target)."
                reader.report(
                    "`\(member.key)` of \(type.name) is a relation, not a column.", at: member.keyRange, hint: hint)
            } else {
                let columns = type.fields.keys.filter { type.column($0) != nil }
                let hint =
                    didYouMean(suggestion(for: member.key.text, among: columns))
                    ?? "Columns that are no fields are set by rows of `table \(type.table.name)`."
                reader.report("\(type.name) has no field `\(member.key)`.", at: member.keyRange, hint: hint)
            }
            return nil
        }
        if member.value.isNull { return FixtureRows.Cell(column: column.column, text: nil) }
        do throws(CoercionFailure) {
            let named = catalog.schema.type(catalog.schema.type(type.name)?.fields?[member.key]?.type.name ?? "")
            return FixtureRows.Cell(
                column: column.column, text: try parameterText(try value(member.value, as: named), for: column.type))
        } catch {
            reader.report(error.message, at: member.value.range)
            return nil
        }
    }

    private func value(_ node: YAMLNode, as type: NamedType?) throws(CoercionFailure) -> InputValue {
        switch type {
        case .scalar(let scalar)? where scalar.name == "JSON":
            return try scalar.coercion.coerce(node.scalarInput(for: scalar.name))
        case .scalar(let scalar)?:
            guard case .sequence(let items) = node.content else {
                return try scalar.coercion.coerce(node.scalarInput(for: scalar.name))
            }
            var values: [InputValue] = []
            for item in items { values.append(try value(item, as: type)) }
            return .list(values)
        case .enum?:
            guard case .sequence(let items) = node.content else { return .enumValue(node.text ?? node.kindDescription) }
            return .list(items.map { .enumValue($0.text ?? $0.kindDescription) })
        case .object?, .interface?, .union?, .inputObject?, nil: throw CoercionFailure("No value can stand here.")
        }
    }
}
