import Diagnostics
import ExactText
import PorticoCatalog
import PorticoDatabase
import PorticoProject
import PostgresMigrations
import PostgresSQL

/// Checks the rows themselves where no constraint guarantees what the files state. Each check is
/// one statement with a short time limit, after which it is skipped.
struct RowCheck {
    /// Milliseconds for one statement.
    private static let patience = 3_000

    private let files: ProjectFiles
    private let database: Database
    private(set) var diagnostics: [Diagnostic] = []

    init(_ catalog: Catalog, against tables: DatabaseCatalog, files: ProjectFiles, on database: Database) {
        self.files = files
        self.database = database
        for type in catalog.types.values.sorted(by: { $0.name < $1.name }) {
            guard let table = tables.table(type.table) else { continue }
            let source = files.resolvers.first { $0.name == type.file }
            let places = BindingPlaces(type, source: source, schema: catalog.schema, schemaFile: files.schema.name)
            if table.isView, type.key.columns.allSatisfy({ table.columns[$0.column] != nil }) {
                checkKey(of: type, places)
            }
            guard case .object(let object)? = catalog.schema.type(type.name) else { continue }
            for name in type.fields.keys.sorted() {
                guard case .column(let column)? = type.fields[name], case .array = column.type,
                    table.columns[column.column]?.isArray == true,
                    case .list(let item)? = object.fields[name]?.type.nullable, item.isNonNull
                else { continue }
                checkItems(of: type, column, at: object.fields[name]?.range)
            }
        }
    }

    /// Views and foreign tables have no unique index.
    private mutating func checkKey(of type: TypeBinding, _ places: BindingPlaces) {
        let columns = type.key.columns.map { quoteIdentifier($0.column) }, place = places.key("key")
        let key = columns.joined(separator: ", "), names = type.key.columns.map(\.column).joined(separator: ", ")
        let shown = columns.count == 1 ? "\(key)::text" : "concat_ws(', ', \(key))"
        guard let twice = first("SELECT \(shown) FROM \(type.table.quoted) GROUP BY \(key) HAVING count(*) > 1 LIMIT 1")
        else { return }
        diagnostics.report(
            "The key \(type.table.description).\(names) of \(type.name) is not unique: \(twice.map { "\"\($0)\"" } ?? "null") stands in several rows.",
            file: place.file, range: place.range,
            hint: "Name a column that is, or let the view have one, such as `row_number() OVER () AS id`.")
    }

    private mutating func checkItems(of type: TypeBinding, _ column: ColumnBinding, at range: SourceRange?) {
        let name = quoteIdentifier(column.column)
        guard
            first("SELECT ''::text FROM \(type.table.quoted) WHERE array_position(\(name), NULL) IS NOT NULL LIMIT 1")
                != nil
        else { return }
        diagnostics.report(
            "The items of \(type.name).\(column.field) are never null in the schema, but rows of \(type.table.description) hold arrays with nulls.",
            file: files.schema.name, range: range,
            hint:
                "Take the inner `!` away, or mend the rows and ALTER TABLE \(type.table.quoted) ADD CHECK (array_position(\(name), NULL) IS NULL);"
        )
    }

    /// The first cell; `nil` if there is no row, or the statement failed.
    private func first(_ sql: String) -> String?? {
        (try? database.rows(sql, milliseconds: Self.patience))?.first.map { $0.first.flatMap(\.self) }
    }
}
