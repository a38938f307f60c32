import GraphQLLanguage
import GraphQLSchema

/// An argument is defined by its field or directive.
/// https://spec.graphql.org/September2025/#sec-Argument-Names
enum ArgumentNames {
    static let rule = "Argument Names"

    static func report(_ argument: Argument, of owner: ArgumentOwner, defined: InputMap, _ context: ValidationContext) {
        context.errors.add(
            rule, at: argument.name.range,
            message: context.schema.unknownName(
                "\(owner.words) has no argument \(argument.name.value.quoted).", argument.name.value,
                among: defined.names))
    }
}
