import Diagnostics
import PorticoCatalog
import PostgresSQL

/// Whether the isolation path of each type ends at a tenant, by the foreign keys of the database.
///
/// A path that ends at another column passes every other check, and its rows are shown to a tenant
/// whose id happens to be equal. Only the database knows what a column refers to.
public struct IsolationEnds: Sendable {
    /// What the database states about the last column of a path.
    enum End: Sendable, Equatable {
        /// It is the tenants' key, or refers to it.
        case tenants
        /// It refers only to other tables: the first of them and its column.
        case elsewhere(DatabaseCatalog.Place, column: String)
        /// It refers to nothing.
        case unknown
    }

    private let catalog: Catalog
    private let database: DatabaseCatalog
    private let tenants: DatabaseCatalog.Place
    private let tenantKey: String
    /// The last columns of all types' paths.
    private var isolationColumns: Set<Spot> = []

    /// `nil` if the configuration names no table of tenants, or the database has none of that name,
    /// which is reported elsewhere.
    init?(_ catalog: Catalog, against database: DatabaseCatalog, tenants table: TenantsTable?) {
        guard let table else { return nil }
        guard let place = database.place(TableName(configured: table.table)) else { return nil }
        self.catalog = catalog
        self.database = database
        tenants = place
        tenantKey = table.key
        isolationColumns = Set(
            catalog.types.values.compactMap { type in
                lastColumn(of: type).map { root(Spot(table: $0.0, column: $0.1.column)) }
            })
    }

    // MARK: One type

    /// Where the path of a type ends; `nil` if it has none, or its tables do not exist.
    func end(of type: TypeBinding) -> End? {
        guard let (table, column) = lastColumn(of: type) else { return nil }
        return end(of: column.column, in: table)
    }

    private func lastColumn(of type: TypeBinding) -> (DatabaseCatalog.Place, ColumnBinding)? {
        switch type.isolation {
        case .none, .unstated: return nil
        case .column(let column): return database.place(type.table).map { ($0, column) }
        case .path(let relations, let column):
            guard let last = relations.last, let target = catalog.types[last.target] else { return nil }
            return database.place(target.table).map { ($0, column) }
        }
    }

    private func end(of column: String, in table: DatabaseCatalog.Place) -> End {
        end(of: Spot(table: table, column: column), meant: Spot(table: tenants, column: tenantKey))
    }

    private struct Spot: Sendable, Hashable {
        var table: DatabaseCatalog.Place
        var column: String
    }

    /// `.tenants` if both mean the same. Two columns mean the same if their foreign keys meet: one
    /// refers to the other, or both to a third.
    private func end(of start: Spot, meant: Spot) -> End {
        let reached = reach(start)
        if !Set(reached).isDisjoint(with: reach(meant)) { return .tenants }
        // A view has no keys; a chain may end at a column that another type vouches for.
        let isVouched = reached.contains { spot in isolationColumns.contains(spot) && spot != reached.first }
        guard reached.count > 1, database.table(meant.table)?.isView != true, !isVouched else { return .unknown }
        return .elsewhere(reached[1].table, column: reached[1].column)
    }

    /// The column, and everything that it refers to by foreign keys, in order. Composite keys
    /// count: a `tenant_id` kept equal to that of the site refers to tenants through it.
    private func reach(_ start: Spot) -> [Spot] {
        var found: [Spot] = [], open = [root(start)]
        while !open.isEmpty {
            let spot = open.removeFirst()
            if found.contains(spot) { continue }
            found.append(spot)
            for key in database.table(spot.table)?.foreignKeys ?? [] {
                for (own, target) in zip(key.columns, key.targetColumns) where own == spot.column {
                    open.append(root(Spot(table: key.target, column: target)))
                }
            }
        }
        return found
    }

    /// A partition's rows are those of its table.
    private func root(_ spot: Spot) -> Spot {
        var spot = spot, steps = 0
        while let parent = database.table(spot.table)?.parent, steps < 100 {
            spot.table = parent
            steps += 1
        }
        return spot
    }

    /// A step over a column that refers to other rows; the foreign key may be on either side.
    private func wrongStep(of type: TypeBinding) -> String? {
        guard case .path(let relations, _) = type.isolation else { return nil }
        for relation in relations {
            guard let source = catalog.types[relation.source].flatMap({ database.place($0.table) }),
                let target = catalog.types[relation.target].flatMap({ database.place($0.table) })
            else { continue }
            for pair in relation.pairs {
                let local = Spot(table: source, column: pair.local.column),
                    remote = Spot(table: target, column: pair.remote.column)
                guard case .elsewhere(let other, let column) = end(of: local, meant: remote) else { continue }
                return
                    "The isolation of \(type.name) leads over \(relation.source).\(relation.field), whose column \(source.table).\(local.column) refers to \(other.table).\(column) and not to \(target.table).\(remote.column): rows would be shown to other tenants than theirs."
            }
        }
        return nil
    }

    // MARK: All

    /// The types whose paths the database confirms, and those vouched for by files, with reasons.
    public var confirmed: [String] {
        catalog.types.values.filter { end(of: $0) == .tenants && wrongStep(of: $0) == nil }.map(\.name).sorted()
    }

    public var trusted: [(type: String, reason: String)] {
        catalog.types.values.compactMap { type in
            end(of: type) == .unknown ? type.isolationTrust.map { (type.name, $0) } : nil
        }.sorted { $0.type < $1.type }
    }

    /// - Parameter sources: The resolver files by name, for the places of problems.
    /// - Parameter isBrief: Only paths that lead elsewhere, not unconfirmed ones.
    public func diagnostics(_ sources: [String: SourceText], schemaFile: String, isBrief: Bool = false) -> [Diagnostic]
    {
        catalog.types.values.sorted { $0.name < $1.name }.compactMap { type in
            guard let (table, column) = lastColumn(of: type) else { return nil }
            var place: BindingPlaces.Place {
                BindingPlaces(type, source: sources[type.file], schema: catalog.schema, schemaFile: schemaFile).key(
                    "isolation")
            }
            if let problem = wrongStep(of: type) {
                return Diagnostic(
                    problem, file: place.file, range: place.range,
                    hint:
                        "Name the column that refers to it in the relation's `by`, or lead the path over another relation."
                )
            }
            let shown = "\(table.table).\(column.column)"
            switch end(of: type) {
            case .tenants, nil: return nil
            case .elsewhere(let target, let targetColumn):
                return Diagnostic(
                    "The isolation of \(type.name) ends at \(shown), which refers to \(target.table).\(targetColumn) and not to \(tenants.table).\(tenantKey): rows would be shown to other tenants than theirs.",
                    file: place.file, range: place.range, hint: hint(type, table))
            case .unknown:
                // A missing column is reported elsewhere.
                if isBrief || type.isolationTrust != nil || database.table(table)?.columns[column.column] == nil {
                    return nil
                }
                return Diagnostic(
                    "No foreign key says that \(shown), at which the isolation of \(type.name) ends, names a tenant.",
                    file: place.file, range: place.range, hint: unknownHint(type, table, column))
            }
        }
    }

    /// The fields whose columns do lead to tenants.
    private func hint(_ type: TypeBinding, _ table: DatabaseCatalog.Place) -> String {
        better(type, table)
            ?? "No column of \(table.table) refers to \(tenants.table): lead the path over a relation whose table has one."
    }

    private func better(_ type: TypeBinding, _ table: DatabaseCatalog.Place) -> String? {
        let columns = (database.table(table)?.columns.keys.sorted() ?? []).filter { end(of: $0, in: table) == .tenants }
        guard !columns.isEmpty else { return nil }
        let last = Self.lastType(of: type, catalog)
        let fields = columns.map { column in
            last?.fields.values.compactMap {
                if case .column(let bound) = $0, bound.column == column { bound.field } else { nil }
            }.min()
        }
        let path: String =
            if case .path(let relations, _) = type.isolation { relations.map { $0.field + "." }.joined() } else { "" }
        if let field = fields.compactMap(\.self).first { return "Write `isolation: \(path)\(field)`." }
        return "The column \(columns[0]) refers to it: bind it to a field, or under `columns`, and name that."
    }

    private func unknownHint(_ type: TypeBinding, _ table: DatabaseCatalog.Place, _ column: ColumnBinding) -> String {
        if let better = better(type, table) { return better }
        let stated: String =
            switch type.isolation {
            case .path(let relations, let column): relations.map { $0.field + "." }.joined() + column.field
            default: column.field
            }
        let trust = "state that you know better: `isolation: { column: \(stated), unchecked: \"…\" }`, with the reason"
        if database.table(table)?.isView == true { return "A view carries no keys: \(trust)." }
        func name(_ place: DatabaseCatalog.Place) -> String {
            database.sql(TableName(schema: place.schema, name: place.table))
        }
        return
            "ALTER TABLE \(name(table)) ADD FOREIGN KEY (\(quoteIdentifier(column.column))) REFERENCES \(name(tenants)) (\(quoteIdentifier(tenantKey))); or \(trust)."
    }

    /// The type that the last column of a path belongs to.
    private static func lastType(of type: TypeBinding, _ catalog: Catalog) -> TypeBinding? {
        if case .path(let relations, _) = type.isolation {
            relations.last.flatMap { catalog.types[$0.target] }
        } else {
            type
        }
    }
}
