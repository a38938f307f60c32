import Diagnostics
import GraphQLSchema

/// Some object that a fragment is for can stand where it is spread.
/// https://spec.graphql.org/September2025/#sec-Fragment-Spread-Is-Possible
enum FragmentSpreadIsPossible {
    static let rule = "Fragment Spread Is Possible"

    /// Either type is `nil` if it already has another error.
    static func check(
        _ type: NamedType?, within parent: NamedType?, fragment: String?, at range: SourceRange,
        _ context: ValidationContext
    ) {
        guard let type, let parent, !context.haveCommonObject(type, parent) else { return }
        let words = fragment.map { "Fragment \($0.quoted)" } ?? "This fragment"
        context.errors.add(
            rule, at: range,
            message: "\(words) is on \(type.name.quoted), which no object of type \(parent.name.quoted) can be.")
    }
}
