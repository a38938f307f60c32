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
    /// Its place in the schema's document, starting at its name instead of its description.
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
