import Diagnostics
import PorticoCatalog
import PostgresSQL

/// A load whose statement is yet to be written.
protocol DraftLoad {
    var path: String { get }
    var range: SourceRange { get }
    func finish(_ access: RowAccess) throws(PlanningError) -> Load
}

/// A load of rows while the selections below it still ask for columns.
final class LoadDraft: DraftLoad {
    let index: Int
    let binding: TypeBinding
    let path: String
    let range: SourceRange
    let link: LinkDraft
    let isList: Bool
    let arguments: ListArguments?
    /// The connection that it is a load of, and what for.
    let page: (draft: PageDraft, content: LoadContent)?
    private(set) var columns: [ColumnBinding] = []

    /// How its rows are found.
    enum LinkDraft {
        /// A list of the query root: by what the viewer may see.
        case all
        /// One row, or the children of one row, by a value that is known before anything is loaded.
        case value(ColumnBinding, ParameterSource, parent: Int?)
        /// The rows whose `remote` column is among the keys of the parent's rows.
        case batch(RelationBinding, parent: LoadDraft, keyColumn: Int, KeyType)
    }

    init(index: Int, binding: TypeBinding, path: String, range: SourceRange, link: LinkDraft, isList: Bool, arguments: ListArguments? = nil, page: (draft: PageDraft, content: LoadContent)? = nil) {
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
        if let known = columns.firstIndex(where: { $0.column == column.column }) {
            position = known
        } else {
            position = columns.count
            columns.append(column)
        }
        return position + firstColumn
    }

    /// The ordinal stands first in a batch.
    private var firstColumn: Int {
        if case .batch = link { 1 } else { 0 }
    }

    // MARK: Statement

    func finish(_ access: RowAccess) throws(PlanningError) -> Load {
        if columns.isEmpty { _ = cell(binding.key) }
        var draft = StatementDraft()
        do {
            return switch link {
            case .all: try direct(access, key: nil, link: .root, &draft)
            case .value(let column, let source, let parent): try direct(access, key: (column, source), link: parent.map { .known(parent: $0) } ?? .root, &draft)
            case .batch(let relation, let parent, let keyColumn, let keyType):
                try batch(access, relation, parent: parent, keyColumn: keyColumn, keyType, &draft)
            }
        } catch {
            throw PlanningError(error.kind, error.message, range: error.range ?? range, path: error.path ?? path)
        }
    }

    /// `SELECT … FROM table WHERE key = $1 AND …`, or without a key.
    private func direct(_ access: RowAccess, key: (ColumnBinding, ParameterSource)?, link: Link, _ draft: inout StatementDraft) throws(PlanningError) -> Load {
        let row = RowReference(alias: draft.tableAlias())
        var notes: [ConditionNote] = []
        if let (column, source) = key {
            notes.append(ConditionNote(condition: .binary(row.column(column), .equal, draft.parameter(source)), reason: .key))
        }
        let findsByTenant = key == nil && arguments?.pins(binding.isolation) != true
        notes += try access.conditions(binding, row: row, indexable: findsByTenant, draft: &draft).notes
        notes += try filter(access, row, &draft)
        let select = Select(
            columns: columns.map { OutputColumn(row.column($0)) },
            from: [access.table(binding, alias: row.alias)],
            conditions: notes.map(\.condition),
            order: arguments?.order.map { $0.term(row) } ?? [],
            limit: limit(&draft),
            offset: arguments?.offset.map { draft.parameter(.offset($0)) })
        return load(select, link, draft, notes)
    }

    private func batch(_ access: RowAccess, _ relation: RelationBinding, parent: LoadDraft, keyColumn: Int, _ keyType: KeyType, _ draft: inout StatementDraft) throws(PlanningError) -> Load {
        guard case .parameter(let keys) = draft.parameter(.keys, type: keyType.arrayOID) else { throw PlanningError(.isolation, "A batch has no keys.") }
        let row = RowReference(alias: draft.tableAlias(), keyed: isList ? relation.remote.column : nil)
        let tie = ConditionNote(condition: .binary(row.column(relation.remote), .equal, RowReference.batchKey), reason: .key)
        let rules = try access.conditions(binding, row: row, indexable: false, draft: &draft)
        let notes = [tie] + rules.notes + (try filter(access, row, &draft))
        let from = FromItem.keys(parameter: keys, type: keyType.rawValue, Alias("k", 0))
        let ordinal = OutputColumn(.column(Alias("k", 0), "ord"))
        let link = Link.batch(parent: parent.index, column: keyColumn, keyType: keyType, keysAreUnique: relation.local.column == parent.binding.key.column)

        guard let arguments, isList else {
            let select = Select(
                columns: [ordinal] + columns.map { OutputColumn(row.column($0)) },
                from: [from, access.table(binding, alias: row.alias)], conditions: notes.map(\.condition))
            return load(select, link, draft, notes)
        }
        let own = notes.map(\.condition).filter { !rules.hoisted.contains($0) }
        let rows = Select(
            columns: columns.map { OutputColumn(row.column($0)) },
            from: [access.table(binding, alias: row.alias)], conditions: own,
            order: arguments.order.map { $0.term(row) },
            limit: limit(&draft),
            offset: arguments.offset.map { draft.parameter(.offset($0)) })
        let list = Alias("c", 0)
        let select = Select(
            columns: [ordinal] + columns.map { OutputColumn(.column(list, $0.column)) },
            from: [from, .lateral(rows, list)], conditions: rules.hoisted)
        return load(select, link, draft, notes)
    }

    private func load(_ select: Select, _ link: Link, _ draft: StatementDraft, _ notes: [ConditionNote]) -> Load {
        Load(
            index: index, type: binding.name, path: path, range: range, link: link, isList: isList, select: select, parameters: draft.parameters,
            parameterTypes: draft.parameterTypes, content: page?.content ?? .rows, columns: columns, touches: arguments.map { .atMost($0.first) } ?? .one, notes: notes)
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
