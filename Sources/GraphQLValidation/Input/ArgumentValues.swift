import GraphQLLanguage
import GraphQLSchema

/// A field's arguments in its definition's order, coerced, with defaults and open variables.
///
/// Arguments that are neither given nor have a default are omitted. Throws if the limits of a value
/// are exceeded (``InputError/limit``); a valid operation has no other errors here.
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
