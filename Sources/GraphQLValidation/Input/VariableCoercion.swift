import Diagnostics
import ExactText
import GraphQLLanguage
import GraphQLSchema
import JSONBytes

/// The variables of one request, coerced to their types (section 6.1.2, CoerceVariableValues).
///
/// Throws all errors, each with the path of its value, at most ``InputLimits/errors`` and one that
/// states that there are more. Undefined variables are ignored; of duplicate keys the last counts.
/// A null for a nullable variable is valid, even if forbidden where used: see ``ForbiddenNulls``.
public func coerceVariables(
    _ operation: ValidatedOperation, _ given: [JSONMember], limits: InputLimits = .init()
) throws(InputErrors) -> VariableValues {
    guard !operation.variables.isEmpty else { return .none }
    let members = GivenVariables(given, of: operation)
    var coercion = VariableCoercion(schema: operation.schema, limits: limits)
    var values: [InputValue?] = []
    values.reserveCapacity(operation.variables.count)
    for (position, variable) in operation.variables.enumerated() {
        values.append(
            coercion.coerce(
                variable, members.value(variable.name), range: operation.operation.variables[position].range))
    }
    try coercion.throwErrors()
    let coerced = VariableValues(values)
    coercion.checkBytes(of: operation.openScalars, with: coerced)
    try coercion.throwErrors()
    for scalar in operation.openScalars { coercion.check(scalar, with: coerced) }
    try coercion.throwErrors()
    return coerced
}

/// The given variables by name: a few are searched linearly, many are indexed.
private struct GivenVariables {
    private static let few = 8
    private let given: [JSONMember]
    private var index: [ExactString: Int] = [:]

    init(_ given: [JSONMember], of operation: ValidatedOperation) {
        self.given = given
        guard given.count > Self.few else { return }
        for (position, member) in given.enumerated() where operation.variablePositions[member.key] != nil {
            index[member.key] = position
        }
    }

    func value(_ name: String) -> JSONValue? {
        let position = given.count > Self.few ? index[name] : given.lastIndex { $0.key.text.hasSameBytes(as: name) }
        return position.map { given[$0].value }
    }
}

/// Coerces JSON by the types of variables (the sections «Input Coercion» of section 3).
///
/// It recurses as deep as the JSON is nested, which its reader bounds.
struct VariableCoercion {
    private let schema: Schema
    private let limits: InputLimits
    private var errors: [InputError] = []
    private var hasMore = false
    private var nodes = 0
    private var root = ""
    private var range = SourceRange.none
    private var path: [InputStep] = []

    init(schema: Schema, limits: InputLimits) { (self.schema, self.limits) = (schema, limits) }

    func throwErrors() throws(InputErrors) {
        guard !errors.isEmpty else { return }
        let more =
            hasMore
            ? [
                InputError(
                    "There are more than \(limits.errors) errors in the variables; the others are not listed.", path: ""
                )
            ] : []
        throw InputErrors(errors + more)
    }

    /// `nil` if the variable is neither given nor has a default, and after an error.
    mutating func coerce(_ variable: OperationVariable, _ given: JSONValue?, range: SourceRange) -> InputValue? {
        (root, self.range) = (variable.name, range)
        path.removeAll(keepingCapacity: true)
        if let given { return coerce(given, type: variable.type) }
        if let value = variable.defaultValue { return value }
        if variable.type.isNonNull {
            add(
                "Variable \("$\(root)".quoted) of type \(variable.type.description.quoted) is required, but was not given."
            )
        }
        return nil
    }

    /// Literals of scalars are assembled as a whole, with every occurrence of a variable.
    mutating func checkBytes(of scalars: [ScalarWithVariables], with variables: VariableValues) {
        guard !scalars.isEmpty else { return }
        let sizes = variables.values.map { $0.map(ScalarWithVariables.bytes) ?? 0 }
        var total = 0
        for scalar in scalars {
            total += scalar.variables.reduce(0) { $0 + sizes[$1] }
            guard total > limits.bytes else { continue }
            return add(
                "The variables in the operation's literals take more than the \(limits.bytes) bytes that are allowed.",
                at: [scalar.literal.range], limit: .bytes)
        }
    }

    /// Checks a scalar's literal once its variables are known: the scalar may refuse it.
    mutating func check(_ scalar: ScalarWithVariables, with variables: VariableValues) {
        do throws(CoercionFailure) { _ = try scalar.value(with: variables) } catch {
            add(error.message, at: [scalar.literal.range])
        }
    }

    /// `nil` after an error; siblings are still validated.
    private mutating func coerce(_ value: JSONValue, type: WrappedType) -> InputValue? {
        guard spend() else { return nil }
        if case .null = value {
            if type.isNonNull { return report("expected a value of type \(type.description.quoted), found null.") }
            return .null
        }
        switch type.nullable {
        case .list(let item), .nonNull(let item):
            guard case .array(let items) = value else { return coerce(value, type: item).map { .list([$0]) } }
            return coerce(items, item: item)
        case .named(let name):
            switch schema.type(name) {
            case .scalar(let scalar)?: return coerce(value, scalar: scalar)
            case .enum(let type)?: return coerce(value, enum: type)
            case .inputObject(let object)?: return coerce(value, object: object)
            case .object, .interface, .union, nil: return report("type \(name.quoted) is no input type.")
            }
        }
    }

    private mutating func coerce(_ items: [JSONValue], item: WrappedType) -> InputValue? {
        var coerced: [InputValue] = []
        coerced.reserveCapacity(items.count)
        for (index, element) in items.enumerated() where !hasMore {
            path.append(.index(index))
            if let value = coerce(element, type: item) { coerced.append(value) }
            path.removeLast()
        }
        return coerced.count == items.count ? .list(coerced) : nil
    }

    private mutating func coerce(_ value: JSONValue, scalar: ScalarType) -> InputValue? {
        guard let input = scalarInput(value) else { return nil }
        do throws(CoercionFailure) { return try scalar.coercion.coerceJSON(input) } catch {
            return report(error.message)
        }
    }

    private mutating func coerce(_ value: JSONValue, enum type: EnumType) -> InputValue? {
        guard case .string(let name) = value else {
            return report("expected a value of the enum \(type.name.quoted), given as a string.")
        }
        if type.values[name] != nil { return .enumValue(name) }
        return report(
            schema.unknownName("enum \(type.name.quoted) has no value \(name.quoted).", name, among: type.values.names))
    }

    private mutating func coerce(_ value: JSONValue, object: InputObjectType) -> InputValue? {
        guard case .object(let members) = value else {
            return report("expected an object of type \(object.name.quoted).\(hint(value, object))")
        }
        let before = errors.count
        for member in members where !hasMore && object.fields[member.key] == nil {
            path.append(.field(member.key.text))
            report(
                schema.unknownName(
                    "input type \(object.name.quoted) has no field \(member.key.text.quoted).", member.key.text,
                    among: object.fields.names))
            path.removeLast()
        }
        if object.isOneOf, !isOneOf(members, object) { return nil }
        let given = Members(members)
        var coerced: [InputMember] = []
        for definition in object.fields where !hasMore {
            path.append(.field(definition.name))
            if let value = field(given[definition.name], definition, of: object) {
                coerced.append(InputMember(name: definition.name, value: value))
            }
            path.removeLast()
        }
        return errors.count == before && !hasMore ? .object(coerced) : nil
    }

    /// Suggests the first field that could hold the value; see ``ValuesOfCorrectType``.
    private func hint(_ value: JSONValue, _ object: InputObjectType) -> String {
        guard schema.suggestsNames else { return "" }
        let isList = if case .array = value { true } else { false }
        let field = object.fields.first { field in if case .list = field.type.nullable { isList } else { !isList } }
        guard let field, let type = schema.type(field.type.name), type.isLeaf else { return "" }
        var trial = VariableCoercion(schema: schema, limits: limits)
        guard trial.coerce(value, type: field.type) != nil, trial.errors.isEmpty else { return "" }
        return " Did you mean {\"\(field.name)\": …}?"
    }

    private mutating func field(
        _ given: JSONValue?, _ definition: InputField, of object: InputObjectType
    ) -> InputValue? {
        if let given { return coerce(given, type: definition.type) }
        guard let literal = definition.defaultValue else {
            if definition.type.isNonNull {
                report(
                    "input type \(object.name.quoted) needs the field \(definition.name.quoted) of type \(definition.type.description.quoted)."
                )
            }
            return nil
        }
        do throws(InputError) {
            let value = try LiteralCoercion.constant(
                literal, type: definition.type, schema: schema, path: definition.name)
            return spend(nodeCount(value)) ? value : nil
        } catch {
            return report(error.message, limit: error.limit)
        }
    }

    /// Section 3.10.1: exactly one member, which is not null.
    private mutating func isOneOf(_ members: [JSONMember], _ object: InputObjectType) -> Bool {
        guard members.count == 1 else {
            let found = members.isEmpty ? "none" : enumeration(members.map(\.key.text.quoted))
            report("input type \(object.name.quoted) takes exactly one field, found \(found).")
            return false
        }
        guard case .null = members[0].value else { return true }
        path.append(.field(members[0].key.text))
        report("a field of input type \(object.name.quoted) must not be null.")
        path.removeLast()
        return false
    }

    /// `nil` when the limit of nodes is exceeded.
    private mutating func scalarInput(_ value: JSONValue) -> ScalarInput? {
        switch value {
        case .null: return .null
        case .bool(let flag): return .boolean(flag)
        case .number(let text):
            return text.utf8.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
                ? .float(text) : .int(text)
        case .string(let text): return .string(text)
        case .array(let items):
            guard spend(items.count) else { return nil }
            var inputs: [ScalarInput] = []
            for item in items {
                guard let input = scalarInput(item) else { return nil }
                inputs.append(input)
            }
            return .list(inputs)
        case .object(let members):
            guard spend(members.count) else { return nil }
            var inputs: [(name: String, value: ScalarInput)] = []
            for member in members {
                guard let input = scalarInput(member.value) else { return nil }
                inputs.append((member.key.text, input))
            }
            return .object(inputs)
        }
    }

    // MARK: Limits and errors

    private mutating func spend(_ count: Int = 1) -> Bool {
        guard !hasMore, nodes <= limits.nodes else { return false }
        nodes += count
        if nodes <= limits.nodes { return true }
        add("The variables hold more than the \(limits.nodes) values that are allowed.", limit: .nodes)
        return false
    }

    /// Always `nil`, to be returned instead of the value.
    @discardableResult
    private mutating func report(_ words: String, limit: InputLimits.Name? = nil) -> InputValue? {
        let place = path.isEmpty ? "" : " at \"\(path.path(from: root))\""
        add("Variable \("$\(root)".quoted) got an invalid value\(place): \(words)", limit: limit)
        return nil
    }

    private mutating func add(_ message: String, at ranges: [SourceRange]? = nil, limit: InputLimits.Name? = nil) {
        guard errors.count < max(1, limits.errors) else { return hasMore = true }
        errors.append(InputError(message, path: path.path(from: root), at: ranges ?? [range], limit: limit))
    }
}

/// The members of a JSON object by key: a few are searched linearly, many by a table, so that no
/// object costs the square of its size.
private struct Members {
    private let few: [JSONMember]
    private let many: [ExactString: JSONValue]?

    init(_ members: [JSONMember]) {
        few = members
        many =
            members.count > 8
            ? Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last }) : nil
    }

    subscript(_ key: String) -> JSONValue? {
        if let many { many[key] } else { few.last { $0.key.text.hasSameBytes(as: key) }?.value }
    }
}

private func nodeCount(_ value: InputValue) -> Int {
    switch value {
    case .list(let items): items.reduce(1) { $0 + nodeCount($1) }
    case .object(let members): members.reduce(1) { $0 + nodeCount($1.value) }
    case .null, .int, .float, .boolean, .string, .enumValue, .json: 1
    }
}
