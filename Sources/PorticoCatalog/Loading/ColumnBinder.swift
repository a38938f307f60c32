import Diagnostics
import ExactText
import GraphQLSchema

/// Finds the column of each column field, from its GraphQL type and the resolver file.
struct ColumnBinder {
    let schema: Schema
    let schemaFile: String
    var problems: [Diagnostic] = []

    private mutating func report(_ message: String, file: String, _ range: SourceRange, hint: String? = nil) {
        problems.append(Diagnostic(message, file: file, range: range, hint: hint))
    }

    mutating func column(
        _ field: FieldType, of type: String, stated: ResolverFile.Column?, file: String
    ) -> ColumnBinding? {
        if !field.arguments.isEmpty {
            report(
                "The field `\(field.name)` of \(type) is a column and takes no arguments.", file: schemaFile,
                field.range)
        }
        let isList = if case .list = field.type.nullable { true } else { false }
        if isList, case .list(let item) = field.type.nullable, case .list = item.nullable {
            report(
                "The field `\(field.name)` of \(type) is a list of lists, which no column is.", file: schemaFile,
                field.range)
            return nil
        }
        let name = stated?.column?.value ?? snakeCase(field.name)
        guard let named = schema.type(field.type.name) else { return nil }
        switch named {
        case .enum(let type):
            guard let binding = enumBinding(type, stated, isList: isList, file: file) else { return nil }
            return ColumnBinding(
                field: field.name, column: name, type: isList ? .array(.enum(binding)) : .enum(binding))
        case .scalar(let scalar):
            return scalarType(scalar.name, field, of: type, stated, isList: isList, file: file).map {
                ColumnBinding(field: field.name, column: name, type: $0)
            }
        case .object, .interface, .union, .inputObject: return nil
        }
    }

    /// A column that no field shows; its type must be stated.
    mutating func hidden(_ name: String, stated: ResolverFile.Column, file: String) -> ColumnBinding? {
        guard let type = stated.type else {
            report(
                "The column `\(name)` has no field to know its type from: state its `type`.", file: file, stated.range)
            return nil
        }
        guard let known = columnType(type, file: file) else { return nil }
        return ColumnBinding(field: name, column: stated.column?.value ?? snakeCase(name), type: known)
    }

    private mutating func columnType(_ stated: Stated<String>, file: String) -> ColumnType? {
        if let type = ColumnType(named: stated.value) { return type }
        let hint =
            didYouMean(suggestion(for: stated.value, among: ColumnType.names))
            ?? "Known are: \(ColumnType.names.joined(separator: ", "))."
        report("The column type `\(stated.value)` is not known.", file: file, stated.range, hint: hint)
        return nil
    }

    private mutating func scalarType(
        _ scalar: String, _ field: FieldType, of type: String, _ stated: ResolverFile.Column?, isList: Bool,
        file: String
    ) -> ColumnType? {
        for wrong in [stated?.enumType?.range, stated?.labels.first?.value.range].compactMap(\.self) {
            report(
                "The field `\(field.name)` of \(type) is no enum: `enum` and `labels` do not apply.", file: file, wrong)
        }
        let allowed = ColumnType.allowed(for: scalar)
        guard let usual = allowed.first else {
            let hint =
                didYouMean(suggestion(for: scalar, among: ColumnType.scalars))
                ?? "Known are: \(ColumnType.scalars.joined(separator: ", "))."
            report(
                "No column is known to hold the scalar \(scalar) of the field `\(field.name)`.", file: schemaFile,
                field.range, hint: hint)
            return nil
        }
        if isList, !usual.isElement {
            report(
                "No column holds a list of \(scalar).", file: schemaFile, field.range,
                hint: "A JSON value may itself be a list.")
            return nil
        }
        guard let statedType = stated?.type else { return isList ? .array(usual) : usual }
        guard let known = columnType(statedType, file: file) else { return nil }
        let element = if case .array(let inner) = known { inner } else { known }
        let isArray = element != known
        guard allowed.contains(element), isArray == isList else {
            let fit = allowed.map { $0.displayName + (isList ? "[]" : "") }
            let message =
                "A column of type \(known.displayName) cannot be the field `\(field.name)` of type \(field.type)."
            report(
                message, file: file, statedType.range,
                hint: "Possible are: \(fit.joined(separator: ", ")); or give the field another type in \(schemaFile).")
            return nil
        }
        return known
    }

    /// The labels are those of a PostgreSQL enum, or with `type: text` texts in a column.
    private mutating func enumBinding(
        _ type: EnumType, _ stated: ResolverFile.Column?, isList: Bool, file: String
    ) -> EnumBinding? {
        var sqlType: String? = stated?.enumType?.value ?? snakeCase(type.name)
        if let text = stated?.type {
            let expected = isList ? ["text[]", "varchar[]"] : ["text", "varchar"]
            guard expected.contains(text.value) else {
                let hint =
                    "For an enum of PostgreSQL write `enum: \(text.value)`; for labels in a column of texts write `type: \(expected[0])`."
                report(
                    "A column of type \(text.value) cannot hold the enum \(type.name).", file: file, text.range,
                    hint: hint)
                return nil
            }
            sqlType = nil
        }
        var labels: [ExactString: String] = [:]
        for (value, label) in stated?.labels ?? [] {
            if type.values[value.value] == nil {
                report(
                    "The enum \(type.name) has no value `\(value.value)`.", file: file, value.range,
                    hint: didYouMean(suggestion(for: value.value, among: type.values.names)))
            }
            labels[value.value] = label
        }
        return EnumBinding(type, sqlType: sqlType, labels: labels)
    }
}
