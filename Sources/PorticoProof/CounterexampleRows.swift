import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import PostgresSQL

/// Constructs rows and values that fulfil a statement's conditions while one row is outside the
/// viewer's tenants: derived from what may be TRUE together, then evaluated.
struct CounterexampleRows {
    /// The open row first, then the other rows that it needs.
    private(set) var rows: [CounterexampleRow] = []
    /// Values of parameters, by number from 1.
    private(set) var values: [Int: TreeValue] = [:]
    /// Whether the statement's conditions are TRUE for these rows and values.
    private(set) var isConfirmed = false

    static let ownTenant = "the viewer's tenant"

    /// A value for the row's tenant, and whether the column cannot hold the viewer's.
    private typealias Outside = (tenant: TreeValue, viewerHasNone: Bool)
    private static let ways: [Outside] = [
        (.text("another tenant"), false), (.text("unlike the viewer's tenant"), false), (.null, false), (.null, true),
    ]

    private let open: StatementProof.OpenTable
    private let parameters: [ParameterSource]
    private let paths: IsolationPaths
    private let outside: Outside
    /// Values of columns; equal columns share one.
    private var columns: [Expression: TreeValue] = [:]

    /// The first way of being outside with TRUE conditions, or else the most ordinary one.
    init(_ open: StatementProof.OpenTable, parameters: [ParameterSource], paths: IsolationPaths) {
        let tried = Self.ways.map { CounterexampleRows(open, parameters: parameters, paths: paths, outside: $0) }
        self = tried.first(where: \.isConfirmed) ?? tried[0]
    }

    private init(
        _ open: StatementProof.OpenTable, parameters: [ParameterSource], paths: IsolationPaths, outside: Outside
    ) {
        self.open = open
        self.parameters = parameters
        self.paths = paths
        self.outside = outside
        var tables = open.facts.rows.filter { $0.alias != open.table.alias }
        placeOutside(&tables)
        for (left, right) in open.facts.equalities { for term in [left, right] { settle(term) } }
        for (column, parameter) in open.facts.memberships { settle(column, member: parameter) }
        for condition in open.facts.opaque { settle(opaque: condition) }
        for number in parameters.indices.map({ $0 + 1 }) where values[number] == nil {
            values[number] = value(of: number)
        }
        rows = ([open.table] + tables).map { table in
            CounterexampleRow(table: table.name, alias: table.alias, values: held(by: table.alias))
        }
        confirm()
    }

    /// The values of an alias's columns.
    private func held(by alias: Alias) -> [String: TreeValue] {
        var held: [String: TreeValue] = [:]
        for case (.column(alias, let name), let value) in columns { held[name] = value }
        return held
    }

    // MARK: The row outside

    /// Sets the column that names the open row's tenant, at the end of its isolation path, to
    /// another tenant; adds rows of the path that the statement does not read to `tables`.
    private mutating func placeOutside(_ tables: inout [TableSource]) {
        guard let step = open.type.flatMap(Self.step) ?? paths.steps(through: open.table).first else { return }
        var alias = open.table.alias
        for (position, relation) in step.relations.enumerated() {
            for local in relation.locals { settle(.column(alias, local.column)) }
            let known = tables.first { table in
                paths.isTable(of: relation.target, table)
                    && relation.pairs.allSatisfy {
                        open.facts.areEqual(.column(table.alias, $0.remote.column), .column(alias, $0.local.column))
                    }
            }
            if let known {
                alias = known.alias
            } else if let target = paths.catalog.types[relation.target] {
                let before = alias
                alias = Alias("x", position)
                tables.append(
                    TableSource(
                        schema: target.table.schema, name: target.table.name, alias: alias, purpose: .tenantPath))
                for pair in relation.pairs {
                    columns[.column(alias, pair.remote.column)] = columns[.column(before, pair.local.column)]
                }
            }
        }
        settle(.column(alias, step.column.column), preferred: outside.tenant)
    }

    private static func step(_ type: TypeBinding) -> IsolationPaths.Step? {
        switch type.isolation {
        case .column(let column): IsolationPaths.Step(relations: [], column: column)
        case .path(let relations, let column): IsolationPaths.Step(relations: relations[...], column: column)
        case .none, .unstated: nil
        }
    }

    // MARK: Values

    /// Gives a term and all equal ones the same value, preferably of a fixed parameter.
    private mutating func settle(_ term: Expression, preferred: TreeValue? = nil) {
        if isSettled(term) { return }
        let equal = open.facts.equals(of: term)
        let numbers = equal.compactMap { if case .parameter(let number) = $0 { number } else { nil } }.sorted()
        let value =
            numbers.compactMap { fixed($0) }.first ?? preferred ?? numbers.first.map { self.value(of: $0) }
            ?? fresh(equal)
        give(value, to: equal)
    }

    private mutating func settle(_ column: Expression, member number: Int) {
        if !isSettled(column) { give(value(of: number).first, to: open.facts.equals(of: column)) }
        if fixed(number) == nil, case .text? = columns[column] { values[number] = columns[column].map { .list([$0]) } }
    }

    private func isSettled(_ term: Expression) -> Bool {
        if case .parameter(let number) = term { values[number] != nil } else { columns[term] != nil }
    }

    private mutating func give(_ value: TreeValue, to terms: [Expression]) {
        for term in terms {
            if case .parameter(let number) = term { values[number] = value } else { columns[term] = value }
        }
    }

    /// An arbitrary value.
    private func fresh(_ terms: [Expression]) -> TreeValue {
        let names = terms.compactMap { if case .column(_, let name) = $0 { name } else { nil } }
        return .text("some \(names.min() ?? "value")")
    }

    /// The value of a parameter that does not depend on the request; `nil` if it does.
    private func fixed(_ number: Int) -> TreeValue? {
        guard parameters.indices.contains(number - 1) else { return nil }
        switch parameters[number - 1] {
        case .tenant: return outside.viewerHasNone ? .null : .text(Self.ownTenant)
        case .tenants: return .list([.text(Self.ownTenant)])
        case .viewer(.id, _): return .text("the viewer's id")
        case .viewer(.tenant, _): return .text(Self.ownTenant)
        case .viewer(.tenants, _): return .list([.text(Self.ownTenant)])
        case .viewer(.role, _): return .text("the viewer's role")
        case .viewer(.claim(let name), _): return .text("the viewer's claim \(name)")
        case .constant(.null), .rule(.null): return .null
        case .constant(.text(let bytes)), .rule(.text(let bytes)):
            return TreeValue(parameter: String(decoding: bytes, as: UTF8.self))
        case .now: return .text("2025-01-01T00:00:00Z")
        case .constant(.binary), .rule(.binary), .variable, .elements, .keys, .rowsLeft, .first, .offset, .rows,
            .cursor, .nodeKey:
            return nil
        }
    }

    private func value(of number: Int) -> TreeValue {
        values[number] ?? fixed(number) ?? .text("value \(number) of the request")
    }

    /// Chooses a value for which a comparison other than equality holds, if its form suggests one.
    private mutating func settle(opaque condition: Expression) {
        switch condition {
        case .isNull(let term) where term.isTerm && !isSettled(term): give(.null, to: open.facts.equals(of: term))
        case .isNotNull(let term) where term.isTerm: settle(term)
        case .not(.isNotNull(let term)) where term.isTerm && !isSettled(term):
            give(.null, to: open.facts.equals(of: term))
        case .binary(let term, let operation, .boolean(let flag)) where term.isTerm && !isSettled(term):
            give(
                .text(String(operation == .notEqual || operation == .isDistinctFrom ? !flag : flag)),
                to: open.facts.equals(of: term))
        case .binary(let term, let operation, .parameter(let number)) where term.isTerm && !isSettled(term):
            guard case .text(let bound) = value(of: number) else { return settle(term) }
            switch operation {
            case .lessOrEqual, .greaterOrEqual, .like, .iLike, .isNotDistinctFrom, .equal:
                give(.text(bound), to: open.facts.equals(of: term))
            case .greater: give(.text(bound + "~"), to: open.facts.equals(of: term))
            case .less: give(.text(""), to: open.facts.equals(of: term))
            case .notEqual, .isDistinctFrom, .contains, .overlaps, .hasKey: settle(term)
            }
        case .call(_, let arguments), .binary(.call(_, let arguments), _, _):
            guard let term = arguments.first, term.isTerm, !isSettled(term), arguments.count > 1,
                case .parameter(let number) = arguments[1]
            else { return }
            give(value(of: number), to: open.facts.equals(of: term))
        default: for term in condition.terms { settle(term) }
        }
    }

    // MARK: Trying

    private mutating func confirm() {
        var environment: [Alias: [String: TreeValue]] = [:]
        var tables: [String: [[String: TreeValue]]] = [:]
        for row in rows {
            environment[row.alias] = row.values
            tables[row.table, default: []].append(row.values)
        }
        for case .column(let alias, _) in columns.keys where environment[alias] == nil {
            environment[alias] = held(by: alias)
        }
        let trial = TreeTrial(tables: tables, parameters: values)
        isConfirmed = open.select.predicates.allSatisfy { trial.truth($0, environment) == true }
    }
}

/// A row of a counterexample with its relevant columns.
struct CounterexampleRow {
    let table: String
    let alias: Alias
    let values: [String: TreeValue]

    var text: String {
        let shown = values.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.text)" }
        return "\(table)(\(shown.joined(separator: ", ")))"
    }
}

extension Expression {
    /// The columns and parameters in it, outside nested statements.
    fileprivate var terms: [Expression] {
        if isTerm { return [self] }
        var found: [Expression] = []
        _ = hasPart { part in
            found += part.terms
            return false
        }
        return found
    }
}
