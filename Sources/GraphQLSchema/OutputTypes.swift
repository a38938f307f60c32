import Diagnostics
import GraphQLLanguage

/// A leaf whose values are the gateway's own to define (section 3.5).
public final class ScalarType: Sendable {
    public let name: String
    public let description: String?
    public let specifiedByURL: String?
    /// How input is coerced (section 3.5); the five specified scalars have theirs, a custom one
    /// what the builder was given for its name.
    public let coercion: ScalarCoercion

    package init(name: String, description: String?, specifiedByURL: String?, coercion: ScalarCoercion) {
        self.name = name
        self.description = description
        self.specifiedByURL = specifiedByURL
        self.coercion = coercion
    }
}

/// Section 3.6.
public final class ObjectType: Sendable {
    public let name: String
    public let description: String?
    public let interfaces: [String]
    public let fields: FieldMap
    /// The directives as they stand in the document.
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
        self.name = name
        self.description = description
        self.members = members
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
    /// Why it should not be used any more; `nil` where it may.
    public let deprecationReason: String?

    package init(name: String, description: String?, deprecationReason: String?) {
        self.name = name
        self.description = description
        self.deprecationReason = deprecationReason
    }
}
