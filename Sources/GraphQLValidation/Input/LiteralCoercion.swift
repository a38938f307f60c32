import Diagnostics
import GraphQLLanguage
import GraphQLSchema

/// Coerces literals by types (the sections «Input Coercion» of section 3), with open variables.
///
/// For literals of a valid document and a valid schema the only errors are exceeded limits.
struct LiteralCoercion {
    /// Values in one argument, including applied defaults. Guards against multiplying defaults.
    static let nodeLimit = 50_000
    /// Nesting of values. Guards against recursive defaults; the parser bounds literals.
    static let depthLimit = 400

    let schema: Schema
    /// The positions of the variables that may occur in it.
    let variables: [String: Int]
    /// The root of an error's path: the argument's or variable's name.
    let root: String
    private var path: [InputStep] = []
    private var nodes = 0

    init(schema: Schema, variables: [String: Int], root: String) {
        (self.schema, self.variables, self.root) = (schema, variables, root)
    }

    /// The value of a literal without variables.
    static func constant(
        _ literal: Value, type: WrappedType, schema: Schema, path: String
    ) throws(InputError) -> InputValue {
        var coercion = LiteralCoercion(schema: schema, variables: [:], root: path)
        let value = try coercion.coerce(literal, type: type)
        guard let constant = value.constant else {
            throw InputError("A variable cannot stand here.", path: path, at: [literal.range])
        }
        return constant
    }

    mutating func coerce(_ value: Value, type: WrappedType) throws(InputError) -> SymbolicValue {
        nodes += 1
        guard nodes <= Self.nodeLimit else {
            throw limit("holds more than \(Self.nodeLimit) values, defaults included")
        }
        guard path.count <= Self.depthLimit else {
            throw limit("is nested more than \(Self.depthLimit) levels deep, defaults included")
        }
        switch value {
        case .variable(let name): return .variable(try position(name), absent: nil)
        case .null(let range):
            if type.isNonNull {
                throw failure("Expected a value of type \(type.description.quoted), found null.", range)
            }
            return .constant(.null)
        case .int, .float, .string, .boolean, .enumValue, .list, .object: break
        }
        switch type.nullable {
        case .list(let item), .nonNull(let item): return try list(value, item: item)
        case .named(let name):
            switch schema.type(name) {
            case .scalar(let scalar)?: return try coerce(value, scalar: scalar)
            case .enum(let type)?:
                guard case .enumValue(let name) = value, type.values[name.value] != nil else {
                    throw failure("Expected a value of the enum \(type.name.quoted).", value.range)
                }
                return .constant(.enumValue(name.value))
            case .inputObject(let object)?:
                guard case .object(let fields, _) = value else {
                    throw failure("Expected an object of type \(object.name.quoted).", value.range)
                }
                return try coerce(fields, object: object, range: value.range)
            case .object, .interface, .union, nil: throw failure("Type \(name.quoted) is no input type.", value.range)
            }
        }
    }

    private mutating func list(_ value: Value, item: WrappedType) throws(InputError) -> SymbolicValue {
        guard case .list(let items, _) = value else { return .list(folding: [try coerce(value, type: item)]) }
        var coerced: [SymbolicValue] = []
        coerced.reserveCapacity(items.count)
        for (index, element) in items.enumerated() {
            path.append(.index(index))
            coerced.append(try coerce(element, type: item))
            path.removeLast()
        }
        return .list(folding: coerced)
    }

    private func coerce(_ value: Value, scalar: ScalarType) throws(InputError) -> SymbolicValue {
        guard let input = ScalarInput(literal: value) else {
            return .scalar(ScalarWithVariables(literal: value, scalar: scalar, positions: variables))
        }
        do throws(CoercionFailure) { return .constant(try scalar.coercion.coerce(input)) } catch {
            throw failure(error.message, value.range)
        }
    }

    private mutating func coerce(
        _ fields: [ObjectField], object: InputObjectType, range: SourceRange
    ) throws(InputError) -> SymbolicValue {
        for field in fields where object.fields[field.name.value] == nil {
            throw failure("Input type \(object.name.quoted) has no field \(field.name.value.quoted).", field.name.range)
        }
        var members: [SymbolicMember] = []
        for definition in object.fields {
            path.append(.field(definition.name))
            let given = fields.first { $0.name.value == definition.name }
            let value = try coerce(given?.value, definition: definition, owner: object.name, range: range)
            if let value { members.append(SymbolicMember(name: definition.name, value: value)) }
            path.removeLast()
        }
        return .object(folding: members)
    }

    /// The value of an argument or input field; `nil` if it is not given and has no default.
    mutating func coerce(
        _ given: Value?, definition: InputField, owner: String, range: SourceRange
    ) throws(InputError) -> SymbolicValue? {
        if case .variable(let name)? = given {
            let absent = try definition.defaultValue.map { value throws(InputError) in
                try coerce(value, type: definition.type).constant
            }
            return .variable(try position(name), absent: absent ?? nil)
        }
        guard let value = given ?? definition.defaultValue else {
            if definition.type.isNonNull {
                throw failure(
                    "\(owner.quoted) needs \(definition.name.quoted) of type \(definition.type.description.quoted).",
                    range)
            }
            return nil
        }
        return try coerce(value, type: definition.type)
    }

    private func position(_ name: Name) throws(InputError) -> Int {
        guard let position = variables[name.value] else {
            throw failure("Variable \("$\(name.value)".quoted) is not defined.", name.range)
        }
        return position
    }

    private func failure(_ message: String, _ range: SourceRange) -> InputError {
        InputError("Value at \(path.path(from: root).quoted): \(message)", path: path.path(from: root), at: [range])
    }

    private func limit(_ words: String) -> InputError {
        InputError("Value at \(root.quoted) \(words).", path: root, limit: .nodes)
    }
}
