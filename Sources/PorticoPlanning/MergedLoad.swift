import PorticoCatalog
import PostgresSQL

/// One statement that does what a load does for several requests at once, each with its own values
/// and within its own scope: the values of a request's parameters, the tenant among them, travel in
/// a row with its keys, and the load's own conditions read them there.
///
/// Nothing is planned anew. The statement is the load's own, which has been looked at for its
/// tenant condition, with columns of that row in the place of parameters; it is looked at once more
/// as a whole. Where anything does not fit, there is no such statement, and every request runs its
/// own.
public struct MergedLoad {
    /// What the rows of values are called.
    public static let values = RowReference.batch

    let load: Load
    let pages: [Page]
    /// The comment before the statement, as before the load's own.
    let tag: String

    private var roles: [StatementMerge.Role] = []
    private var types: [UInt32] = []
    private var columns: [ValueColumn] = []
    /// By parameter of the load, what stands in its place.
    private var replacements: [Expression] = []

    init(_ load: Load, pages: [Page], tag: String) {
        self.load = load
        self.pages = pages
        self.tag = tag
    }

    /// `nil` where the load cannot be merged.
    mutating func merge(_ catalog: Catalog, _ scope: TenantScope) -> StatementMerge? {
        guard load.isBounded, case .select(let own) = load.tree else { return nil }
        let keys: FromItem? = own.from.first.flatMap { if case .keys = $0 { $0 } else { nil } }
        if case .keys(let keys, _)? = keys {
            for (position, key) in keys.enumerated() {
                columns.append(ValueColumn(parameter: key.parameter, type: key.type, name: BatchKey.name(position)))
            }
        }
        for (position, source) in load.parameters.enumerated() {
            guard place(source, at: position) else { return nil }
        }
        // Values of its own are what tells requests apart.
        guard !columns.isEmpty, columns.count <= 100 else { return nil }
        let keyParameters = roles.compactMap { if case .keys(let place) = $0 { place + 1 } else { nil } }
        for (position, parameter) in keyParameters.enumerated() { columns[position].parameter = parameter }
        let replacements = replacements
        let inner = own.replacing { if case .parameter(let number) = $0 { replacements[number - 1] } else { nil } }
        guard let select = keys == nil ? list(inner) : batch(inner) else { return nil }
        if scope != .all {
            let audit = IsolationAudit(catalog: catalog, parameters: load.parameters, merged: Self.values)
            guard audit.firstUnprotected(.select(select)) == nil else { return nil }
        }
        var shared: [Int: ParameterSource] = [:]
        for (source, role) in zip(load.parameters, roles) {
            if case .shared(let place) = role { shared[place + 1] = source }
        }
        let barrier = BarrierAudit(catalog: catalog, parameters: load.parameters, merged: Self.values, shared: shared)
        guard barrier.firstExposed(.select(select)) == nil else { return nil }
        let statement = Statement(
            text: tag + SQLPrinter.print(select), parameterTypes: types,
            columns: keys == nil ? [BinaryForm(.int8)] + load.statement.columns : load.statement.columns)
        let rows = load.parameters.firstIndex {
            if case .first = $0 { true } else if case .rows = $0 { true } else { false }
        }
        return StatementMerge(
            statement: statement, select: select, roles: roles, hasOwnOrdinal: keys != nil, rowsParameter: rows)
    }

    // MARK: Parameters

    private mutating func place(_ source: ParameterSource, at position: Int) -> Bool {
        switch source {
        case .constant, .rule:
            types.append(load.statement.parameterTypes[position])
            roles.append(.shared(types.count - 1))
            replacements.append(.parameter(types.count))
        case .keys:
            types.append(load.statement.parameterTypes[position])
            roles.append(.keys(types.count - 1))
            replacements.append(.parameter(types.count))
        case .rowsLeft:
            types.append(20)
            roles.append(.rows(types.count - 1))
            replacements.append(.parameter(types.count))
        case .variable, .elements, .viewer, .tenant, .tenants, .now, .first, .offset, .rows, .cursor, .nodeKey:
            guard let type = sqlType(source) else { return false }
            types.append(1009)
            let name = Self.name(ofParameter: position + 1)
            columns.append(ValueColumn(parameter: types.count, type: "text", name: name))
            roles.append(.each(types.count - 1))
            let column = Expression.column(Self.values, name)
            replacements.append(type == "text" ? column : .cast(column, type))
        }
        return true
    }

    /// The column of ``values`` that holds a parameter of the load.
    public static func name(ofParameter number: Int) -> String { "p\(number)" }

    /// The type that the load's parameter has, where its value travels as a text.
    private func sqlType(_ source: ParameterSource) -> String? {
        switch source {
        case .variable(_, let form), .elements(_, let form): form.column.sqlName(isList: form.isList)
        case .viewer(let value, let form): form.column.sqlName(isList: form.isList || value == .tenants)
        case .tenant(let type), .now(let type): type.sqlName(isList: false)
        case .tenants(let type): type.sqlName(isList: true)
        case .first, .offset, .rows: "bigint"
        case .cursor(let page, _, let key):
            pages.indices.contains(page) && pages[page].order.indices.contains(key)
                ? pages[page].order[key].column.type.sqlName(isList: false) : nil
        // A key in binary is no text.
        case .nodeKey, .constant, .rule, .keys, .rowsLeft: nil
        }
    }

    // MARK: Statement

    /// A batch has its keys in its `FROM` already: the values stand beside them.
    private func batch(_ select: Select) -> Select? {
        var select = select
        select.from[0] = .values(columns, Self.values)
        return select
    }

    /// A load without keys becomes the list of each row of values.
    private func list(_ select: Select) -> Select? {
        let outer = Alias("c", 0)
        var names: [String] = []
        for column in select.columns {
            if let name = column.name {
                names.append(name)
            } else if case .column(_, let name) = column.expression {
                names.append(name)
            } else {
                return nil
            }
        }
        return Select(
            columns: [OutputColumn(.column(Self.values, "ord"))] + names.map { OutputColumn(.column(outer, $0)) },
            from: [.values(columns, Self.values), .lateral(select, outer)])
    }
}

extension Load {
    /// Whether the rows that are looked at are found by a key or are few: who waits for others must
    /// not wait for their search through a whole table.
    fileprivate var isBounded: Bool {
        // Of several requests, a statement within a filter would speak of the row of values, and be
        // run for each row.
        guard reads.isEmpty else { return false }
        return switch touches {
        case .one: true
        case .atMost: link != .root || !notes.contains { $0.reason == .filter }
        case .all: false
        }
    }

    /// Whether the other load's ``MergedLoad`` serves this one's runs: the same tree, whose
    /// parameters travel in the same way.
    func runs(like other: Load) -> Bool {
        tree == other.tree && statement.parameterTypes == other.statement.parameterTypes
            && statement.columns == other.statement.columns && isBounded == other.isBounded
            && parameters.count == other.parameters.count
            && zip(parameters, other.parameters).allSatisfy { $0.travels(like: $1) }
    }
}

extension ParameterSource {
    /// A constant is the statement's own, so that all runs must have the same. Whatever else there
    /// is comes with each run, under its own plan's bounds.
    fileprivate func travels(like other: ParameterSource) -> Bool {
        switch (self, other) {
        case (.first, .first), (.offset, .offset): true
        default: self == other
        }
    }
}

extension ColumnType {
    /// As a cast names it; `nil` for a type that no text is cast to here.
    fileprivate func sqlName(isList: Bool) -> String? {
        let name: String? =
            switch self {
            case .text: "text"
            case .varchar: "varchar"
            case .bpchar: "bpchar"
            case .citext: "citext"
            case .uuid: "uuid"
            case .int2: "int2"
            case .int4: "int4"
            case .int8: "int8"
            case .float4: "float4"
            case .float8: "float8"
            case .numeric: "numeric"
            case .bool: "bool"
            case .timestamptz: "timestamptz"
            case .timestamp: "timestamp"
            case .date: "date"
            case .jsonb: "jsonb"
            case .enum(let binding): binding.quotedType
            case .json: nil
            case .array(let element): isList ? nil : element.sqlName(isList: true)
            }
        return name.map { isList ? "\($0)[]" : $0 }
    }
}
