import Diagnostics
import ExactText
import GraphQLSchema
import PorticoCatalog
import PostgresSQL

/// Checks the bindings against the actual tables: every problem, in the order of types and fields.
struct DatabaseCheck {
    private let catalog: Catalog
    private let database: DatabaseCatalog
    private let schemaFile: String
    private let sources: [String: SourceText]
    private(set) var diagnostics: [Diagnostic] = []

    /// - Parameter sources: The resolver files by name, for the places of problems.
    init(_ catalog: Catalog, against database: DatabaseCatalog, schemaFile: String, sources: [String: SourceText]) {
        self.catalog = catalog
        self.database = database
        self.schemaFile = schemaFile
        self.sources = sources
        checkEncoding()
        for name in catalog.types.keys.sorted() { if let type = catalog.types[name] { check(type) } }
        for name in catalog.root.keys.sorted() {
            if case .getter(let type, let arguments)? = catalog.root[name] {
                check(getter: name, type, arguments.map(\.column))
            }
        }
        diagnostics.sort { a, b in
            if a.file != b.file { return a.file == schemaFile || (b.file != schemaFile && a.file < b.file) }
            return (a.range?.start ?? 0) < (b.range?.start ?? 0)
        }
    }

    private mutating func report(
        _ message: String, at place: BindingPlaces.Place, hint: String? = nil, severity: Diagnostic.Severity = .error
    ) {
        diagnostics.append(Diagnostic(message, file: place.file, range: place.range, hint: hint, severity: severity))
    }

    private mutating func check(_ type: TypeBinding) {
        let places = BindingPlaces(type, source: sources[type.file], schema: catalog.schema, schemaFile: schemaFile)
        guard let table = database.table(type.table) else {
            let known =
                type.table.schema.map { Array(database.schemas[$0]?.keys.sorted() ?? []) } ?? database.visibleNames
            let hint =
                didYouMean(suggestion(for: type.table.name, among: known))
                ?? (known.isEmpty ? "The database has no tables there; is it migrated?" : nil)
            return report(
                "The database has no table \(type.table.description) for the type \(type.name).",
                at: places.key("table"), hint: hint)
        }
        check(key: type, table, places)
        checkPolicies(of: type, table, places)
        for name in type.fields.keys.sorted() {
            switch type.fields[name] {
            case .column(let column)?: check(column, of: type, table, places)
            case .computed?: break
            case .relation(let relation)?: check(relation, of: type, table, places)
            case nil: break
            }
        }
        checkIsolation(of: type, table, places)
    }

    private mutating func check(key type: TypeBinding, _ table: DatabaseCatalog.Table, _ places: BindingPlaces) {
        let missing = type.key.columns.filter { table.columns[$0.column] == nil }
        for column in missing where type.column(column.field) == nil { reportMissing(column, of: type, table, places) }
        if !missing.isEmpty { return }
        let key = type.key.place(in: type.table)
        if !table.isUnique(type.key.columns), table.isView {
            let names = type.key.columns.map { quoteIdentifier($0.column) }.joined(separator: ", ")
            let positions = (1...type.key.columns.count).map(String.init).joined(separator: ", ")
            report(
                "Nothing makes the key \(key) of \(type.name) unique, since it is of a view: rows that share it would be taken for one.",
                at: places.key("key"),
                hint:
                    "SELECT \(names), count(*) FROM \(database.sql(type.table)) GROUP BY \(positions) HAVING count(*) > 1; tells whether they do.",
                severity: .warning)
        } else if !table.isUnique(type.key.columns) {
            report(
                "The key \(key) of \(type.name) is not unique in the database.",
                at: places.key("key"), hint: keyHint(type, table))
        } else if !table.isView, type.key.columns.contains(where: { table.columns[$0.column]?.isNullable == true }) {
            report("The key \(key) of \(type.name) can be null in the database.", at: places.key("key"))
        }
    }

    private mutating func check(
        _ binding: ColumnBinding, of type: TypeBinding, _ table: DatabaseCatalog.Table, _ places: BindingPlaces
    ) {
        guard let column = table.columns[binding.column] else { return reportMissing(binding, of: type, table, places) }
        let place = "\(type.table.description).\(binding.column)"
        if let expected = mismatch(binding.type, column) {
            let found = column.type + (column.isArray ? "[]" : "")
            report(
                "\(place) is \(found) in the database; the field \(type.name).\(binding.field) reads it as \(expected).",
                at: places.columnType(binding.field),
                hint: TypeHint(
                    binding, column, of: type, catalog.schema,
                    isEnum: database.enums[.init(schema: column.typeSchema, name: column.type)] != nil
                ).text)
        } else if column.type == "citext", !database.isVisible(column.typeSchema) {
            report(
                "\(place) is citext of the schema \(column.typeSchema), which is not in the search path: PostgreSQL compares it as a text.",
                at: places.columnType(binding.field),
                hint:
                    "ALTER ROLE \(quoteIdentifier(database.role)) SET search_path = \((database.searchPath + [column.typeSchema]).map(quoteIdentifier).joined(separator: ", "));",
                severity: .warning)
        }
        checkLabels(binding, column, of: type, places)
        guard !table.isView, column.isNullable, case .object(let object)? = catalog.schema.type(type.name),
            let field = object.fields[binding.field], field.type.isNonNull
        else { return }
        report(
            "The field \(type.name).\(binding.field) is never null in the schema, but \(place) can be.",
            at: (schemaFile, field.range), hint: "Take the `!` away, or make the column NOT NULL.")
    }

    private mutating func reportMissing(
        _ binding: ColumnBinding, of type: TypeBinding, _ table: DatabaseCatalog.Table, _ places: BindingPlaces
    ) {
        let names = suggestion(for: binding.column, among: table.columns.keys.sorted())
        if type.key.single?.column == binding.column, names.isEmpty, table.primaryKey.count == 1 {
            let message =
                "The table \(type.table.description) has no column \(binding.column) for \(type.name).\(binding.field)."
            return report(
                message, at: places.column(binding.field),
                hint:
                    "Its primary key is \(table.primaryKey[0]): write `\(binding.field): { column: \(table.primaryKey[0]) }` under `fields` in \(type.file), with its `type`."
            )
        }
        let hint = didYouMean(names) ?? "It has: \(table.columns.keys.sorted().joined(separator: ", "))."
        report(
            "The table \(type.table.description) has no column \(binding.column) for \(type.name).\(binding.field).",
            at: places.column(binding.field), hint: hint)
    }

    /// The type that the column would be read as, if that does not match.
    private func mismatch(_ type: ColumnType, _ column: DatabaseCatalog.Column) -> String? {
        if case .array(let element) = type {
            let name = element.displayName
            return column.isArray && fits(element, column) ? nil : name + "[]"
        }
        return !column.isArray && fits(type, column) ? nil : type.displayName
    }

    private func fits(_ type: ColumnType, _ column: DatabaseCatalog.Column) -> Bool {
        let name = column.type, domain = column.domain
        return switch type {
        // All texts have one binary form.
        case .text, .varchar, .bpchar: ["text", "varchar", "bpchar", "name", "citext"].contains(name)
        case .citext: name == "citext"
        case .enum(let binding):
            binding.sqlType.map { Self.bare($0) == name || Self.bare($0) == domain?.name }
                ?? ["text", "varchar", "bpchar"].contains(name)
        default: type.displayName == name
        }
    }

    private static func bare(_ name: String) -> String { name.split(separator: ".").last.map(String.init) ?? name }

    /// A field that could be the key, or what the table lacks.
    private func keyHint(_ type: TypeBinding, _ table: DatabaseCatalog.Table) -> String {
        let unique = [table.primaryKey].filter { !$0.isEmpty } + table.uniqueIndexes
        let fields = unique.compactMap { index in
            let names = index.compactMap { name in
                type.fields.values.compactMap {
                    if case .column(let column) = $0, column.column == name { column.field } else { nil }
                }.min()
            }
            return names.count == index.count ? names : nil
        }
        if let field = fields.first(where: { $0.count == 1 }) { return "Write `key: \(field[0])`." }
        if let several = fields.first { return "Write `key: [\(several.joined(separator: ", "))]`." }
        if let index = unique.first(where: { $0.count == 1 }) {
            return "The column \(index[0]) is unique: bind it to a field, or under `columns`, and write that as `key`."
        }
        if table.primaryKey.isEmpty {
            return
                "It has no primary key. ALTER TABLE \(database.sql(type.table)) ADD PRIMARY KEY (\(type.key.columns.map { quoteIdentifier($0.column) }.joined(separator: ", ")));"
        }
        return
            "Its primary key is \(table.primaryKey.joined(separator: ", ")): bind those columns to fields, or under `columns`, and name them as `key`."
    }

    private mutating func checkEncoding() {
        switch database.encoding {
        case "UTF8": return
        case "SQL_ASCII":
            report(
                "The database's encoding is SQL_ASCII: its texts may be bytes that are no UTF-8, which no answer can hold.",
                at: (schemaFile, nil), hint: "Restore it into a database that was created with ENCODING 'UTF8'.")
        default:
            report(
                "The database's encoding is \(database.encoding): a filter with a character that it lacks is refused.",
                at: (schemaFile, nil),
                hint: "A database that was created with ENCODING 'UTF8' holds every text.", severity: .warning)
        }
    }

    private mutating func checkPolicies(of type: TypeBinding, _ table: DatabaseCatalog.Table, _ places: BindingPlaces) {
        guard let policies = table.policies else { return }
        let role = quoteIdentifier(database.role)
        if policies == 0 {
            report(
                "Row-level security of \(type.table.description) applies to the role \(database.role), and no policy lets it read a row: every list of \(type.name) is empty.",
                at: places.key("table"),
                hint:
                    "CREATE POLICY portico ON \(database.sql(type.table)) FOR SELECT TO \(role) USING (true); or ALTER ROLE \(role) BYPASSRLS; the rules hold in either case."
            )
        } else {
            report(
                "Row-level security of \(type.table.description) applies to the role \(database.role): rows that its policies hide are missing from every answer, whatever the rules say.",
                at: places.key("table"), severity: .warning)
        }
    }

    /// Reports a field that gives one row, by columns that are not unique.
    private mutating func check(getter field: String, _ name: String, _ columns: [ColumnBinding]) {
        guard let type = catalog.types[name], columns != type.key.columns, let table = database.table(type.table),
            columns.allSatisfy({ table.columns[$0.column] != nil }), !table.isUnique(columns)
        else { return }
        let names = columns.map { quoteIdentifier($0.column) }.joined(separator: ", ")
        let place = Key(columns[0], Array(columns.dropFirst())).place(in: type.table),
            range = catalog.schema.queryType.fields[field]?.range
        let hint =
            table.isView
            ? "Take it out of the schema: a list with a filter gives all of them."
            : "CREATE UNIQUE INDEX ON \(database.sql(type.table)) (\(names)); or take it out of the schema: a list with a filter gives all of them."
        report(
            "The field \(field) gives one row by \(place), and nothing makes that unique: of several it gives any.",
            at: (schemaFile, range), hint: hint, severity: table.isView ? .warning : .error)
    }

    private mutating func checkLabels(
        _ binding: ColumnBinding, _ column: DatabaseCatalog.Column, of type: TypeBinding, _ places: BindingPlaces
    ) {
        let bare = if case .array(let element) = binding.type { element } else { binding.type }
        guard case .enum(let values) = bare, values.sqlType != nil else { return }
        let name = column.type
        // A mismatched type is already reported.
        guard fits(bare, column),
            let labels = database.enums[DatabaseCatalog.TypeName(schema: column.typeSchema, name: name)]
        else { return }
        let bound = Set(exact: values.values.map(\.label))
        if let respelled = LabelHint(values, labels: labels, field: binding.field, file: type.file) {
            return report(
                "The labels of the enum \(name) are written otherwise than \(type.name).\(binding.field) expects.",
                at: places.columnType(binding.field), hint: respelled.text)
        }
        for label in bound.subtracting(labels).sorted() {
            report(
                "The enum \(name) of the database has no label \(label), which \(type.name).\(binding.field) expects.",
                at: places.columnType(binding.field),
                hint: didYouMean(suggestion(for: label.text, among: labels.sorted().map(\.text))))
        }
        for label in labels.subtracting(bound).sorted() {
            report(
                "The enum \(values.name) has no value for the label \(label) of \(name): a row that holds it gives \(type.name).\(binding.field) an error.",
                at: places.columnType(binding.field), severity: .warning)
        }
    }

    private mutating func check(
        _ relation: RelationBinding, of type: TypeBinding, _ table: DatabaseCatalog.Table, _ places: BindingPlaces
    ) {
        for local in relation.locals where table.columns[local.column] == nil && type.column(local.field) == nil {
            reportMissing(local, of: type, table, places)
        }
        guard let target = catalog.types[relation.target], let targetTable = database.table(target.table),
            !targetTable.isView
        else { return }
        let missing = relation.remotes.filter { targetTable.columns[$0.column] == nil }
        for remote in missing where target.column(remote.field) == nil {
            report(
                "The table \(target.table.description) has no column \(remote.column), which the relation \(type.name).\(relation.field) follows.",
                at: places.relation(relation.field))
        }
        if !missing.isEmpty { return }
        let names = relation.remotes.map(\.column)
        // An index that begins with one of the columns leaves few rows to test.
        if !targetTable.indexes.contains(where: { $0.first.map(names.contains) == true }) {
            report(
                "No index of \(target.table.description) begins with \(names.joined(separator: " or ")), so \(type.name).\(relation.field) reads the whole table.",
                at: places.relation(relation.field),
                hint:
                    "CREATE INDEX ON \(database.sql(target.table)) (\(names.map(quoteIdentifier).joined(separator: ", ")));",
                severity: .warning)
        }
    }

    private mutating func checkIsolation(of type: TypeBinding, _ table: DatabaseCatalog.Table, _ places: BindingPlaces)
    {
        guard case .column(let column) = type.isolation else { return }
        guard table.columns[column.column] != nil else {
            if type.column(column.field) == nil { reportMissing(column, of: type, table, places) }
            return
        }
        if table.columns[column.column]?.foldsTexts == true {
            report(
                "\(type.table.description).\(column.column) takes texts for equal that are not: tenants are told apart by bytes, for which its indexes are of no use.",
                at: places.key("isolation"),
                hint: database.unfolding(column.column, of: type.table), severity: .warning)
        }
        if !table.isView, !table.indexes.contains(where: { $0.first == column.column }) {
            report(
                "No index of \(type.table.description) begins with \(column.column), by which every list of \(type.name) is narrowed to its tenants.",
                at: places.key("isolation"),
                hint: "CREATE INDEX ON \(database.sql(type.table)) (\(quoteIdentifier(column.column)));",
                severity: .warning)
        }
    }
}

extension DatabaseCatalog.Table {
    /// Whether these columns include all columns of a unique index.
    fileprivate func isUnique(_ columns: [ColumnBinding]) -> Bool {
        uniqueIndexes.contains { index in
            !index.isEmpty && index.allSatisfy { name in columns.contains { $0.column == name } }
        }
    }
}

extension Key {
    /// `table.column`, or `table.(column, column)`.
    fileprivate func place(in table: TableName) -> String {
        single.map { "\(table.description).\($0.column)" }
            ?? "\(table.description).(\(columns.map(\.column).joined(separator: ", ")))"
    }
}
