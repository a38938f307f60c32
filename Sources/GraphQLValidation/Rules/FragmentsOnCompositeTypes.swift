import GraphQLLanguage
import GraphQLSchema

/// A fragment is on an object, interface or union.
/// https://spec.graphql.org/September2025/#sec-Fragments-on-Object-Interface-or-Union-Types
enum FragmentsOnCompositeTypes {
    static let rule = "Fragments on Object, Interface or Union Types"

    static func check(_ type: NamedType?, condition: Name, fragment: Name?, _ context: ValidationContext) {
        guard let type, !type.isComposite else { return }
        let words = fragment.map { "Fragment \($0.value.quoted)" } ?? "A fragment"
        context.errors.add(
            rule, at: condition.range,
            message: "\(words) cannot be on \(type.name.quoted): only objects, interfaces and unions have selections.")
    }
}
