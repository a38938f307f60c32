import GraphQLLanguage
import GraphQLSchema

/// A directive is defined by the schema.
/// https://spec.graphql.org/September2025/#sec-Directives-Are-Defined
enum DirectivesAreDefined {
    static let rule = "Directives Are Defined"

    /// The definition, or `nil` after an error.
    static func check(_ directive: Directive, _ context: ValidationContext) -> DirectiveType? {
        if let definition = context.schema.directives[directive.name.value] { return definition }
        context.errors.add(
            rule, at: directive.range,
            message: unknownName(
                "There is no directive \("@\(directive.name.value)".quoted).", directive.name.value,
                among: executable(context.schema), sign: "@"))
        return nil
    }

    /// Type-system directives are not suggested to authors of operations.
    private static func executable(_ schema: Schema) -> [String] {
        schema.directiveOrder.filter { name in
            schema.directives[name]?.locations.contains { DirectiveLocation(rawValue: $0) != nil } == true
        }
    }
}
