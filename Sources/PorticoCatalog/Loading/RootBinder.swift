import Diagnostics
import ExactText
import GraphQLSchema
import YAMLTree

/// Binds the fields of the query root.
struct RootBinder {
    let schema: Schema
    let schemaFile: String
    let file: QueryFile?
    let types: [String: TypeBinding]
    private(set) var root: [String: RootBinding] = [:]
    private(set) var problems: [Diagnostic] = []

    init(schema: Schema, schemaFile: String, file: QueryFile?, types: [String: TypeBinding]) {
        self.schema = schema
        self.schemaFile = schemaFile
        self.file = file
        self.types = types
        for field in schema.queryType.fields {
            if let binding = binding(field) { root[field.name] = binding }
        }
        let names = schema.queryType.fields.names
        for (name, stated) in (file?.fields ?? [:]).sorted(by: { $0.value.range.start < $1.value.range.start })
        where schema.queryType.fields[name] == nil {
            report(
                "\(schema.queryType.name) has no field `\(name)`.", file: file?.source.name, stated.range,
                hint: didYouMean(suggestion(for: name.text, among: names)))
        }
    }

    private mutating func report(_ message: String, file: String? = nil, _ range: SourceRange, hint: String? = nil) {
        problems.append(Diagnostic(message, file: file ?? schemaFile, range: range, hint: hint))
    }

    private mutating func binding(_ field: FieldType) -> RootBinding? {
        guard let stated = file?.fields[field.name] else {
            if field.isDerivedList { return list(field) }
            if !field.arguments.isEmpty, schema.isObject(field.type.name) { return getter(field) }
            let place = file?.source.name ?? "resolvers/\(schema.queryType.name).yaml"
            let hint = "A list has `@list`, a getter one required argument; all else is stated in \(place)."
            report("Nothing says what the root field `\(field.name)` gives.", field.range, hint: hint)
            return nil
        }
        if stated.kind == .constant { return constant(field, stated.value) }
        guard let name = stated.value.text, let type = types[ExactString(name)] else {
            let shown = stated.value.text ?? ""
            report(
                "`\(shown)` is no type with a table.", file: file?.source.name, stated.value.range,
                hint: didYouMean(suggestion(for: shown, among: types.keys)))
            return nil
        }
        guard field.type.name == type.name else {
            let hint = "Write \(field.type.name) here, or `\(field.name): \(type.name)` in \(schemaFile)."
            report(
                "The root field `\(field.name)` gives \(field.type.name), not \(type.name).", file: file?.source.name,
                stated.value.range, hint: hint)
            return nil
        }
        switch stated.kind {
        case .get: return getter(field)
        case .list: return list(field)
        case .viewer:
            guard case .named = field.type, field.arguments.isEmpty else {
                report(
                    "The viewer's own row is written `\(field.name): \(type.name)`, without arguments and nullable.",
                    field.range)
                return nil
            }
            guard type.key.single != nil else {
                report(
                    "The viewer's own row is found by a key of one column, and \(type.name) has several.", field.range)
                return nil
            }
            return .viewer(type: type.name)
        case .constant: return nil
        }
    }

    private mutating func list(_ field: FieldType) -> RootBinding? {
        let name = field.type.name
        guard field.isDerivedList, field.type.description == "[\(name)!]!", schema.isObject(name),
            field.arguments.isEmpty
        else {
            report("A list at the root is written `\(field.name): [\(name)!]! @list`, without arguments.", field.range)
            return nil
        }
        return type(name, of: field).map { .list(type: $0.name) }
    }

    private mutating func getter(_ field: FieldType) -> RootBinding? {
        guard case .named(let name) = field.type, !field.arguments.isEmpty,
            field.arguments.elements.allSatisfy(\.isRequired), isOneKey(field.arguments.names, of: name)
        else {
            report(
                "A getter is written `\(field.name)(id: ID!): \(field.type.name)`: nullable, with one required argument.",
                field.range)
            return nil
        }
        guard let type = type(name, of: field) else { return nil }
        var arguments: [GetterArgument] = []
        for argument in field.arguments {
            guard let column = column(of: argument, type, field) else { return nil }
            arguments.append(GetterArgument(argument.name, column))
        }
        return .getter(type: name, arguments: arguments)
    }

    /// Whether one argument, or those of a composite key, identify a row.
    private func isOneKey(_ names: [String], of type: String) -> Bool {
        names.count == 1
            || types[type]?.key.columns.map(\.field).elementsEqual(names, by: { $0.hasSameBytes(as: $1) }) == true
    }

    private mutating func column(of argument: InputField, _ type: TypeBinding, _ field: FieldType) -> ColumnBinding? {
        let name = type.name
        guard let column = type.column(argument.name) else {
            let columns = type.fields.keys.filter { type.column($0) != nil }
            report(
                "\(name) has no column `\(argument.name)` to get a row by.", field.range,
                hint: didYouMean(suggestion(for: argument.name, among: columns)))
            return nil
        }
        guard argument.type.nullable == schema.type(name)?.fields?[argument.name]?.type.nullable else {
            let type = schema.type(name)?.fields?[argument.name]?.type.nullable.description ?? argument.type.description
            let hint = "Write `\(field.name)(\(argument.name): \(type)!): \(name)`."
            report(
                "The argument `\(argument.name)` has another type than the field `\(argument.name)` of \(name).",
                field.range, hint: hint)
            return nil
        }
        return column
    }

    /// The type whose rows the field gives; `nil` also if its own problems were reported.
    private mutating func type(_ name: String, of field: FieldType) -> TypeBinding? {
        if let hint = schema.hintForTableless(name) {
            report("The root field `\(field.name)` gives \(name), which is no object type.", field.range, hint: hint)
        }
        return types[name]
    }

    private mutating func constant(_ field: FieldType, _ node: YAMLNode) -> RootBinding? {
        guard case .scalar(let scalar)? = schema.type(field.type.name), field.arguments.isEmpty else {
            report("Only a scalar field without arguments can be a constant.", field.range)
            return nil
        }
        if case .list = field.type.nullable {
            report("A list cannot be a constant.", field.range)
            return nil
        }
        let input = node.scalarInput(for: scalar.name)
        do throws(CoercionFailure) {
            _ = try scalar.coercion.coerce(input)
            return .constant(input.jsonText)
        } catch {
            report(error.message, file: file?.source.name, node.range)
            return nil
        }
    }
}
