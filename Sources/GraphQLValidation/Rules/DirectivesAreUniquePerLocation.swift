import GraphQLLanguage
import GraphQLSchema

/// A directive that is not repeatable stands once in one place.
/// https://spec.graphql.org/September2025/#sec-Directives-Are-Unique-per-Location
enum DirectivesAreUniquePerLocation {
    static let rule = "Directives Are Unique per Location"

    static func check(_ directives: [Directive], _ context: ValidationContext) {
        guard directives.count > 1 else { return }
        for names in repeated(directives.map { Name($0.name.value, range: $0.range) }) {
            guard let definition = context.schema.directives[names[0].value], !definition.isRepeatable else { continue }
            context.errors.add(
                rule, at: names.map(\.range),
                message:
                    "Directive \("@\(names[0].value)".quoted) stands here \(names.count) times, but is not repeatable.")
        }
    }
}
