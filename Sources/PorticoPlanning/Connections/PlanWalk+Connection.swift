import GraphQLSchema
import GraphQLValidation
import PorticoCatalog

extension PlanWalk {
    /// Plans a connection: one load for its rows, however often they are selected, and further
    /// loads only for other selected parts.
    mutating func connection(
        _ field: CollectedField, _ definition: FieldType, to binding: TypeBinding, owner: String,
        link: LoadDraft.LinkDraft, path: String
    ) throws(ClientError) -> OutputValue {
        let arguments: ConnectionArguments
        do {
            arguments = try ConnectionArguments(
                try self.arguments(field, definition), on: binding, rules: access.rules, catalog: access.catalog)
        } catch {
            throw error.located(in: field, path)
        }
        let limit = access.rules.limits[.loads]
        guard pages.count < limit else {
            throw ClientError(
                limit: .loads, "The operation has more than the \(limit) connections that are allowed.",
                range: field.first.range, field: path)
        }
        let page = PageDraft(
            index: pages.count, path: path, range: field.first.range, arguments: arguments,
            use: CursorUse(type: owner, field: field.name, order: arguments.order, condition: arguments.condition),
            nullable: arguments.order.map { mayBeNull($0.column, of: binding) })
        pages.append(page)
        var total: Int?
        let output = try connection(
            field, definition, Connection(page: page, binding: binding, link: link, path: path), &total)
        return .embedded(load: total, output)
    }

    /// What all parts of one connection share.
    private struct Connection {
        let page: PageDraft
        let binding: TypeBinding
        let link: LoadDraft.LinkDraft
        let path: String

        /// The rows on all pages.
        func counted(_ path: String) -> AggregatedRows {
            AggregatedRows(
                binding: binding, link: link,
                arguments: ListArguments(condition: page.arguments.condition, order: [], first: page.arguments.size),
                path: path)
        }
    }

    /// Uses the whole schema, not the viewer's: a hidden key column is still used for ordering.
    private func mayBeNull(_ column: ColumnBinding, of binding: TypeBinding) -> Bool {
        !binding.key.contains(column)
            && access.catalog.schema.type(binding.name)?.fields?[column.field]?.type.isNonNull != true
    }

    // MARK: Parts

    /// `total` becomes the load of the count, if it is selected.
    private mutating func connection(
        _ field: CollectedField, _ definition: FieldType, _ connection: Connection, _ total: inout Int?
    ) throws(ClientError) -> ObjectOutput {
        var count: (load: Int, cell: OutputValue)?
        defer { total = count?.load }
        return try members(field, of: definition.type.name) { walk, child, type throws(ClientError) in
            switch child.name {
            case "edges":
                let rows = try walk.rows(connection)
                return .connection(
                    page: connection.page.index, .items(load: rows.index, try walk.edge(child, type, connection, rows)))
            case "nodes":
                let rows = try walk.rows(connection)
                return .connection(
                    page: connection.page.index, .items(load: rows.index, try walk.selections(child, rows)))
            case "pageInfo": return .embedded(load: nil, try walk.pageInfo(child, type, connection))
            case "totalCount":
                if let count { return count.cell }
                let counted = try walk.count(connection.counted("\(connection.path).\(child.responseKey)"), child)
                count = counted
                return counted.cell
            default: return nil
            }
        }
    }

    private mutating func edge(
        _ field: CollectedField, _ definition: FieldType, _ connection: Connection, _ rows: LoadDraft
    ) throws(ClientError) -> ObjectOutput {
        try members(field, of: definition.type.name) { walk, child, _ throws(ClientError) in
            switch child.name {
            case "cursor":
                connection.page.selectCursor(rows)
                return .connection(page: connection.page.index, .cursor)
            case "node": return .embedded(load: nil, try walk.selections(child, rows))
            default: return nil
            }
        }
    }

    private mutating func pageInfo(
        _ field: CollectedField, _ definition: FieldType, _ connection: Connection
    ) throws(ClientError) -> ObjectOutput {
        try members(field, of: definition.type.name) { walk, child, _ throws(ClientError) in
            let index = connection.page.index, isBackward = connection.page.arguments.isBackward
            switch child.name {
            case "startCursor", "endCursor":
                let rows = try walk.rows(connection)
                connection.page.selectCursor(rows)
                return .connection(
                    page: index,
                    child.name == "startCursor" ? .startCursor(load: rows.index) : .endCursor(load: rows.index))
            case isBackward ? "hasPreviousPage" : "hasNextPage":
                connection.page.looksBeyond = true
                return .connection(page: index, .hasMore(load: try walk.rows(connection).index))
            case "hasPreviousPage", "hasNextPage":
                if connection.page.otherSide == nil { return .fixed(Array("false".utf8)) }
                return .connection(
                    page: index,
                    .hasOtherSide(
                        load: try walk.otherSide(
                            connection, child, path: "\(connection.path).\(field.responseKey).\(child.responseKey)")))
            default: return nil
            }
        }
    }

    // MARK: Loads

    private mutating func rows(_ connection: Connection) throws(ClientError) -> LoadDraft {
        if let rows = connection.page.rows { return rows }
        let arguments = connection.page.arguments
        let order = arguments.isBackward ? arguments.order.reversedOrder : arguments.order
        let draft = LoadDraft(
            index: drafts.count, binding: connection.binding, path: connection.path, range: connection.page.range,
            link: connection.link, isList: true,
            arguments: ListArguments(condition: arguments.condition, order: order, first: arguments.size),
            page: (connection.page, .page(connection.page.index)))
        try add(draft)
        connection.page.rows = draft
        return draft
    }

    /// Loads at most one row, to know whether there is any. Its order begins at the cursor, so that
    /// an index finds a row at once; otherwise PostgreSQL may scan the whole table, and a tenant
    /// with few rows would wait for the rows of all others.
    private mutating func otherSide(
        _ connection: Connection, _ field: CollectedField, path: String
    ) throws(ClientError) -> Int {
        let draft = LoadDraft(
            index: drafts.count, binding: connection.binding, path: path, range: field.first.range,
            link: connection.link, isList: true,
            arguments: ListArguments(
                condition: connection.page.arguments.condition, order: connection.page.otherSide?.keyset.order ?? [],
                first: RowBound(source: .fixed(1), maximum: 1)),
            page: (connection.page, .otherSide(ofPage: connection.page.index)))
        try add(draft)
        return draft.index
    }
}
