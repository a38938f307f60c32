import Diagnostics
import GraphQLLanguage

/// A leaf with values defined by the service (section 3.5).
public final class ScalarType: Sendable {
    public let name: String
    public let description: String?
    public let specifiedByURL: String?
    /// Input coercion (section 3.5); for a custom scalar, the one passed to the builder.
    public let coercion: ScalarCoercion

    package init(name: String, description: String?, specifiedByURL: String?, coercion: ScalarCoercion) {
        (self.name, self.description, self.specifiedByURL, self.coercion) = (
            name, description, specifiedByURL, coercion
        )
    }
}

/// Section 3.6.
public final class ObjectType: Sendable {
    public let name: String
    public let description: String?
    public let interfaces: [String]
    public let fields: FieldMap
    /// The directives as applied in the document.
    public let directives: [Directive]

    package init(name: String, description: String?, interfaces: [String], fields: FieldMap, directives: [Directive]) {
        self.name = name
        self.description = description
        self.interfaces = interfaces
        self.fields = fields
        self.directives = directives
    }
}

/// Section 3.7.
public final class InterfaceType: Sendable {
    public let name: String
    public let description: String?
    public let interfaces: [String]
    public let fields: FieldMap
    public let directives: [Directive]

    package init(name: String, description: String?, interfaces: [String], fields: FieldMap, directives: [Directive]) {
        self.name = name
        self.description = description
        self.interfaces = interfaces
        self.fields = fields
        self.directives = directives
    }
}

/// Section 3.8.
public final class UnionType: Sendable {
    public let name: String
    public let description: String?
    public let members: [String]

    package init(name: String, description: String?, members: [String]) {
        (self.name, self.description, self.members) = (name, description, members)
    }
}

/// Section 3.9.
public final class EnumType: Sendable {
    public let name: String
    public let description: String?
    public let values: OrderedMap<EnumValue>

    package init(name: String, description: String?, values: [EnumValue]) {
        self.name = name
        self.description = description
        self.values = OrderedMap(values, name: \.name)
    }
}

public struct EnumValue: Sendable {
    public let name: String
    public let description: String?
    /// Why it is deprecated; `nil` if it is not.
    public let deprecationReason: String?
}
