import GraphQLSchema
import GraphQLValidation
import PorticoCatalog

extension PlanWalk {
    // MARK: Fields beside lists

    /// A field of the query root that was derived from a list.
    mutating func derived(_ derived: DerivedField, _ field: CollectedField) throws(PlanningError) -> OutputValue {
        guard case .list(let type)? = access.catalog.root[derived.list],
            let definition = definition(of: field, on: operation.rootType)
        else { throw field.notBound() }
        return try self.derived(
            derived, field, definition, try access.binding(type), owner: operation.rootType.name, link: .all,
            path: field.responseKey)
    }

    /// The same of a relation.
    mutating func derived(
        _ derived: DerivedField, _ field: CollectedField, of parent: LoadDraft
    ) throws(PlanningError) -> OutputValue {
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
    ) throws(PlanningError) -> OutputValue {
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

    /// `ticketsAggregate`: an object beside its parent's row. Its own values are one load, where
    /// any is asked for, and each `groupBy` is another.
    private mutating func aggregate(
        _ field: CollectedField, _ definition: FieldType, _ rows: AggregatedRows, filter: ShapedArguments
    ) throws(PlanningError) -> OutputValue {
        var values = ComputedColumns(link: rows.link)
        let output = try members(field, of: definition.type.name) { walk, child, member throws(PlanningError) in
            child.name == "groupBy"
                ? try walk.groups(child, member, rows, filter: filter)
                : try walk.value(child, member, rows.binding, &values)
        }
        let load = values.values.isEmpty ? nil : try totals(values, of: rows, field)
        return .beside(load: load, output)
    }

    /// `count`, or the values of one kind: the fields that an aggregate and a group share.
    private mutating func value(
        _ field: CollectedField, _ definition: FieldType, _ binding: TypeBinding, _ values: inout ComputedColumns
    ) throws(PlanningError) -> OutputValue? {
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
    ) throws(PlanningError) -> OutputValue {
        try columns(field, definition, binding) { column, definition in
            let value = value(column)
            return values.cell(value, value.form(CellForm.of(column.type, as: definition.type)))
        }
    }

    /// An object whose fields are named after columns of a type.
    private mutating func columns(
        _ field: CollectedField, _ definition: FieldType, _ binding: TypeBinding,
        cell: (ColumnBinding, FieldType) -> OutputValue
    ) throws(PlanningError) -> OutputValue {
        .beside(
            load: nil,
            try members(field, of: definition.type.name) { walk, child, member throws(PlanningError) in
                guard let column = binding.column(child.name),
                    walk.access.rules.types[binding.name]?.fields.contains(child.name) == true
                else { return nil }
                return cell(column, member)
            })
    }

    private mutating func groups(
        _ field: CollectedField, _ definition: FieldType, _ rows: AggregatedRows, filter: ShapedArguments
    ) throws(PlanningError) -> OutputValue {
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
        let output = try members(field, of: definition.type.name) { walk, child, member throws(PlanningError) in
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

    /// The load that counts the rows of a list, all of them whatever the list's `first`, and the
    /// cell of the count. The cell belongs into an ``OutputValue/beside(load:_:)`` of that load;
    /// its row is there for every parent's row.
    mutating func count(
        _ rows: AggregatedRows, _ field: CollectedField
    ) throws(PlanningError) -> (load: Int, cell: OutputValue) {
        var values = ComputedColumns(link: rows.link)
        let cell = values.cell(.count, .int8)
        return (try totals(values, of: rows, field), cell)
    }

    private mutating func totals(
        _ values: ComputedColumns, of rows: AggregatedRows, _ field: CollectedField
    ) throws(PlanningError) -> Int {
        let draft = AggregateDraft(
            index: drafts.count, binding: rows.binding, path: rows.path, range: field.first.range, link: rows.link,
            rows: rows.arguments, keys: [], values: values.values)
        try add(draft)
        return draft.index
    }
}

/// The rows that values are computed of: those that the list beside would give, from the first to
/// the last.
struct AggregatedRows {
    let binding: TypeBinding
    let link: LoadDraft.LinkDraft
    /// Of these only the condition counts.
    let arguments: ListArguments
    let path: String
}

/// The values that a load computes, each once.
struct ComputedColumns {
    private(set) var values: [AggregateValue] = []
    private let firstKey: Int
    private let firstValue: Int

    /// The ordinal stands first in a batch, and the keys of groups stand before their values.
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
