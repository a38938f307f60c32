import GraphQLLanguage
import GraphQLSchema

/// A variable's type is a scalar, an enum or an input object, or a list of them.
/// https://spec.graphql.org/September2025/#sec-Variables-Are-Input-Types
enum VariablesAreInputTypes {
    static let rule = "Variables Are Input Types"

    /// The type, or `nil` after an error.
    static func check(_ variable: VariableDefinition, _ context: ValidationContext) -> WrappedType? {
        let name = variable.type.namedType
        guard let type = context.schema.type(name.value) else {
            context.errors.add(
                rule, at: name.range,
                message: context.schema.unknownName(
                    "There is no type \(name.value.quoted).", name.value,
                    among: context.schema.typeOrder.filter { context.schema.type($0)?.isInput == true }))
            return nil
        }
        guard type.isInput else {
            context.errors.add(
                rule, at: variable.type.range,
                message:
                    "Variable \("$\(variable.name.value)".quoted) cannot be of type \(name.value.quoted), which is no input type."
            )
            return nil
        }
        return WrappedType(variable.type)
    }
}
