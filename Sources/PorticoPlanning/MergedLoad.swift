import PorticoCatalog
import PostgresSQL

/// One statement that runs a load for several requests at once, each with its own values and scope.
/// The values of a request's parameters, including the tenant, are sent in a row with its keys, and
/// the load's own conditions read them from there.
///
/// Nothing is planned again. The statement is the load's own, already audited, with columns of that
/// row in place of parameters; the result is audited once more as a whole. If anything does not
/// fit, there is no merged statement, and every request runs its own.
public struct MergedLoad {
    /// The alias of the rows of values.
    public static let values = RowReference.batch

    let load: Load
    let pages: [Page]
    /// The comment before the statement, as before the load's own.
    let tag: String

    private var roles: [StatementMerge.Role] = []
    private var types: [UInt32] = []
    private var columns: [ValueColumn] = []
    /// The replacement of each of the load's parameters.
    private var replacements: [Expression] = []

    init(_ load: Load, pages: [Page], tag: String) {
        self.load = load
        self.pages = pages
        self.tag = tag
    }

    /// `nil` if the load cannot be merged.
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
        // Requests are distinguished by their own values.
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
            columns: keys == nil ? [BinaryForm(.int8)] + load.forms : load.forms)
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
            types.append(load.parameterTypes[position])
            roles.append(.shared(types.count - 1))
            replacements.append(.parameter(types.count))
        case .keys:
            types.append(load.parameterTypes[position])
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

    /// The type of the load's parameter if its value is sent as text.
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
        // A binary key is not text.
        case .nodeKey, .constant, .rule, .keys, .rowsLeft: nil
        }
    }

    // MARK: Statement

    /// A batch already has its keys in its `FROM`; the values are added there.
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
    /// Whether the rows read are found by a key or are few: merged requests must not wait for
    /// another's scan of a whole table.
    fileprivate var isBounded: Bool {
        // A merged filter's nested statement would depend on the row of values and run for each.
        guard reads.isEmpty else { return false }
        return switch touches {
        case .one: true
        case .atMost: link != .root || !notes.contains { $0.reason == .filter }
        case .all: false
        }
    }

    /// Whether the other load's ``MergedLoad`` can run this: same tree, same parameter kinds.
    func runs(like other: Load) -> Bool {
        tree == other.tree && parameterTypes == other.parameterTypes && forms == other.forms
            && isBounded == other.isBounded
            && parameters.count == other.parameters.count
            && zip(parameters, other.parameters).allSatisfy { $0.travels(like: $1) }
    }
}

extension ParameterSource {
    /// A constant is part of the statement, so it must be equal in all runs. Anything else comes
    /// with each run, under its own plan's bounds.
    fileprivate func travels(like other: ParameterSource) -> Bool {
        switch (self, other) {
        case (.first, .first), (.offset, .offset): true
        default: self == other
        }
    }
}

extension ColumnType {
    /// The type's name in a cast; `nil` for a type that text is not cast to here.
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
