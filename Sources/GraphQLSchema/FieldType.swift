import Diagnostics
import GraphQLLanguage

/// A field of an object or interface.
public final class FieldType: Sendable {
    public let name: String
    public let description: String?
    public let arguments: InputMap
    public let type: WrappedType
    public let deprecationReason: String?
    public let directives: [Directive]
    /// Where it stands in the schema's document, from its name on: a problem is shown there, not at
    /// its description.
    public let range: SourceRange

    package init(
        name: String, description: String?, arguments: InputMap, type: WrappedType, deprecationReason: String?,
        directives: [Directive], range: SourceRange
    ) {
        self.name = name
        self.description = description
        self.arguments = arguments
        self.type = type
        self.deprecationReason = deprecationReason
        self.directives = directives
        self.range = range
    }
}
