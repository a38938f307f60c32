import GraphQLLanguage
import GraphQLSchema

/// The arguments of a field in the order of its definition, coerced, defaults filled in, with
/// variables left open.
///
/// What is neither given nor has a default is left out. Throws where the limits of a value are
/// exceeded (``InputError/limit``); a valid operation has no other errors here.
public func symbolicArguments(
    of field: Field, definition: FieldType, in operation: ValidatedOperation
) throws(InputErrors) -> [(name: String, value: SymbolicValue)] {
    var arguments: [(name: String, value: SymbolicValue)] = []
    var errors: [InputError] = []
    for argument in definition.arguments {
        let given = field.arguments.first { $0.name.value == argument.name }
        var coercion = LiteralCoercion(
            schema: operation.schema, variables: operation.variablePositions, root: argument.name)
        do throws(InputError) {
            let value = try coercion.coerce(
                given?.value, definition: argument, owner: field.name.value, range: field.range)
            if let value { arguments.append((argument.name, value)) }
        } catch {
            errors.append(error)
        }
    }
    guard errors.isEmpty else { throw InputErrors(errors) }
    return arguments
}

/// The arguments of a field for one request by name (section 6.4.1, CoerceArgumentValues); what is
/// neither given nor has a default is left out.
///
/// `variables` must come from ``coerceVariables(_:_:limits:)`` for the same operation: it has
/// refused a null where none may stand. Throws as ``symbolicArguments(of:definition:in:)`` does.
public func coerceArguments(
    of field: Field, definition: FieldType, in operation: ValidatedOperation, variables: VariableValues
) throws(InputErrors) -> [String: InputValue] {
    var values: [String: InputValue] = [:]
    for (name, symbolic) in try symbolicArguments(of: field, definition: definition, in: operation) {
        if let value = symbolic.value(with: variables) { values[name] = value }
    }
    return values
}
