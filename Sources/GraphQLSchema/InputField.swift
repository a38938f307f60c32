import GraphQLLanguage

/// An argument, or a field of an input object.
public final class InputField: Sendable {
    public let name: String
    public let description: String?
    public let type: WrappedType
    /// As written, but for block strings, which become quoted ones; coerced anew where it is used,
    /// once per operation.
    public let defaultValue: Value?
    public let deprecationReason: String?
    public let directives: [Directive]

    /// The default in GraphQL's notation, on one line, as introspection shows it (section 4.2.5);
    /// `nil` where there is none.
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
