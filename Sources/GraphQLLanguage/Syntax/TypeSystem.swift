import Diagnostics

/// A definition of the type system (section 3).
public enum TypeSystemDefinition: Sendable, Equatable {
    case schema(SchemaDefinition)
    case type(TypeDefinition)
    case directive(DirectiveDefinition)
}

/// `extend …` (section 3.1): the content has the form of a definition without a description.
public enum TypeSystemExtension: Sendable, Equatable {
    case schema(SchemaDefinition)
    case type(TypeDefinition)
}

public struct SchemaDefinition: Sendable, Equatable {
    public var description: StringValue?
    public var directives: [Directive]
    public var operationTypes: [OperationTypeDefinition]
    public var range: SourceRange

    public init(
        description: StringValue? = nil, directives: [Directive] = [], operationTypes: [OperationTypeDefinition],
        range: SourceRange = .none
    ) {
        self.description = description
        self.directives = directives
        self.operationTypes = operationTypes
        self.range = range
    }
}

public struct OperationTypeDefinition: Sendable, Equatable {
    public var kind: OperationKind
    public var type: Name
    public var range: SourceRange

    public init(kind: OperationKind, type: Name, range: SourceRange = .none) {
        (self.kind, self.type, self.range) = (kind, type, range)
    }
}

/// A named type: the common parts of all kinds, and the kind's own.
public struct TypeDefinition: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        case scalar
        case object(interfaces: [Name], fields: [FieldDefinition])
        case interface(interfaces: [Name], fields: [FieldDefinition])
        case union(members: [Name])
        case `enum`(values: [EnumValueDefinition])
        case inputObject(fields: [InputValueDefinition])
    }

    public var description: StringValue?
    public var name: Name
    public var directives: [Directive]
    public var kind: Kind
    public var range: SourceRange

    public init(
        description: StringValue? = nil, name: Name, directives: [Directive] = [], kind: Kind,
        range: SourceRange = .none
    ) {
        self.description = description
        self.name = name
        self.directives = directives
        self.kind = kind
        self.range = range
    }
}

public struct FieldDefinition: Sendable, Equatable {
    public var description: StringValue?
    public var name: Name
    public var arguments: [InputValueDefinition]
    public var type: TypeReference
    public var directives: [Directive]
    public var range: SourceRange

    public init(
        description: StringValue? = nil, name: Name, arguments: [InputValueDefinition] = [], type: TypeReference,
        directives: [Directive] = [], range: SourceRange = .none
    ) {
        self.description = description
        self.name = name
        self.arguments = arguments
        self.type = type
        self.directives = directives
        self.range = range
    }
}

/// An argument of a field or directive, or a field of an input object.
public struct InputValueDefinition: Sendable, Equatable {
    public var description: StringValue?
    public var name: Name
    public var type: TypeReference
    public var defaultValue: Value?
    public var directives: [Directive]
    public var range: SourceRange

    public init(
        description: StringValue? = nil, name: Name, type: TypeReference, defaultValue: Value? = nil,
        directives: [Directive] = [], range: SourceRange = .none
    ) {
        self.description = description
        self.name = name
        self.type = type
        self.defaultValue = defaultValue
        self.directives = directives
        self.range = range
    }
}

public struct EnumValueDefinition: Sendable, Equatable {
    public var description: StringValue?
    public var name: Name
    public var directives: [Directive]
    public var range: SourceRange

    public init(description: StringValue? = nil, name: Name, directives: [Directive] = [], range: SourceRange = .none) {
        (self.description, self.name, self.directives, self.range) = (description, name, directives, range)
    }
}

public struct DirectiveDefinition: Sendable, Equatable {
    public var description: StringValue?
    /// Without the `@`.
    public var name: Name
    public var arguments: [InputValueDefinition]
    public var isRepeatable: Bool
    /// As written, such as `FIELD_DEFINITION`.
    public var locations: [Name]
    public var range: SourceRange

    public init(
        description: StringValue? = nil, name: Name, arguments: [InputValueDefinition] = [], isRepeatable: Bool = false,
        locations: [Name], range: SourceRange = .none
    ) {
        self.description = description
        self.name = name
        self.arguments = arguments
        self.isRepeatable = isRepeatable
        self.locations = locations
        self.range = range
    }
}
