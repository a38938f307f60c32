import GraphQLSchema
import PorticoCatalog

/// A hint for a field that reads its column as the wrong type.
struct TypeHint {
    let text: String

    /// - Parameter isEnum: Whether the column's type is an enum of the database.
    init(
        _ binding: ColumnBinding, _ column: DatabaseCatalog.Column, of type: TypeBinding, _ schema: Schema, isEnum: Bool
    ) {
        let name = column.type + (column.isArray ? "[]" : "")
        // Keeps a stated column name.
        let named = binding.column == snakeCase(binding.field) ? "" : "column: \(binding.column), "
        func stated(_ what: String) -> String {
            "Write `\(binding.field): { \(named)\(what) }` under `fields` in \(type.file)."
        }
        guard case .object(let object)? = schema.type(type.name), let field = object.fields[binding.field] else {
            text =
                "Write `\(binding.field): { column: \(binding.column), type: \(name) }` under `columns` in \(type.file)."
            return
        }
        let scalar = field.type.name, isList = if case .list = field.type.nullable { true } else { false }
        func declared(_ scalar: String) -> String {
            "Declare the field as `\(column.isArray ? "[\(scalar)]" : scalar)` in the schema"
        }
        if isEnum {
            let isDeclared = if case .enum? = schema.type(scalar) { true } else { false }
            text =
                isDeclared && isList == column.isArray
                ? stated("enum: \(column.type)")
                : "Declare an enum with the labels of \(column.type) in the schema, and the field as one."
            return
        }
        if case .enum? = schema.type(scalar), isList == column.isArray, ["text", "varchar"].contains(column.type) {
            text = stated("type: \(name)") + " Its labels are texts then."
            return
        }
        guard let known = ColumnType(named: column.type) else {
            text =
                "No field shows a column of type \(name): leave the field out, or bind the type to a view that casts the column to text."
            return
        }
        if ColumnType.allowed(for: scalar).contains(known), isList == column.isArray {
            text = stated("type: \(name)")
            return
        }
        let scalars = ColumnType.scalars.filter { ColumnType.allowed(for: $0).contains(known) }
        let usual =
            scalars.first { ColumnType.allowed(for: $0).first == known && $0 != "ID" } ?? scalars.first { $0 != "ID" }
        guard let usual else {
            text = "No field shows a column of type \(name)."
            return
        }
        text =
            declared(usual)
            + (ColumnType.allowed(for: usual).first == known
                ? "." : ", and write `\(binding.field): { \(named)type: \(name) }` under `fields` in \(type.file).")
    }
}
