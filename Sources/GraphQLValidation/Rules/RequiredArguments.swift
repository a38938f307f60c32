import GraphQLLanguage
import GraphQLSchema

/// A non-null argument without a default is given. (``ValuesOfCorrectType`` checks that it is not
/// null.) https://spec.graphql.org/September2025/#sec-Required-Arguments
enum RequiredArguments {
    static let rule = "Required Arguments"

    static func check(_ arguments: [Argument], of owner: ArgumentOwner, defined: InputMap, _ context: ValidationContext)
    {
        for definition in defined where definition.isRequired {
            guard !arguments.contains(where: { $0.name.value == definition.name }) else { continue }
            context.errors.add(
                rule, at: owner.nameRange,
                message:
                    "\(owner.words) needs the argument \(definition.name.quoted) of type \(definition.type.description.quoted)."
            )
        }
    }
}
