import GraphQLSchema
import GraphQLValidation
import PorticoCatalog

extension PlanWalk {
    // MARK: Fields beside lists

    /// A field of the query root that is derived from a list.
    mutating func derived(_ derived: DerivedField, _ field: CollectedField) throws(ClientError) -> OutputValue {
        guard case .list(let type)? = access.catalog.root[derived.list],
            let definition = definition(of: field, on: operation.rootType)
        else { throw field.notBound() }
        return try self.derived(
            derived, field, definition, try access.binding(type), owner: operation.rootType.name, link: .all,
            path: field.responseKey)
    }

    /// A field that is derived from a relation.
    mutating func derived(
        _ derived: DerivedField, _ field: CollectedField, of parent: LoadDraft
    ) throws(ClientError) -> OutputValue {
        guard let relation = parent.binding.relation(derived.list),
            let definition = operation.schema.type(parent.binding.name)?.fields?[field.name]
        else {
            throw field.notBound()
        }
        let link = try link(relation, of: parent, field)
        let path = "\(parent.path).\(field.responseKey)"
        return try self.derived(
            derived, field, definition, try access.binding(relation.target), owner: parent.binding.name, link: link,
            path: path)
    }

    private mutating func derived(
        _ derived: DerivedField, _ field: CollectedField, _ definition: FieldType, _ binding: TypeBinding,
        owner: String, link: LoadDraft.LinkDraft, path: String
    ) throws(ClientError) -> OutputValue {
        switch derived {
        case .connection: return try connection(field, definition, to: binding, owner: owner, link: link, path: path)
        case .aggregate:
            let filter = try arguments(field, definition).only("where")
            let list = try listArguments(field, filter, binding, path: path)
            return try aggregate(
                field, definition, AggregatedRows(binding: binding, link: link, arguments: list, path: path),
                filter: filter)
        }
    }

    // MARK: Aggregates

    /// `ticketsAggregate`: an object next to its parent's row. Its own values are one load, if any
    /// are selected, and each `groupBy` is another.
    private mutating func aggregate(
        _ field: CollectedField, _ definition: FieldType, _ rows: AggregatedRows, filter: ShapedArguments
    ) throws(ClientError) -> OutputValue {
        var values = ComputedColumns(link: rows.link)
        let output = try members(field, of: definition.type.name) { walk, child, member throws(ClientError) in
            child.name == "groupBy"
                ? try walk.groups(child, member, rows, filter: filter)
                : try walk.value(child, member, rows.binding, &values)
        }
        let load = values.values.isEmpty ? nil : try totals(values, of: rows, field)
        return .embedded(load: load, output)
    }

    /// `count`, or the values of one kind: the fields that an aggregate and a group share.
    private mutating func value(
        _ field: CollectedField, _ definition: FieldType, _ binding: TypeBinding, _ values: inout ComputedColumns
    ) throws(ClientError) -> OutputValue? {
        switch field.name {
        case "count": values.cell(.count, .int8)
        case "min": try part(field, definition, binding, &values, AggregateValue.min)
        case "max": try part(field, definition, binding, &values, AggregateValue.max)
        case "sum": try part(field, definition, binding, &values, AggregateValue.sum)
        case "avg": try part(field, definition, binding, &values, AggregateValue.average)
        default: nil
        }
    }

    private mutating func part(
        _ field: CollectedField, _ definition: FieldType, _ binding: TypeBinding, _ values: inout ComputedColumns,
        _ value: (ColumnBinding) -> AggregateValue
    ) throws(ClientError) -> OutputValue {
        try columns(field, definition, binding) { column, definition in
            let value = value(column)
            return values.cell(value, value.form(CellForm.of(column.type, as: definition.type)))
        }
    }

    /// An object whose fields are named after a type's columns.
    private mutating func columns(
        _ field: CollectedField, _ definition: FieldType, _ binding: TypeBinding,
        cell: (ColumnBinding, FieldType) -> OutputValue
    ) throws(ClientError) -> OutputValue {
        .embedded(
            load: nil,
            try members(field, of: definition.type.name) { walk, child, member throws(ClientError) in
                guard let column = binding.column(child.name),
                    walk.access.rules.types[binding.name]?.fields.contains(child.name) == true
                else { return nil }
                return cell(column, member)
            })
    }

    private mutating func groups(
        _ field: CollectedField, _ definition: FieldType, _ rows: AggregatedRows, filter: ShapedArguments
    ) throws(ClientError) -> OutputValue {
        let path = "\(rows.path).\(field.responseKey)"
        let arguments = try self.arguments(field, definition)
        let list = try listArguments(field, filter.adding(arguments.only("first")), rows.binding, path: path)
        let keys: [GroupKey]
        do {
            keys = try GroupKey.read(
                arguments["keys"], on: rows.binding, readable: access.rules.types[rows.binding.name]?.fields ?? [])
        } catch {
            throw error.located(in: field, path)
        }
        var values = ComputedColumns(link: rows.link, behind: keys.count)
        let output = try members(field, of: definition.type.name) { walk, child, member throws(ClientError) in
            guard child.name == "key" else { return try walk.value(child, member, rows.binding, &values) }
            return try walk.columns(child, member, rows.binding) { column, definition in
                keys.firstIndex { $0.column == column }.map {
                    .cell(column: values.key($0), CellForm.of(column.type, as: definition.type))
                } ?? .fixed(Array("null".utf8))
            }
        }
        let draft = AggregateDraft(
            index: drafts.count, binding: rows.binding, path: path, range: field.first.range, link: rows.link,
            rows: list, keys: keys, values: values.values)
        try add(draft)
        return .list(load: draft.index, output, itemsNonNull: true)
    }

    /// The load that counts all rows of a list, regardless of its `first`, and the cell of the
    /// count. The cell belongs into an ``OutputValue/beside(load:_:)`` of that load, which has a
    /// row for every row of the parent.
    mutating func count(
        _ rows: AggregatedRows, _ field: CollectedField
    ) throws(ClientError) -> (load: Int, cell: OutputValue) {
        var values = ComputedColumns(link: rows.link)
        let cell = values.cell(.count, .int8)
        return (try totals(values, of: rows, field), cell)
    }

    private mutating func totals(
        _ values: ComputedColumns, of rows: AggregatedRows, _ field: CollectedField
    ) throws(ClientError) -> Int {
        let draft = AggregateDraft(
            index: drafts.count, binding: rows.binding, path: rows.path, range: field.first.range, link: rows.link,
            rows: rows.arguments, keys: [], values: values.values)
        try add(draft)
        return draft.index
    }
}

/// The rows that values are computed from: those of the corresponding list, without its `first`.
struct AggregatedRows {
    let binding: TypeBinding
    let link: LoadDraft.LinkDraft
    /// Only the condition is used.
    let arguments: ListArguments
    let path: String
}

/// The values that a load computes, each once.
struct ComputedColumns {
    private(set) var values: [AggregateValue] = []
    private let firstKey: Int
    private let firstValue: Int

    /// A batch starts with the ordinal, and the keys of groups precede their values.
    init(link: LoadDraft.LinkDraft, behind keys: Int = 0) {
        if case .batch = link { firstKey = 1 } else { firstKey = 0 }
        firstValue = firstKey + keys
    }

    func key(_ position: Int) -> Int { firstKey + position }

    mutating func cell(_ value: AggregateValue, _ form: CellForm) -> OutputValue {
        let position = values.firstIndex(of: value) ?? values.count
        if position == values.count { values.append(value) }
        return .cell(column: firstValue + position, form)
    }
}
