import Diagnostics
import PorticoCatalog
import PostgresSQL

/// A load of rows while the selections below it still add columns.
final class LoadDraft: DraftLoad {
    let index: Int
    let binding: TypeBinding
    let path: String
    let range: SourceRange
    let link: LinkDraft
    let isList: Bool
    let arguments: ListArguments?
    /// The connection that it belongs to, and what it loads for it.
    let page: (draft: PageDraft, content: LoadContent)?
    private(set) var columns: [ColumnBinding] = []

    var isKeyed: Bool { isList }

    /// How its rows are found.
    enum LinkDraft {
        /// A list of the query root: by what the viewer may see.
        case all
        /// One row, or the children of one row, by values that are known before anything is loaded.
        case value([KnownValue], parent: Int?)
        /// The rows whose remote columns are among the keys of the parent's rows.
        case batch(RelationBinding, parent: LoadDraft, [LinkKey])
    }

    struct KnownValue {
        let column: ColumnBinding
        let source: ParameterSource
    }

    init(
        index: Int, binding: TypeBinding, path: String, range: SourceRange, link: LinkDraft, isList: Bool,
        arguments: ListArguments? = nil, page: (draft: PageDraft, content: LoadContent)? = nil
    ) {
        self.index = index
        self.binding = binding
        self.path = path
        self.range = range
        self.link = link
        self.isList = isList
        self.arguments = arguments
        self.page = page
    }

    /// The position of a column in the result; each is selected once.
    func cell(_ column: ColumnBinding) -> Int {
        let position: Int
        if let known = columns.firstIndex(of: column) {
            position = known
        } else {
            position = columns.count
            columns.append(column)
        }
        return position + firstColumn
    }

    /// In a batch, the ordinal is the first column.
    private var firstColumn: Int {
        if case .batch = link { 1 } else { 0 }
    }

    // MARK: Statement

    func statement(_ rows: DraftRows, _ access: RowAccess, _ draft: inout StatementDraft) -> Select {
        // Rows without selected columns must still be present or absent.
        if columns.isEmpty { _ = cell(binding.key.first) }
        guard let keys = rows.keys else { return list(rows, where: rows.conditions, access, &draft) }
        var inner = list(rows, where: rows.conditions.filter { !rows.hoisted.contains($0) }, access, &draft)
        // Keeps PostgreSQL from joining: a join planned for a guess of the keys would keep scanning
        // a whole table that was small at the time.
        if isLookUp { inner.offset = .integer(0) }
        let list = Alias("c", 0)
        return Select(
            columns: [DraftRows.ordinal] + names.map { OutputColumn(.column(list, $0)) },
            from: [keys, .lateral(inner, list)], conditions: rows.hoisted)
    }

    /// Whether each key of a batch has at most one row, and an index that finds it (`portico check`
    /// warns of relations without one).
    private var isLookUp: Bool {
        if case .batch(let relation, _, _) = link {
            !isList && binding.key.isCovered(by: relation.remotes)
        } else {
            false
        }
    }

    /// The names of the columns inside the statement: two bindings may share a column.
    private var names: [String] {
        var names: [String] = []
        for column in columns { names.append(names.contains(column.column) ? "v\(names.count)" : column.column) }
        return names
    }

    /// The rows by their conditions: a list with order and limit, or a single row.
    private func list(
        _ rows: DraftRows, where conditions: [Expression], _ access: RowAccess, _ draft: inout StatementDraft
    ) -> Select {
        Select(
            columns: zip(columns, names).map { column, name in
                let cell = rows.row.cell(column)
                return OutputColumn(cell, as: cell == .column(rows.row.alias, name) ? nil : name)
            },
            from: [access.table(binding, alias: rows.row.alias)], conditions: conditions, stated: rows.stated,
            order: arguments?.order.map { $0.term(rows.row) } ?? [],
            limit: limit(&draft),
            offset: arguments?.offset.map { draft.parameter(.offset($0)) })
    }

    func load(
        _ select: Select, _ link: Link, _ draft: StatementDraft, _ notes: [ConditionNote], _ access: RowAccess
    ) -> Load {
        Load(
            index: index, type: binding.name, path: path, range: range, link: link, isList: isList, select: select,
            parameters: draft.parameters,
            parameterTypes: draft.parameterTypes, content: page?.content ?? .rows, columns: columns,
            forms: columns.map(\.type.binaryForm), touches: arguments.map { .atMost($0.first) } ?? .one, notes: notes,
            reads: arguments?.condition.map { FilterRead.reads($0) } ?? [])
    }
}

extension OrderKey {
    func term(_ row: RowReference) -> OrderTerm {
        let expression = row.column(column)
        return switch direction {
        case .ascending: OrderTerm(expression)
        case .descending: OrderTerm(expression, descending: true)
        case .ascendingNullsFirst: OrderTerm(expression, nullsFirst: true)
        case .ascendingNullsLast: OrderTerm(expression, nullsFirst: false)
        case .descendingNullsFirst: OrderTerm(expression, descending: true, nullsFirst: true)
        case .descendingNullsLast: OrderTerm(expression, descending: true, nullsFirst: false)
        }
    }
}
