import GraphQLSchema
import GraphQLValidation
import PorticoCatalog

extension PlanWalk {
    // MARK: Fields beside lists

    /// A field of the query root that was derived from a list.
    mutating func derived(_ derived: DerivedField, _ field: CollectedField) throws(PlanningError) -> OutputValue {
        guard case .list(let type)? = access.catalog.root[derived.list], let definition = definition(of: field, on: operation.rootType) else { throw Self.notBound(field) }
        return try self.derived(derived, field, definition, try access.binding(type), link: .all, path: field.responseKey)
    }

    /// The same of a relation.
    mutating func derived(_ derived: DerivedField, _ field: CollectedField, of parent: LoadDraft) throws(PlanningError) -> OutputValue {
        guard let relation = parent.binding.relation(derived.list), let definition = operation.schema.type(parent.binding.name)?.fields?[field.name] else {
            throw Self.notBound(field)
        }
        let link = try link(relation, of: parent, field)
        return try self.derived(derived, field, definition, try access.binding(relation.target), link: link, path: "\(parent.path).\(field.responseKey)")
    }

    private mutating func derived(_ derived: DerivedField, _ field: CollectedField, _ definition: FieldType, _ binding: TypeBinding, link: LoadDraft.LinkDraft, path: String) throws(PlanningError) -> OutputValue {
        switch derived {
        case .aggregate:
            let list = try listArguments(field, try arguments(field, definition), binding, path: path)
            return try aggregate(field, definition, AggregatedRows(binding: binding, link: link, arguments: list, path: path))
        }
    }

    private static func notBound(_ field: CollectedField) -> PlanningError {
        PlanningError(.notBound, "Field \"\(field.name)\" is not available.", range: field.first.range)
    }

    // MARK: Aggregates

    /// `ticketsAggregate`: an object beside its parent's row. Its own values are one load; there is none where nothing of it is asked for.
    private mutating func aggregate(_ field: CollectedField, _ definition: FieldType, _ rows: AggregatedRows) throws(PlanningError) -> OutputValue {
        guard case .object(let type)? = operation.schema.type(definition.type.name) else { throw Self.notBound(field) }
        var values = ComputedColumns(link: rows.link)
        var fields = FieldList()
        for child in collect(field.selectionSets, on: type) {
            let value: OutputValue = switch child.name {
            case "__typename": .fixed(Array("\"\(type.name)\"".utf8))
            case "count": values.cell(.count)
            default: throw Self.notBound(child)
            }
            fields.add(child, value, isNonNull: type.fields[child.name]?.type.isNonNull ?? true)
        }
        let load = values.values.isEmpty ? nil : try totals(values, of: rows, field)
        return .beside(load: load, ObjectOutput(type: type.name, fields: fields.items))
    }

    /// The load that counts the rows of a list, all of them whatever the list's `first`, and the cell of the count. The cell belongs into an ``OutputValue/beside(load:_:)``
    /// of that load; its row is there for every parent's row.
    mutating func count(_ rows: AggregatedRows, _ field: CollectedField) throws(PlanningError) -> (load: Int, cell: OutputValue) {
        var values = ComputedColumns(link: rows.link)
        let cell = values.cell(.count)
        return (try totals(values, of: rows, field), cell)
    }

    private mutating func totals(_ values: ComputedColumns, of rows: AggregatedRows, _ field: CollectedField) throws(PlanningError) -> Int {
        let draft = AggregateDraft(
            index: drafts.count, binding: rows.binding, path: rows.path, range: field.first.range, link: rows.link, arguments: rows.arguments, values: values.values)
        try add(draft)
        return draft.index
    }
}

/// The rows that values are computed of: those that the list beside would give, from the first to the last.
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
    private let first: Int

    /// The ordinal stands first in a batch.
    init(link: LoadDraft.LinkDraft) {
        if case .batch = link { first = 1 } else { first = 0 }
    }

    mutating func cell(_ value: AggregateValue) -> OutputValue {
        let position = values.firstIndex(of: value) ?? values.count
        if position == values.count { values.append(value) }
        return .cell(column: first + position, value.form)
    }
}
