import GraphQLLanguage

/// An argument, or a field of an input object.
public final class InputField: Sendable {
    public let name: String
    public let description: String?
    public let type: WrappedType
    /// As written, except that block strings become quoted ones; coerced once per operation.
    public let defaultValue: Value?
    public let deprecationReason: String?
    public let directives: [Directive]

    /// The default in GraphQL's notation, on one line, as in introspection (section 4.2.5).
    public var defaultLiteral: String? { defaultValue.map { DocumentPrinter.print($0) } }

    /// Non-null and without a default (section 5.4.3).
    public var isRequired: Bool { type.isNonNull && defaultValue == nil }

    package init(
        name: String, description: String?, type: WrappedType, defaultValue: Value?, deprecationReason: String?,
        directives: [Directive]
    ) {
        self.name = name
        self.description = description
        self.type = type
        self.defaultValue = defaultValue
        self.deprecationReason = deprecationReason
        self.directives = directives
    }
}
